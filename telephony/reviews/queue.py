"""The week's calls to be reviewed, and why each: all escalated, all late, all thumbs-down, and a seeded random rest."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from telephony.reviews.judgements import UPSET, Line

NEEDED = frozenset({
    "CallOffered", "CallAnswered", "CallingBack", "Heard", "Judged", "Escalated", "WrappedUp", "AgentMarked",
    "Surveyed", "CallEnded",
})  # fmt: skip
LATE_TURNS = 1  # more frustrated turns than this before a person was called are late
LOW_SCORE = 2  # of 5, in the survey after the call


class Why(StrEnum):
    ESCALATED = "escalated"
    LATE = "late"
    THUMBS_DOWN = "thumbs down"
    RANDOM = "random"


@dataclass(frozen=True, slots=True)
class Rules:
    """`random`: calls a week beside those that must be; `double`: the share of calls that two people review."""

    random: int = 20
    double: float = 0.2
    seed: int = 7


@dataclass(frozen=True, slots=True)
class Case:
    """One call as the queue sees it. `disposition` and `summary`: of its wrap-up, with who wrote it."""

    call: str
    wall: float
    seconds: float = 0.0
    escalated: bool = False
    late: bool = False
    thumbs_down: bool = False
    agent: str = ""
    disposition: str = ""
    summary: str = ""

    @property
    def must(self) -> tuple[Why, ...]:
        held = {Why.ESCALATED: self.escalated, Why.LATE: self.late, Why.THUMBS_DOWN: self.thumbs_down}
        return tuple(why for why, holds in held.items() if holds)


@dataclass(frozen=True, slots=True)
class Queued:
    case: Case
    why: tuple[Why, ...]
    raters: int  # people who are to review it


def case(lines: Sequence[Line]) -> Case | None:
    """None for calls that are not over, or in which nobody spoke."""
    types = {line.type for line in lines}
    if not {"CallOffered", "Heard", "CallEnded"} <= types:
        return None
    wrapped = next((line.fields for line in reversed(lines) if line.type == "WrappedUp"), {})
    ended = next(line.fields for line in reversed(lines) if line.type == "CallEnded")
    return Case(
        lines[0].call, lines[0].wall, float(ended["seconds"]), "Escalated" in types, _late(lines), _down(lines),
        str(wrapped.get("agent", "")), str(wrapped.get("disposition", "")), str(wrapped.get("summary", "")),
    )  # fmt: skip


def _late(lines: Sequence[Line]) -> bool:
    """Frustrated turns before the trigger, or the agent's own word for it."""
    if "earlier" in _agents_word(lines):
        return True
    escalated = next((place for place, line in enumerate(lines) if line.type == "Escalated"), len(lines))
    before = [line for line in lines[:escalated] if line.type == "Judged"]
    return sum(float(line.fields["frustration"]) >= UPSET for line in before) > LATE_TURNS


def _down(lines: Sequence[Line]) -> bool:
    """By the agent, or by the caller in the survey."""
    low = any(line.type == "Surveyed" and float(line.fields["score"]) <= LOW_SCORE for line in lines)
    return low or not _agents_word(lines).isdisjoint({"poor", "not_at_all"})


def _agents_word(lines: Sequence[Line]) -> set[str]:
    """What each agent said last of each thing."""
    marked = [line.fields for line in lines if line.type == "AgentMarked"]
    return set({(f["agent"], f["about"]): str(f["mark"]) for f in marked}.values())


def queue(cases: Iterable[Case], rules: Rules, *, done: Mapping[str, frozenset[str]], reviewer: str) -> list[Queued]:
    """What is left for this reviewer, what must be first. `done`: call → who has finished with it."""
    ranked = sorted(cases, key=lambda one: _rank(rules.seed, one.call))
    must, others = ([one for one in ranked if bool(one.must) is wanted] for wanted in (True, False))
    queued = [Queued(one, one.must, raters(one.call, rules)) for one in must]
    queued += [Queued(one, (Why.RANDOM,), raters(one.call, rules)) for one in others[: rules.random]]
    left = [one for one in queued if _left(one, done.get(one.case.call, frozenset()), reviewer)]
    return sorted(left, key=lambda one: (one.why == (Why.RANDOM,), -len(one.why), one.case.wall))


def raters(call: str, rules: Rules) -> int:
    return 2 if _rank(rules.seed + 1, call) < rules.double else 1


def _left(one: Queued, by: frozenset[str], reviewer: str) -> bool:
    return reviewer not in by and len(by) < one.raters


def _rank(seed: int, call: str) -> float:
    """0 to 1, the same for the same call in every week and process."""
    return int.from_bytes(hashlib.sha256(f"{seed}:{call}".encode()).digest()[:8]) / 2**64
