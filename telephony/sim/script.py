"""What a simulated party does, as values: a script is a sequence of these, carried out one after the other.

`clip` is int16 mono 8 kHz, as the party's telephone would send it.
"""

from dataclasses import dataclass

from voice.audio import Pcm

QUIET_MS = 400  # a prompt is over when the system has been silent this long; its pauses inside are shorter
PATIENCE_MS = 20_000  # then the party goes on anyway, so that a silent system cannot hold a script up for ever


@dataclass(frozen=True, slots=True, eq=False)
class SpeakAfterPrompt:
    """Waits until the system has spoken and then been silent for `quiet_ms`, and speaks."""

    clip: Pcm
    quiet_ms: int = QUIET_MS
    patience_ms: int = PATIENCE_MS


@dataclass(frozen=True, slots=True, eq=False)
class BargeIn:
    """Speaks `after_ms` into the next prompt."""

    clip: Pcm
    after_ms: int
    patience_ms: int = PATIENCE_MS


@dataclass(frozen=True, slots=True, eq=False)
class Speak:
    """Speaks at once: a recording streamed at its own times is one of these."""

    clip: Pcm


@dataclass(frozen=True, slots=True)
class Key:
    """Presses a key: 0 to 9, * or #; at once, or after the prompt."""

    digit: str
    after_prompt: bool = False
    quiet_ms: int = QUIET_MS
    patience_ms: int = PATIENCE_MS


@dataclass(frozen=True, slots=True)
class LetPromptPass:
    """Says nothing to one prompt."""

    quiet_ms: int = QUIET_MS
    patience_ms: int = PATIENCE_MS


@dataclass(frozen=True, slots=True)
class Wait:
    ms: int


@dataclass(frozen=True, slots=True)
class HangUp:
    pass


Item = SpeakAfterPrompt | BargeIn | Speak | Key | LetPromptPass | Wait | HangUp
