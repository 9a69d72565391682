"""The brief: what an agent hears and reads before taking a call. One versioned value, spoken and shown the same.

Six parts, each resting on turns of the call; a part nobody knows is blank and is said as blank. `models/compose.py`
makes one from `Material`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from models.transcript import Transcript


class Part(StrEnum):
    WHO = "who"  # who is calling, and whether and how verified
    ISSUE = "issue"  # in the caller's own words
    TRIED = "tried"  # what was tried, with result; what was committed or promised
    WHY = "why"  # why a person now, with the evidence
    NEXT = "next"  # recommended next step, and its limits
    ENTITIES = "entities"  # exact numbers, dates, amounts and names


@dataclass(frozen=True, slots=True)
class Clip:
    """The seconds of the recording in which the caller said `turn`; call time, as in the transcript."""

    turn: int
    start_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True)
class BriefLine:
    """One line of one part. `turns` are the turns it rests on; `record` names a field of the customer's record; `clip`
    plays the caller's own words, where they were recorded and hold nothing that must not be heard again."""

    part: Part
    text: str
    turns: tuple[int, ...] = ()
    record: str | None = None
    clip: Clip | None = None


@dataclass(frozen=True, slots=True)
class Brief:
    """Version `version` of the brief. `headline`: why in at most eight words; `spoken`: at most 12 s when read out."""

    version: int
    headline: str
    lines: tuple[BriefLine, ...]
    spoken: str

    def part(self, part: Part) -> tuple[BriefLine, ...]:
        return tuple(line for line in self.lines if line.part is part)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, as far as the customer's record says. `member` is masked already; `verified`: how, None when not."""

    name: str | None = None
    member: str | None = None
    verified: str | None = None  # in an agent's words: "by PIN on the keypad"
    notes: tuple[str, ...] = ()  # tier, value, since when, ...: one short phrase each, the weightiest first


@dataclass(frozen=True, slots=True)
class Attempt:
    """One thing the system did or promised. `committed`: it cannot be taken back without a person."""

    what: str  # in an agent's words: "looked up recent payments"
    result: str  # "found 3", "refused: limit reached"
    receipt: str | None = None
    committed: bool = False
    turns: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a person now: the trigger's kind, its evidence in words, and the turns that carry it."""

    trigger: str
    evidence: tuple[str, ...]
    turns: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Entity:
    """An exact value from the call: `value` canonical (see `models/slots`), `words` as said in `turn`."""

    name: str
    kind: str
    value: str
    words: str
    turn: int


@dataclass(frozen=True, slots=True)
class Material:
    """All a brief may say. `topic` is the task in a few words ("you want to dispute a charge")."""

    transcript: Transcript
    today: date
    caller: Caller = field(default_factory=Caller)
    topic: str | None = None
    issue_turns: tuple[int, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    reason: Reason | None = None
    next_step: str | None = None
    limits: str | None = None  # what the agent may and may not do on the way there
    entities: tuple[Entity, ...] = ()
    record: Mapping[str, str] = field(
        default_factory=dict
    )  # further fields of the customer's record that lines may name
    recorded: bool = False  # the caller's sentences can be played
