"""The call goes in circles: the same words again, or the same task begun again and never solved."""

from dataclasses import dataclass

from voice.events import Escalated
from voice.triggers.escalate import escalate
from voice.triggers.rule import Rule as BaseRule
from voice.triggers.signals import Signals
from voice.triggers.words import bare

LEAST_WORDS = 3  # "yes" and "savings" are said often and mean nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(BaseRule):
    same_words: int
    similarity: float
    same_task: int


def look(signals: Signals, rule: Rule) -> Escalated | None:
    turns = _same(signals, rule.similarity)
    if len(turns) >= rule.same_words:
        return escalate(signals, rule, turns=turns, what=f"said nearly the same thing {len(turns)} times")
    if signals.begun and signals.begun[-1] not in signals.solved:
        times = signals.begun.count(signals.begun[-1])
        if times >= rule.same_task:
            return escalate(signals, rule, what=f"began {signals.topic_title} {times} times without success")
    return None


def _same(signals: Signals, similarity: float) -> tuple[int, ...]:
    """The turns that say nearly what the last one says, itself included."""
    if signals.turn is None or not signals.said:
        return ()
    last = set(bare(signals.said[-1][1]).split())
    if len(last) < LEAST_WORDS:
        return ()
    return tuple(turn for turn, text in signals.said if _alike(last, set(bare(text).split())) >= similarity)


def _alike(one: set[str], other: set[str]) -> float:
    return len(one & other) / len(one | other) if one | other else 0.0
