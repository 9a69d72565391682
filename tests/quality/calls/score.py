"""The scores over many calls: escalated when it was needed, in time, needlessly; with 95 % intervals by call."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import median

from tests.quality.calls.outcome import Outcome

Z = 1.96  # of a 95 % interval
DEEDS = frozenset({"transfer", "open_dispute", "block_card", "reset_password", "book_appointment"})
"""What changes something at the demo bank."""


@dataclass(frozen=True, slots=True)
class Share:
    """`hits` of `n`, with Wilson's interval."""

    hits: int
    n: int

    @property
    def value(self) -> float:
        return self.hits / self.n if self.n else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        if not self.n:
            return 0.0, 1.0
        share, n = self.value, self.n
        middle = share + Z * Z / (2 * n)
        wide = Z * sqrt(share * (1 - share) / n + Z * Z / (4 * n * n))
        return (middle - wide) / (1 + Z * Z / n), (middle + wide) / (1 + Z * Z / n)

    def __str__(self) -> str:
        low, high = self.interval
        return f"{self.value:.3f} ({low:.2f} to {high:.2f}, {self.hits} of {self.n})"


def share(outcomes: Iterable[Outcome], hit: Callable[[Outcome], bool]) -> Share:
    found = [hit(one) for one in outcomes]
    return Share(sum(found), len(found))


def recall(outcomes: Sequence[Outcome]) -> Share:
    """Of the calls that need a person: one was called, in time."""
    return share((one for one in outcomes if one.script.truth.needs_person), lambda one: one.in_time)


def false_rate(outcomes: Sequence[Outcome]) -> Share:
    """Of the calls that need nobody: somebody was called."""
    return share((one for one in outcomes if not one.script.truth.needs_person), lambda one: one.false)


def by_why(outcomes: Sequence[Outcome]) -> dict[str, Share]:
    """Recall for each main reason of the truth."""
    reasons = sorted({one.script.truth.why for one in outcomes if one.script.truth.needs_person})
    return {why: recall([one for one in outcomes if one.script.truth.why == why]) for why in reasons}


def by_trigger(outcomes: Sequence[Outcome]) -> dict[str, Share]:
    """Of the calls in which a trigger fired: those that needed nobody."""
    fired = [one for one in outcomes if one.escalated is not None]
    kinds = sorted({one.escalated.trigger for one in fired if one.escalated is not None})
    return {
        kind: share(
            (one for one in fired if one.escalated is not None and one.escalated.trigger == kind), lambda one: one.false
        )
        for kind in kinds
    }


def frustrated_turns_before(outcomes: Sequence[Outcome]) -> float:
    """Median over the calls whose callers were annoyed and who were brought to a person."""
    found = [
        one.frustrated_before
        for one in outcomes
        if one.escalated is not None and any(line.frustrated for line in one.script.lines)
    ]
    return float(median(found)) if found else 0.0


def acts_unverified(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Calls in which something was changed for somebody who had not proved who they are: must be none."""
    return [one for one in outcomes if DEEDS & set(one.acts) and not one.verified]


def kinds(outcomes: Sequence[Outcome]) -> Counter[str]:
    return Counter(one.script.kind for one in outcomes)
