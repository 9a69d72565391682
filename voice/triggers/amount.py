"""So much is at stake, or the caller is worth so much to the business, that a person handles it."""

from dataclasses import dataclass

from voice.events import Escalated
from voice.triggers.escalate import escalate
from voice.triggers.rule import Rule as BaseRule
from voice.triggers.signals import Signals


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(BaseRule):
    """`tiers`: only for these customers; empty means for all."""

    intents: tuple[str, ...]
    above: float
    tiers: tuple[str, ...] = ()
    currency: str = "dollars"


def look(signals: Signals, rule: Rule) -> Escalated | None:
    if signals.topic not in rule.intents or (rule.tiers and signals.tier not in rule.tiers):
        return None
    for amount, turn in signals.amounts.values():
        if amount > rule.above:
            turns = (turn,) if turn is not None else ()
            return escalate(
                signals, rule, turns=turns, amount=f"{amount:,.2f}", limit=f"{rule.above:,.0f}",
                currency=rule.currency, tier=signals.tier or "",
            )  # fmt: skip
    return None
