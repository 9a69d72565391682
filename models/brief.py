"""The brief: what an agent hears and reads before taking a call. One versioned value, spoken and shown the same.

Six parts, each resting on turns of the call; a part nobody knows is blank and is said as blank.
"""

from dataclasses import dataclass
from enum import StrEnum


class Part(StrEnum):
    WHO = "who"  # who is calling, and whether and how verified
    ISSUE = "issue"  # in the caller's own words
    TRIED = "tried"  # what was tried, with result; what was committed or promised
    WHY = "why"  # why a person now, with the evidence
    NEXT = "next"  # recommended next step
    ENTITIES = "entities"  # exact numbers, dates, amounts and names


@dataclass(frozen=True, slots=True)
class BriefLine:
    """One line of one part. `turns` are the turns it rests on; `record` names a field of the customer's record."""

    part: Part
    text: str
    turns: tuple[int, ...] = ()
    record: str | None = None


@dataclass(frozen=True, slots=True)
class Brief:
    """Version `version` of the brief. `headline`: why in at most eight words; `spoken`: at most 12 s when read out."""

    version: int
    headline: str
    lines: tuple[BriefLine, ...]
    spoken: str

    def part(self, part: Part) -> tuple[BriefLine, ...]:
        return tuple(line for line in self.lines if line.part is part)
