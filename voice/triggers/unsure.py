"""Hardly sure of the caller: again and again a turn was not understood, was not ours or could only be guessed at,
though turns between them went well."""

from collections.abc import Iterator
from dataclasses import dataclass

from voice.events import Escalated
from voice.triggers.escalate import escalate
from voice.triggers.rule import Count
from voice.triggers.rule import Rule as BaseRule
from voice.triggers.signals import Signals


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(BaseRule):
    """`turns` doubtful ones among the caller's last `of`."""

    FIELDS = frozenset({"n", "of"})

    turns: Count
    of: Count

    def mistakes(self) -> Iterator[str]:
        yield from BaseRule.mistakes(self)
        if self.turns > self.of:
            yield f"turns: at most of = {self.of} expected (the rule can never fire), got {self.turns}"


def look(signals: Signals, rule: Rule) -> Escalated | None:
    lately = signals.glances[-rule.of :]
    doubted = tuple(one.turn for one in lately if one.doubted)
    now = bool(lately) and lately[-1].doubted and lately[-1].turn == signals.turn
    if not now or len(doubted) < rule.turns:
        return None
    return escalate(signals, rule, turns=doubted, n=str(len(doubted)), of=str(len(lately)))
