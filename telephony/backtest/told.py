"""A comparison in words: the rows that terminal and page show, and a line for each call."""

from dataclasses import dataclass

from telephony.backtest.compare import Comparison, Pair, SetFigures, Verdict
from telephony.backtest.rerun import Run, Stopped
from telephony.backtest.span import Span


@dataclass(frozen=True, slots=True)
class Row:
    name: str
    old: str
    new: str


def rows(comparison: Comparison) -> list[Row]:
    """Nothing without a truth: then only differences can be shown."""
    if not comparison.scored:
        return []
    old, new = comparison.old, comparison.new
    return [
        Row(f"recall, in time (of {comparison.need_person} who need a person)", old.recall.said(3), new.recall.said(3)),
        Row(f"false (of {comparison.need_nobody} who need nobody)", old.false_rate.said(3), new.false_rate.said(3)),
        Row("late by turns: median, most", *(_late(one.median_late_turns, one.late_turns) for one in (old, new))),
        Row("late by seconds: median, most", *(_late(one.median_late_seconds, one.late_seconds) for one in (old, new))),
        Row("agent minutes for those called", old.minutes.said(1), new.minutes.said(1)),
        Row("agent minutes added", "", comparison.added().said(1)),
        Row("expected cost, minutes, by the new prices", *(_cost(one, new_prices=True) for one in (old, new))),
        Row("expected cost, minutes, by the old prices", *(_cost(one, new_prices=False) for one in (old, new))),
    ]


def verdict(comparison: Comparison) -> str:
    """One sentence."""
    calls = len(comparison.scored)
    if not calls:
        return "Whether the new rules are worse cannot be told: no call has a truth."
    over = f"over {calls} call{'s' if calls != 1 else ''} with a truth"
    if comparison.same:
        return f"There is nothing to be worse than: both sets say the same; {over}."
    differences = [
        f"cost {_more(comparison.more_cost, 'agent minutes')}",
        f"bring {_more(comparison.more_in_time, 'callers', 'fewer', digits=0)} to a person in time",
    ]
    if comparison.more_cost_old_prices != comparison.more_cost:
        differences.append(f"by the old prices cost {_more(comparison.more_cost_old_prices, 'agent minutes')}")
    what = ", ".join(differences)
    match comparison.verdict:
        case Verdict.WORSE:
            return f"The new rules are worse: they {what}, {over}."
        case Verdict.NOT_WORSE:
            return f"The new rules are not worse: they {what}, {over}."
        case _:
            return f"Whether the new rules are worse cannot be told: they {what}, {over}."


def _more(span: Span, what: str, less: str = "less", *, digits: int = 1) -> str:
    """ "2.0 agent minutes more", "1 callers fewer", "0 to 6.0 agent minutes more"."""
    if span.high <= 0 and span.low < 0:
        return f"{Span(-span.high, -span.low).said(digits)} {what} {less}"
    return f"{span.said(digits)} {what} more" if span.high > 0 else f"no {what} more"


def change(pair: Pair) -> str:
    """Whether a changed call is now right or wrong, as far as that is known."""
    due = pair.truth.by_turn if pair.truth is not None else None
    if pair.truth is None:
        return "no truth"
    return f"a person is needed by turn {due}" if due is not None else "nobody is needed"


def reason(run: Run) -> str:
    """Why this set did what it did, in one line."""
    match run.stopped:
        case Stopped.FIRED if run.fired is not None:
            return f"{run.fired.rule} at turn {run.turn}: {'; '.join(run.fired.evidence)}"
        case Stopped.ENDED:
            return "nobody is called"
        case Stopped.ESCALATED:
            return f"nobody by turn {run.turn}; not known beyond: a person was called then"
        case Stopped.DIVERGED:
            return f"nobody by turn {run.turn}; not known beyond: {run.why}"
        case _:
            return f"nobody by turn {run.turn}; not known beyond: the journal ends"


def limits(comparison: Comparison) -> list[str]:
    """What was left out, and how much is known only between bounds."""
    said = [f"{name}: left out, {why}" for name, why in comparison.left_out]
    said += [f"{pair.tape.name}: not compared, {reason(pair.new)}" for pair in comparison.not_compared]
    unknown = sum(not (pair.old.known and pair.new.known) for pair in comparison.scored)
    if unknown:
        said.append(
            f"In {unknown} of the compared calls one set waits longer than the evidence goes: two numbers are bounds."
        )
    without = sum(pair.truth is None for pair in comparison.pairs)
    if without:
        said.append(f"{without} calls have no truth: they count for differences alone.")
    return said


def _late(middle: float, values: tuple[float, ...] | tuple[int, ...]) -> str:
    return f"{middle:g}, {max(values):.3g}" if values else "none called"


def _cost(figures: SetFigures, *, new_prices: bool) -> str:
    return (figures.cost_new_prices if new_prices else figures.cost_old_prices).said(1)
