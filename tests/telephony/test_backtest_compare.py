"""Old rules against new: what is counted, what stays between two bounds, and when the new ones are worse."""

from dataclasses import replace

import pytest

from telephony.backtest import plots, told
from telephony.backtest.compare import Comparison, Pair, Verdict
from telephony.backtest.rerun import Run, Stopped
from telephony.backtest.span import Span
from telephony.backtest.tape import Tape
from telephony.backtest.truth import Truth
from voice.events import Escalated
from voice.triggers.price import Price

PRICE = Price(6.0, {"topic": 10.0})
NEEDED, NOT_NEEDED = Truth(True, 3), Truth(False)


def fires(turn: int, rule: str = "lost@1", price: Price = PRICE) -> Run:
    fired = Escalated("lost", rule, ("was not understood",), (turn,), "cards", "soon")
    return Run(fired, Stopped.FIRED, _turns(turn), turn * 10_000 + 500, (price, price))


def never(turns: int = 5, *, stopped: Stopped = Stopped.ENDED) -> Run:
    return Run(None, stopped, _turns(turns), turns * 10_000, (PRICE, PRICE))


def stops_with_the_old(turns: int) -> Run:
    return never(turns, stopped=Stopped.ESCALATED)


def _turns(count: int) -> tuple[int, ...]:
    return tuple(turn * 10_000 for turn in range(1, count + 1))


def pair(truth: Truth | None, old: Run, new: Run) -> Pair:
    return Pair(Tape("c-1", "c-1", ()), truth, old, new)


def compared(*pairs: Pair) -> Comparison:
    return Comparison(pairs)


def test_a_person_who_comes_in_time_is_a_hit_and_a_late_one_is_none() -> None:
    comparison = compared(pair(NEEDED, fires(3), fires(4)))
    assert (comparison.old.recall, comparison.new.recall) == (Span.of(1.0), Span.of(0.0))
    assert (comparison.new.late_turns, comparison.new.late_seconds) == ((1,), (10.5,))
    assert comparison.verdict is Verdict.WORSE


def test_a_person_nobody_needed_costs_the_agents_minutes() -> None:
    comparison = compared(pair(NOT_NEEDED, fires(2), never()))
    assert (comparison.old.false_rate, comparison.new.false_rate) == (Span.of(1.0), Span.of(0.0))
    assert (comparison.more_cost, comparison.added()) == (Span.of(-6.0), Span.of(-6.0))
    assert comparison.verdict is Verdict.NOT_WORSE


def test_a_lost_caller_costs_what_is_at_stake_in_their_call() -> None:
    assert compared(pair(NEEDED, fires(2), never())).more_cost == Span.of(10.0)


def test_waiting_longer_than_the_evidence_is_counted_with_both_bounds() -> None:
    comparison = compared(pair(NOT_NEEDED, fires(2), stops_with_the_old(2)))
    assert comparison.new.false_rate == Span(0.0, 1.0)
    assert comparison.verdict is Verdict.NOT_WORSE  # at worst as needless as before


def test_whether_a_needed_person_still_comes_in_time_cannot_be_told_from_a_call_that_ended_with_one() -> None:
    comparison = compared(pair(NEEDED, fires(2), stops_with_the_old(2)))
    assert (comparison.new.recall, comparison.more_cost) == (Span(0.0, 1.0), Span(0.0, 10.0))
    assert comparison.verdict is Verdict.UNDECIDED


def test_whoever_has_nobody_by_the_due_turn_is_too_late_whatever_came_then() -> None:
    comparison = compared(pair(NEEDED, fires(3), stops_with_the_old(3)))
    assert (comparison.new.recall, comparison.verdict) == (Span.of(0.0), Verdict.WORSE)


def test_a_call_that_neither_set_decides_says_nothing_and_is_said_to_say_nothing() -> None:
    comparison = compared(pair(NOT_NEEDED, stops_with_the_old(2), stops_with_the_old(2)))
    assert (comparison.scored, comparison.verdict) == ((), Verdict.UNDECIDED)
    assert any("not compared" in one for one in told.limits(comparison))


def test_without_a_truth_only_the_differences_are_told() -> None:
    comparison = compared(pair(None, fires(2), never()))
    assert told.rows(comparison) == []
    assert len(comparison.changed) == 1
    assert comparison.verdict is Verdict.UNDECIDED


def test_making_lost_callers_cheap_does_not_make_losing_them_right() -> None:
    cheap = Price(6.0, {"topic": 0.1})
    saves = pair(NOT_NEEDED, fires(2), never())
    loses = pair(NEEDED, fires(3), never())
    pairs = [Pair(one.tape, one.truth, one.old, replace(one.new, prices=(PRICE, cheap))) for one in (saves, loses)]
    comparison = compared(*pairs)
    assert comparison.more_cost.high < 0  # by its own prices
    assert comparison.verdict is Verdict.WORSE


def test_fewer_needless_calls_may_pay_for_a_late_one_where_the_old_prices_agree() -> None:
    saves = [pair(NOT_NEEDED, fires(2), never()) for _ in range(2)]
    assert compared(*saves, pair(NEEDED, fires(3), never())).verdict is Verdict.NOT_WORSE


def test_another_rule_or_another_turn_is_a_change_and_the_same_is_none() -> None:
    pairs = [
        pair(NEEDED, fires(2), fires(2)), pair(NEEDED, fires(2), fires(2, "stuck@1")), pair(NEEDED, fires(2), fires(3)),
        pair(NEEDED, never(), never()),
    ]  # fmt: skip
    assert compared(*pairs).changed == (pairs[1], pairs[2])


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (fires(3), fires(3), "not worse"),
        (fires(3), never(), "are worse"),
        (fires(3), stops_with_the_old(2), "cannot be told"),
    ],
)
def test_the_verdict_is_said_in_one_sentence(old: Run, new: Run, said: str) -> None:
    assert said in told.verdict(compared(pair(NEEDED, old, new)))


def test_plots_draw_bounds_as_whiskers_and_a_line_a_set_of_when_a_person_came() -> None:
    drawn = plots.bars([plots.Group("recall", (Span.of(1.0), Span(0.5, 1.0)))], title="t")
    assert drawn.count("<rect") == 2
    assert drawn.count("whisker") == 1
    assert "0.50 to 1.00" in drawn
    assert plots.due([-1, 0, 2], [], 4, title="t", x_name="turns").count('<path class="l ') == 2
