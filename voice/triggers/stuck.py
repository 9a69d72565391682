"""The call goes in circles: the same words again, or the same task begun again and never solved."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from voice.events import Escalated
from voice.triggers.escalate import escalate
from voice.triggers.repeats import same_turns
from voice.triggers.rule import Finite
from voice.triggers.rule import Rule as BaseRule
from voice.triggers.signals import Signals

Again = Annotated[int, Field(ge=2, le=1000)]  # once is no circle


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(BaseRule):
    FIELDS = frozenset({"what"})

    same_words: Again
    similarity: Annotated[Finite, Field(gt=0, le=1)]
    same_task: Again


def look(signals: Signals, rule: Rule) -> Escalated | None:
    turns = same_turns(signals, rule.similarity)
    if len(turns) >= rule.same_words:
        return escalate(signals, rule, turns=turns, what=f"said nearly the same thing {len(turns)} times")
    if signals.begun and signals.begun[-1] not in signals.solved:
        times = signals.begun.count(signals.begun[-1])
        if times >= rule.same_task:
            return escalate(signals, rule, what=f"began {signals.topic_title} {times} times without success")
    return None
