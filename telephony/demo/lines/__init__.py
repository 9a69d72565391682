"""The lines that the demo is played on: one file each, behind `DemoLine`."""

from collections.abc import Mapping

from telephony.demo.lines import asterisk, browser, twilio
from telephony.demo.lines.line import DemoLine, LineKind, Place

LINES: Mapping[str, LineKind] = {
    "twilio": LineKind(twilio.open_line, twilio.ABOUT),
    "asterisk": LineKind(asterisk.open_line, asterisk.ABOUT),
    "browser": LineKind(browser.open_line, browser.ABOUT, shows_number=False),
}

__all__ = ["LINES", "DemoLine", "LineKind", "Place"]
