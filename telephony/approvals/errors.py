"""What an approver may not do now."""

from telephony.errors import TelephonyError


class NotAllowed(TelephonyError):
    """The decision was not taken and nothing changed; the message is a sentence for whoever tried."""
