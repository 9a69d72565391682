"""Who said what, when: the words every other judgement rests on.

Times are milliseconds of call audio since the call was answered, so a replay gives the same numbers as the live call.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum


class Speaker(StrEnum):
    CALLER = "caller"
    SYSTEM = "system"
    AGENT = "agent"


@dataclass(frozen=True, slots=True)
class Utterance:
    """One stretch of one speaker. `turn` numbers utterances of the whole call from 1; briefs point at it."""

    turn: int
    speaker: Speaker
    text: str
    start_ms: int
    end_ms: int
    confidence: float | None = None  # recogniser's, 0..1; None for what the system said


@dataclass(frozen=True, slots=True)
class Transcript:
    """All utterances of a call in the order they ended. A value: `with_` gives a longer one."""

    utterances: tuple[Utterance, ...] = field(default=())

    def with_(
        self, speaker: Speaker, text: str, start_ms: int, end_ms: int, confidence: float | None = None
    ) -> "Transcript":
        utterance = Utterance(len(self.utterances) + 1, speaker, text, start_ms, end_ms, confidence)
        return Transcript((*self.utterances, utterance))

    def by(self, speaker: Speaker) -> tuple[Utterance, ...]:
        return tuple(u for u in self.utterances if u.speaker is speaker)

    def turn(self, number: int) -> Utterance:
        """The utterance with this turn number. Raises `IndexError` when the call has no such turn."""
        if not 1 <= number <= len(self.utterances):
            raise IndexError(f"turn 1..{len(self.utterances)} expected, got {number}")
        return self.utterances[number - 1]

    @property
    def last_turn(self) -> int:
        return len(self.utterances)

    def __iter__(self) -> Iterator[Utterance]:
        return iter(self.utterances)
