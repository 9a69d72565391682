"""What a dialogue wants to know, and what was found of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

KINDS = ("digits", "amount", "date", "time", "list", "yes_no", "name")


@dataclass(frozen=True, slots=True)
class SlotSpec:
    """One thing to read from what a caller says.

    `length`: how many digits; `values`: canonical value -> other ways to say it (kinds "list" and "name"); `cues`:
    words that stand before this one when two slots share their values ("from", "to"); `least`, `most`: bounds of an
    amount; `past`: a date without a year lies behind the caller (a payment) rather than ahead (an appointment);
    `check_digit`: the digits end in a Luhn check digit.
    """

    name: str
    kind: str
    length: int | None = None
    values: Mapping[str, Sequence[str]] = field(default_factory=dict)
    cues: tuple[str, ...] = ()
    least: float | None = None
    most: float | None = None
    past: bool = False
    check_digit: bool = False

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"slot {self.name}: kind expected one of {', '.join(KINDS)}, got {self.kind!r}")
        if self.kind == "list" and not self.values:
            raise ValueError(f"slot {self.name}: a list needs values, got none")
        if self.length is not None and self.length < 1:
            raise ValueError(f"slot {self.name}: length expected at least 1, got {self.length}")


@dataclass(frozen=True, slots=True)
class SlotValue:
    """`value` is canonical: digits "004242", amount "84.20", date "2026-05-03", time "10:30", yes_no "yes" or "no".

    `words` is what was said for it. Below .5 of `confidence` something does not fit (too few digits, no such day, out
    of bounds): say what was heard and ask again.
    """

    name: str
    kind: str
    value: str
    words: str
    confidence: float
