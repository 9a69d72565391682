"""What the review room needs of the record, of the folder of what is published, of the proof and of the business."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from telephony.reviews.changes import Change, State
from telephony.reviews.judgements import Line
from telephony.reviews.ladder import Ladder
from telephony.reviews.marks import Mark
from telephony.reviews.queue import Rules
from voice.dialogue.learned import Mode


@dataclass(frozen=True, slots=True)
class Answered:
    """A question that a colleague answered in the middle of a call."""

    id: str
    call: str
    question: str
    answer: str
    by: str
    wall: float


class Shelf(Protocol):
    """The record. Each raises `RecordError` when it cannot be reached."""

    async def calls(self, *, since: float, until: float) -> Sequence[Sequence[Line]]:
        """The journals between two wall times, as far as the queue needs them."""
        ...

    async def journal(self, call: str) -> Sequence[Line]:
        """Empty: nobody knows the call, or its words were erased."""
        ...

    async def marks(self) -> Sequence[Mark]: ...

    async def put_mark(self, mark: Mark) -> None:
        """In place of this reviewer's own before."""
        ...

    async def closed(self) -> Mapping[str, frozenset[str]]:
        """Call → who has finished with it."""
        ...

    async def close_call(self, call: str, reviewer: str, wall: float) -> None: ...

    async def changes(self) -> Sequence[Change]:
        """The newest first."""
        ...

    async def put_change(self, change: Change, *, by: str, step: str, wall: float) -> None:
        """Kept with the step that made it so."""
        ...

    async def answered(self) -> Sequence[Answered]: ...


class Stage(Protocol):
    """What is published, in versions (`telephony.published.learned`)."""

    def state(self) -> State: ...

    def publish(self, state: State) -> None: ...


@dataclass(frozen=True, slots=True)
class Proved:
    """`worse`: what got worse, a line a call; `said`: what was looked at. `decided` False: it cannot be told."""

    decided: bool
    worse: tuple[str, ...] = ()
    said: tuple[str, ...] = ()


class Proof(Protocol):
    """Old and new over all known calls. Raises `RecordError` or `OSError` where it cannot be made."""

    async def prove(self, old: State, new: State, *, change: Change, calls: Sequence[str]) -> Proved: ...


@dataclass(frozen=True, slots=True)
class House:
    """What the room knows of the business. `modes`: of the rules that answer now; `bias`: of early escalation."""

    intents: frozenset[str]
    modes: Mapping[str, Mode]
    with_terms: frozenset[str] = frozenset()
    solved: frozenset[str] = frozenset()
    bias: float | None = None
    rules: Rules = field(default_factory=Rules)
    ladder: Ladder = field(default_factory=Ladder)
