"""A number that is known only between two bounds, because a call's evidence ends before the rules decide."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Span:
    low: float
    high: float

    @classmethod
    def of(cls, value: float) -> "Span":
        return cls(value, value)

    @property
    def known(self) -> bool:
        return self.high - self.low < 1e-9

    def __add__(self, other: "Span") -> "Span":
        return Span(self.low + other.low, self.high + other.high)

    def __sub__(self, other: "Span") -> "Span":
        return Span(self.low - other.high, self.high - other.low)

    def times(self, factor: float) -> "Span":
        """`factor`: not below 0."""
        return Span(self.low * factor, self.high * factor)

    def said(self, digits: int = 2) -> str:
        """ "0.95", or "0.90 to 0.95"."""
        low, high = f"{self.low:.{digits}f}", f"{self.high:.{digits}f}"
        return low if low == high else f"{low} to {high}"


NOUGHT, ONE, UNKNOWN = Span.of(0.0), Span.of(1.0), Span(0.0, 1.0)


def total(spans: Iterable[Span]) -> Span:
    result = NOUGHT
    for one in spans:
        result += one
    return result
