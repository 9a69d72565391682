"""What a supervisor may whisper to the system: one of a few things, bounded and redacted, and not in a flood. Pure."""

from models.redact import redact
from telephony.supervision.errors import SupervisionRefused
from voice.dialogue.whispered import TEXT_MAX
from voice.events import Whispered, WhisperKind

GAP_MS = 3000
"""Between two whispers to one call: about as long as the system needs to say that it heard one."""

WITH_A_PERSON = "A person talks with the caller. Coach them, or barge in."
TOO_SOON = "Give the system a moment between two whispers."
TOO_LONG = f"At most {TEXT_MAX} characters can be said for you."
NOTHING = "There is nothing to whisper."


def whisper(kind: WhisperKind, text: str = "", intent: str = "") -> Whispered:
    """Raises `SupervisionRefused` for what cannot be whispered to any call."""
    words = " ".join(text.split())
    if kind is not WhisperKind.SAY:
        words = ""
    elif not words:
        raise SupervisionRefused(NOTHING)
    elif len(words) > TEXT_MAX:
        raise SupervisionRefused(TOO_LONG)
    if kind is WhisperKind.OFFER and not intent:
        raise SupervisionRefused(NOTHING)
    return Whispered(kind, redact(words), intent if kind is WhisperKind.OFFER else "")
