"""What came of one scripted call, as the scores want it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from tests.quality.calls.script import Script
from voice import events
from voice.events import Escalated


@dataclass(frozen=True, slots=True)
class Judged:
    """One of the caller's utterances, as the system took it."""

    line: int
    heard: str
    intent: str | None
    in_scope: bool
    slots: Mapping[str, str]
    frustration: float
    terms: Mapping[str, float]

    @classmethod
    def of(cls, line: int, heard: str, facts: Iterable[object]) -> "Judged":
        """`facts`: what the mind told of the turn, whatever else it told."""
        told = tuple(facts)
        understood = next((fact for fact in told if isinstance(fact, events.Understood)), None)
        felt = next((fact for fact in told if isinstance(fact, events.Judged)), None)
        return cls(
            line,
            heard,
            understood.intent if understood else None,
            understood.in_scope if understood else False,
            understood.slots if understood else {},
            felt.frustration if felt else 0.0,
            felt.terms if felt else {},
        )


@dataclass(frozen=True, slots=True)
class Outcome:
    """`at_line`: the line the caller was at when a person was called; `verified`: by number and PIN; `acts`: deeds
    handed to the backend, `brief`: its parts in words, "" where nobody was called.
    """

    script: Script
    variant: str
    escalated: Escalated | None
    at_line: int
    lines_said: int
    judged: tuple[Judged, ...] = ()
    acts: tuple[str, ...] = ()
    verified: bool = False
    brief: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def in_time(self) -> bool:
        """A person was needed and called, no later than after the line that the truth names."""
        due = self.script.truth.by_line
        return self.escalated is not None and due is not None and self.at_line <= due

    @property
    def late(self) -> bool:
        return self.escalated is not None and self.script.truth.needs_person and not self.in_time

    @property
    def false(self) -> bool:
        """A person was called for whom there was no need."""
        return self.escalated is not None and not self.script.truth.needs_person

    @property
    def frustrated_before(self) -> int:
        """Annoyed lines the caller had to say before the one at which a person was called."""
        said = self.script.lines[: max(0, self.at_line - 1)]
        return sum(line.frustrated for line in said)

    @property
    def right_reason(self) -> bool:
        truth = self.script.truth
        return self.escalated is not None and kind_of(self.escalated.trigger) in (truth.why, *truth.also)


def kind_of(trigger: str) -> str:
    """A trigger's name in the words of the scripts."""
    return {"value": "amount", "failed": "action_failed"}.get(trigger, trigger)
