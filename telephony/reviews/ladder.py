"""The scope ladder: watch (a person settles it), approval (a person says yes first), automatic.

An intent climbs one rung, signed by two people, only where enough reviewed calls say surely that it is understood; it
slides back by itself when its newest reviews say surely that it is not.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from telephony.figures.figure import wilson
from telephony.reviews.judgements import Kind
from telephony.reviews.marks import Mark
from voice.dialogue.learned import Mode

RUNGS: tuple[Mode, ...] = ("person", "approval", "automatic")


@dataclass(frozen=True, slots=True)
class Ladder:
    """`calls`: reviewed calls that a climb takes; `bound`: their Wilson lower bound; `recent`: the newest calls that a
    slide is judged by, half of them at least, when even their upper bound lies below `bound`."""

    calls: int = 40
    bound: float = 0.85
    recent: int = 20


@dataclass(frozen=True, slots=True)
class Record:
    """How reviewers found one intent. `low`, `high`: 95 % bounds (Wilson). `move`: what the ladder allows now."""

    intent: str
    mode: Mode
    calls: int
    right: int
    low: float
    high: float
    recent_high: float
    move: Mode | None

    @property
    def slides(self) -> bool:
        return self.move is not None and RUNGS.index(self.move) < RUNGS.index(self.mode)


def records(
    marks: Iterable[Mark], modes: Mapping[str, Mode], ladder: Ladder, *, with_terms: frozenset[str],
    since: Mapping[str, float],
) -> list[Record]:  # fmt: skip
    """`with_terms`: intents whose approvals have terms; others cannot stand on that rung. `since`: wall time of an
    intent's last move; reviews before it were of another rung and count no more."""
    found = _of_intents(list(marks))
    return [
        _record(name, mode, [right for wall, right in found.get(name, []) if wall > since.get(name, 0.0)], ladder,
                with_terms)
        for name, mode in modes.items()
    ]  # fmt: skip


def _record(name: str, mode: Mode, reviewed: list[bool], ladder: Ladder, with_terms: frozenset[str]) -> Record:
    n, right, newest = len(reviewed), sum(reviewed), reviewed[-ladder.recent :]
    low, high = wilson(right, n)
    recent_high = wilson(sum(newest), len(newest))[1]
    rungs = [rung for rung in RUNGS if rung != "approval" or name in with_terms or mode == "approval"]
    at = rungs.index(mode)
    move: Mode | None = None
    if len(newest) >= ladder.recent // 2 and recent_high < ladder.bound and at > 0:
        move = rungs[at - 1]
    elif n >= ladder.calls and low >= ladder.bound and at + 1 < len(rungs):
        move = rungs[at + 1]
    return Record(name, mode, n, right, low, high, recent_high, move)


def _of_intents(marks: list[Mark]) -> Mapping[str, list[tuple[float, bool]]]:
    """Intent that the system said → each call in order: when it was reviewed, and whether all of it was right."""
    calls: dict[tuple[str, str], tuple[float, bool]] = {}
    for mark in sorted(marks, key=lambda one: one.wall):
        if mark.judgement.startswith(f"{Kind.INTENT}:"):
            _, right = calls.get((mark.said, mark.call), (0.0, True))
            calls[mark.said, mark.call] = mark.wall, right and mark.right
    found: dict[str, list[tuple[float, bool]]] = {}
    for (intent, _), one in sorted(calls.items(), key=lambda entry: entry[1][0]):
        found.setdefault(intent, []).append(one)
    return found
