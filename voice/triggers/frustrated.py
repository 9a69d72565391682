"""The caller is frustrated above what losing this call would cost (`Signals.threshold`), for long enough to be sure."""

from dataclasses import dataclass

from voice.events import Escalated
from voice.triggers.escalate import escalate
from voice.triggers.rule import Rule as BaseRule
from voice.triggers.signals import Signals


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(BaseRule):
    least_turns: int


def look(signals: Signals, rule: Rule) -> Escalated | None:
    if signals.acting or signals.judged < rule.least_turns or signals.level < signals.threshold:
        return None  # what was just agreed to is done first
    reasons = "; ".join(signals.reasons)
    return escalate(
        signals, rule, turns=signals.raised, more=signals.reasons, level=f"{signals.level:.2f}", reasons=reasons
    )
