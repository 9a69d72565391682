"""The caller says nothing: perhaps they cannot, so a person listens."""

from dataclasses import dataclass

from voice.events import Escalated
from voice.triggers.escalate import escalate
from voice.triggers.rule import Count
from voice.triggers.rule import Rule as BaseRule
from voice.triggers.signals import Signals


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(BaseRule):
    FIELDS = frozenset({"times"})

    silences: Count


def look(signals: Signals, rule: Rule) -> Escalated | None:
    if signals.silences_row < rule.silences:
        return None
    return escalate(signals, rule, times=str(signals.silences_row))
