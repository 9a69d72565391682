"""Twilio: calls over Programmable Voice and Media Streams. The only room that knows that carrier."""

from telephony.lines.twilio.line import TwilioLine
from telephony.lines.twilio.settings import Settings
from telephony.lines.twilio.webhook import router

__all__ = ["Settings", "TwilioLine", "router"]
