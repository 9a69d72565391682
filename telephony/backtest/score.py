"""What one rule set did in one call, held against the truth: in time, late, needless; and its cost in agent minutes.

Costs are those of config/escalation.toml: a person for whom there was no need costs `needless_minutes`; a caller who
needed one and got none in time costs the stakes of the call. Late counts as not in time, as in recall.
"""

from dataclasses import dataclass

from telephony.backtest.rerun import Run
from telephony.backtest.span import NOUGHT, ONE, UNKNOWN, Span
from telephony.backtest.truth import Truth
from voice.triggers.price import Price


@dataclass(frozen=True, slots=True)
class Outcome:
    """`called`: 1 when a person was called; `in_time`: 1 when they were needed, and called by the turn of the truth."""

    run: Run
    truth: Truth

    @property
    def called(self) -> Span:
        if self.run.fired is not None:
            return ONE
        return NOUGHT if self.run.known else UNKNOWN

    @property
    def in_time(self) -> Span:
        due = self.truth.by_turn
        if due is None:
            return NOUGHT
        if self.run.fired is not None:
            return ONE if self.run.turn <= due else NOUGHT
        return NOUGHT if self.run.known or self.run.turn >= due else UNKNOWN

    @property
    def needless(self) -> Span:
        return NOUGHT if self.truth.needs_person else self.called

    @property
    def turns_after_due(self) -> int | None:
        """Below 0: earlier than needed. None when no person was needed, or none is known to have been called."""
        due = self.truth.by_turn
        return self.run.turn - due if due is not None and self.run.fired is not None else None

    @property
    def late_turns(self) -> int | None:
        """0 when in time; None as above."""
        after = self.turns_after_due
        return max(0, after) if after is not None else None

    @property
    def late_seconds(self) -> float | None:
        due, late = self.truth.by_turn, self.late_turns
        if due is None or late is None:
            return None
        return max(0, self.run.at_ms - self.run.turns_ms[due - 1]) / 1000 if late else 0.0

    def cost(self, price: Price) -> Span:
        """Agent minutes lost by what this set did."""
        if self.truth.needs_person:
            return (ONE - self.in_time).times(price.missed_minutes)
        return self.needless.times(price.needless_minutes)

    def minutes(self, price: Price) -> Span:
        """Of agents, for the person who was called."""
        return self.called.times(price.needless_minutes)
