"""One number with what it is worth: how many cases stand behind it, and between which bounds it may lie."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

Z95 = 1.959964  # two-sided 95 %


@dataclass(frozen=True, slots=True)
class Figure:
    """`value` None: there is nothing to count yet. `low`, `high`: 95 % bounds of a share, else None."""

    id: str
    title: str
    unit: str  # "share" | "s" | "of 5"
    value: float | None
    n: int
    how: str  # the definition, in a sentence
    low: float | None = None
    high: float | None = None
    goal: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Figures of the same kind side by side, one for each group; the largest group first."""

    id: str
    title: str
    how: str
    rows: tuple[tuple[str, Figure], ...]


@dataclass(frozen=True, slots=True)
class Goals:
    """What the operator promises callers: `share` of those who wait for a person have one within `seconds`."""

    share: float = 0.80
    seconds: float = 20.0  # 80 % in 20 s is the industry's usual pair; see docs/figures.md
    short_abandon_seconds: float = 5.0  # who leaves sooner did not wait
    recontact_days: float = 7.0


def share(id: str, title: str, hits: int, n: int, how: str, *, goal: str = "") -> Figure:
    if n == 0:
        return Figure(id, title, "share", None, 0, how, goal=goal)
    low, high = wilson(hits, n)
    return Figure(id, title, "share", hits / n, n, how, low, high, goal)


def mean(id: str, title: str, values: Sequence[float], how: str, *, unit: str = "s", goal: str = "") -> Figure:
    value = sum(values) / len(values) if values else None
    return Figure(id, title, unit, value, len(values), how, goal=goal)


def wilson(hits: int, n: int) -> tuple[float, float]:
    """Bounds of a share that hold for few cases and for shares near 0 and 1 (Wilson 1927)."""
    if n == 0:
        return 0.0, 1.0
    p, z2 = hits / n, Z95 * Z95
    middle = (p + z2 / (2 * n)) / (1 + z2 / n)
    half = Z95 * math.sqrt(p * (1 - p) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    return max(0.0, middle - half), min(1.0, middle + half)
