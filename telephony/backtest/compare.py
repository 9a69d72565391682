"""Old rules against new over the same calls: the figures of each, the calls that changed, and which set is worse.

A call in which neither set is known to decide says nothing about their difference: it is left out, and counted.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median

from telephony.backtest.rerun import Run
from telephony.backtest.score import Outcome
from telephony.backtest.span import Span, total
from telephony.backtest.tape import Tape
from telephony.backtest.truth import Truth
from voice.triggers.price import Price

A_HAIR = 1e-6  # minutes: below it two sums are the same


class Verdict(StrEnum):
    NOT_WORSE = "not worse"
    WORSE = "worse"
    UNDECIDED = "cannot be told"


@dataclass(frozen=True, slots=True)
class Pair:
    """One call with both sets."""

    tape: Tape
    truth: Truth | None
    old: Run
    new: Run

    @property
    def changed(self) -> bool:
        """Whether another rule fires, or at another turn, as far as that is known."""
        if self.old.fired is None and self.new.fired is None:
            return False
        if self.old.fired is None or self.new.fired is None:
            return True
        return (self.old.fired.rule, self.old.turn) != (self.new.fired.rule, self.new.turn)

    @property
    def compared(self) -> bool:
        """Whether it says anything of the difference."""
        if self.old.known or self.new.known:
            return True
        due = self.truth.by_turn if self.truth is not None else None
        return due is not None and min(self.old.turn, self.new.turn) >= due  # both are too late already

    @property
    def _last(self) -> Run:
        """The one that went further: it knows more of what was at stake."""
        return max(self.old, self.new, key=lambda run: (run.turn, run.at_ms))

    @property
    def old_price(self) -> Price:
        return self._last.prices[0]

    @property
    def new_price(self) -> Price:
        return self._last.prices[1]


@dataclass(frozen=True, slots=True)
class SetFigures:
    """Of one set, over the calls with a truth that are compared. Minutes are sums over all of them."""

    recall: Span
    false_rate: Span
    turns_after_due: tuple[int, ...]  # of each call that needs a person and got one
    late_seconds: tuple[float, ...]  # likewise; 0: in time
    minutes: Span
    cost_old_prices: Span
    cost_new_prices: Span

    @property
    def late_turns(self) -> tuple[int, ...]:
        return tuple(max(0, turns) for turns in self.turns_after_due)

    @property
    def median_late_turns(self) -> float:
        return float(median(self.late_turns)) if self.late_turns else 0.0

    @property
    def median_late_seconds(self) -> float:
        return float(median(self.late_seconds)) if self.late_seconds else 0.0


@dataclass(frozen=True, slots=True)
class Comparison:
    pairs: tuple[Pair, ...]
    left_out: tuple[tuple[str, str], ...] = ()  # call, why: it could not be run again
    same: bool = False  # the two sets say the same

    @property
    def scored(self) -> tuple[Pair, ...]:
        return tuple(pair for pair in self.pairs if pair.truth is not None and pair.compared)

    @property
    def not_compared(self) -> tuple[Pair, ...]:
        return tuple(pair for pair in self.pairs if not pair.compared)

    @property
    def changed(self) -> tuple[Pair, ...]:
        return tuple(pair for pair in self.pairs if pair.changed)

    @property
    def need_person(self) -> int:
        return sum(pair.truth.needs_person for pair in self.scored if pair.truth is not None)

    @property
    def need_nobody(self) -> int:
        return len(self.scored) - self.need_person

    @property
    def old(self) -> SetFigures:
        return self._figures([_outcome(pair, pair.old) for pair in self.scored])

    @property
    def new(self) -> SetFigures:
        return self._figures([_outcome(pair, pair.new) for pair in self.scored])

    def added(self) -> Span:
        """Agent minutes that the new set takes more than the old, by its own prices."""
        return total(
            _outcome(pair, pair.new).minutes(pair.new_price) - _outcome(pair, pair.old).minutes(pair.new_price)
            for pair in self.scored
        )

    def _figures(self, outcomes: Sequence[Outcome]) -> SetFigures:
        priced = list(zip(self.scored, outcomes, strict=True))
        return SetFigures(
            _share((one.in_time for one in outcomes), self.need_person),
            _share((one.needless for one in outcomes), self.need_nobody),
            tuple(one.turns_after_due for one in outcomes if one.turns_after_due is not None),
            tuple(one.late_seconds for one in outcomes if one.late_seconds is not None),
            total(one.minutes(pair.new_price) for pair, one in priced),
            total(one.cost(pair.old_price) for pair, one in priced),
            total(one.cost(pair.new_price) for pair, one in priced),
        )

    # --- the verdict ---------------------------------------------------------------------------------------------

    @property
    def more_cost(self) -> Span:
        """Of the new set beyond the old one's, in agent minutes, by the new prices."""
        return self._more_cost(new_prices=True)

    @property
    def more_in_time(self) -> Span:
        """Callers more who needed a person and got one in time."""
        return total(_outcome(pair, pair.new).in_time - _outcome(pair, pair.old).in_time for pair in self.scored)

    @property
    def more_cost_old_prices(self) -> Span:
        return self._more_cost(new_prices=False)

    def _more_cost(self, *, new_prices: bool) -> Span:
        spans = []
        for pair in self.scored:
            price = pair.new_price if new_prices else pair.old_price
            spans.append(_outcome(pair, pair.new).cost(price) - _outcome(pair, pair.old).cost(price))
        return total(spans)

    @property
    def verdict(self) -> Verdict:
        """Worse: it costs more by its own prices; or it brings fewer who need a person in time, and costs more by the
        old prices too. So no set passes by making lost callers cheap."""
        if not self.scored:
            return Verdict.UNDECIDED
        if self.same:
            return Verdict.NOT_WORSE
        cost, fewer, old_cost = self.more_cost, self.more_in_time, self.more_cost_old_prices
        if cost.low > A_HAIR or (fewer.high < 0 and old_cost.low > A_HAIR):
            return Verdict.WORSE
        if cost.high > A_HAIR or (fewer.low < 0 and old_cost.high > A_HAIR):
            return Verdict.UNDECIDED
        return Verdict.NOT_WORSE


def _outcome(pair: Pair, run: Run) -> Outcome:
    assert pair.truth is not None  # only scored pairs have outcomes
    return Outcome(run, pair.truth)


def _share(spans: Iterable[Span], of: int) -> Span:
    summed = total(spans)
    return Span(summed.low / of, summed.high / of) if of else Span.of(0.0)
