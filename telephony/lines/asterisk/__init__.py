"""Asterisk: calls over SIP, by a PBX that this service commands over ARI. The only room that knows that PBX."""

from telephony.lines.asterisk.http import version_at
from telephony.lines.asterisk.line import AsteriskLine
from telephony.lines.asterisk.settings import Settings

__all__ = ["AsteriskLine", "Settings", "version_at"]
