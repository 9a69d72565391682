"""The door between one leg and whoever decides what it hears.

A `Mind` is pure: it reads no clock, does no I/O and keeps its state to itself; it gets events with the audio time at
which they happened and answers with acts in order. The pipeline (`voice/pipeline/`) carries the acts out, live or in
the virtual time of a replay; stories in the tests drive a mind directly.
"""

from collections.abc import Sequence
from typing import Protocol

from models.transcript import Transcript
from voice.events import Act, Event


class Mind(Protocol):
    """Decides what one leg hears next."""

    def on(self, event: Event, now_ms: int) -> Sequence[Act]:
        """Answers `event`, which happened `now_ms` milliseconds of call audio after the answer."""
        ...

    @property
    def transcript(self) -> Transcript:
        """Everything said so far on this leg, redacted."""
        ...
