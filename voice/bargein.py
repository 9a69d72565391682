"""When a caller who speaks over a prompt stops it: after about 200 ms of voice, unless the prompt is protected.

What is said over a protected prompt, or in the first moments of any, is not lost: the interruption is only put off
until the prompt may be interrupted or has ended (see `voice/hearing.py`).
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Settings:
    speech_ms: int = 200  # coughs are shorter; people notice from about 300 ms on that they are not heard
    protect_ms: int = 300  # who speaks this early answers the prompt before; and echo cancellers need a moment


@dataclass(frozen=True, slots=True)
class Prompt:
    """What is being played on the leg."""

    began_ms: int
    interruptible: bool


def interrupts(settings: Settings, *, prompt: Prompt, voiced_ms: int, now_ms: int) -> bool:
    """Whether speech with `voiced_ms` of voice so far may stop `prompt` now (audio time of the leg)."""
    if not prompt.interruptible or now_ms - prompt.began_ms < settings.protect_ms:
        return False
    return voiced_ms >= settings.speech_ms
