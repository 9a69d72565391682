"""SupervisionRefused: what a supervisor asked for cannot be done, or not by them; they are shown the message."""

from telephony.errors import TelephonyError


class SupervisionRefused(TelephonyError):
    """`forbidden`: for want of the role; else as the call stands now."""

    def __init__(self, message: str, *, forbidden: bool = False) -> None:
        super().__init__(message)
        self.forbidden = forbidden
