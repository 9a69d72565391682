"""So much is at stake, or the caller is worth so much to the business, that a person handles it."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from voice.events import Escalated
from voice.triggers.escalate import escalate
from voice.triggers.rule import Finite
from voice.triggers.rule import Rule as BaseRule
from voice.triggers.signals import Signals


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(BaseRule):
    """`tiers`, `values`: only for customers of one of these (`Member.tier`, `Member.value`); both empty: for all."""

    FIELDS = frozenset({"amount", "limit", "currency", "tier"})

    intents: tuple[str, ...]
    above: Annotated[Finite, Field(ge=0)]
    tiers: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    currency: str = "dollars"

    def mistakes(self) -> Iterator[str]:
        yield from BaseRule.mistakes(self)
        if not self.intents:
            yield "intents: at least one intent expected (the rule can never fire), got none"


def look(signals: Signals, rule: Rule) -> Escalated | None:
    if signals.topic not in rule.intents or not _meant(signals, rule):
        return None
    for amount, turn in signals.amounts.values():
        if math.isfinite(amount) and amount > rule.above:
            turns = (turn,) if turn is not None else ()
            return escalate(
                signals, rule, turns=turns, amount=f"{amount:,.2f}", limit=f"{rule.above:,.0f}",
                currency=rule.currency, tier=signals.tier or signals.value or "",
            )  # fmt: skip
    return None


def _meant(signals: Signals, rule: Rule) -> bool:
    everybody = not rule.tiers and not rule.values
    return everybody or signals.tier in rule.tiers or signals.value in rule.values
