"""What a dialogue wants to know, and what was found of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from models.slots.check_digit import Check

KINDS = ("digits", "amount", "date", "time", "list", "yes_no", "name")


@dataclass(frozen=True, slots=True)
class SlotSpec:
    """One thing to read from what a caller says.

    `length`: how many digits; `values`: canonical value -> other ways to say it (kinds "list" and "name"); `cues`:
    words that stand before this one when two slots share their values ("from", "to"); `least`, `most`: bounds of an
    amount; `past`: a date without a year lies behind the caller (a payment) rather than ahead (an appointment);
    `check`: what the digits must satisfy.
    """

    name: str
    kind: str
    length: int | None = None
    values: Mapping[str, Sequence[str]] = field(default_factory=dict)
    cues: tuple[str, ...] = ()
    least: float | None = None
    most: float | None = None
    past: bool = False
    check: Check | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"slot {self.name}: kind expected one of {', '.join(KINDS)}, got {self.kind!r}")
        if self.kind == "list" and not self.values:
            raise ValueError(f"slot {self.name}: a list needs values, got none")
        if self.length is not None and self.length < 1:
            raise ValueError(f"slot {self.name}: length expected at least 1, got {self.length}")
        if self.least is not None and self.most is not None and self.least > self.most:
            raise ValueError(f"slot {self.name}: least expected at most {self.most}, got {self.least}")


READ_BACK_BELOW = 0.8
"""Of `SlotValue.sure`: 11 of 12 numbers of four digits that were heard wrong are below, and a quarter of the right ones
[measured; voices of tests/bench/slots.py that tune]."""


class Problem(StrEnum):
    """Why a value cannot be meant. The words name prompts."""

    TOO_FEW = "too_few_digits"
    TOO_MANY = "too_many_digits"
    CHECK = "check_digit"
    TOO_LITTLE = "too_little"
    TOO_MUCH = "too_much"
    NO_SUCH_DAY = "no_such_day"


@dataclass(frozen=True, slots=True)
class SlotValue:
    """`value` is canonical: digits "004242", amount "84.20", date "2026-05-03", time "10:30", yes_no "yes" or "no".

    `words` is what was said for it. Below .5 of `confidence` something does not fit, and `problem` says what: say what
    was heard and ask again. `heard`: how sure the recogniser was of these words.
    """

    name: str
    kind: str
    value: str
    words: str
    confidence: float
    heard: float = 1.0
    problem: Problem | None = None

    @property
    def sure(self) -> float:
        return self.confidence * self.heard

    @property
    def doubtful(self) -> bool:
        """It fits, but is worth reading back before anything rests on it."""
        return self.sure < READ_BACK_BELOW
