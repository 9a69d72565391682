"""The caller is frustrated above what losing this call would cost, or is on the way there, for long enough to be sure.

The level is the probability that a person is needed; a rise over the last turns counts as if it went on. The voice adds
to the level and never escalates alone: words or behaviour must show it too.
"""

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from voice.events import Escalated
from voice.triggers.escalate import escalate
from voice.triggers.price import logit, weighed
from voice.triggers.rule import Count, Finite
from voice.triggers.rule import Rule as BaseRule
from voice.triggers.signals import Signals

LEAST_LEVEL = 0.05  # no level is lower where words or behaviour show anything
MOST_LEVEL = 0.99  # a rise leads no higher


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(BaseRule):
    """`least_raised`: turns in which words or behaviour added to what was shown. `rise`: how much of the level's rise
    over the last `rise_turns` turns is added to it."""

    FIELDS = frozenset({"level", "reasons", "rise"})

    least_turns: Count
    least_raised: Count = 1
    least_shown: Annotated[Finite, Field(gt=0)] = 0.4  # log-odds by words and behaviour: one failure to understand
    rise: Annotated[Finite, Field(ge=0, le=3)] = 0.0
    rise_turns: Count = 3

    def bounds(self) -> tuple[float, float]:
        """The lowest and the highest probability that the rule can come to: where words and behaviour just show it."""
        return LEAST_LEVEL, MOST_LEVEL


def look(signals: Signals, rule: Rule) -> Escalated | None:
    if signals.acting or signals.judged < rule.least_turns:
        return None  # what was just agreed to is done first
    if signals.shown < rule.least_shown or signals.raised < rule.least_raised:
        return None
    risen = _risen(signals, rule)
    level = logit(signals.level)
    heading = logit(max(signals.level, min(MOST_LEVEL, signals.level + rule.rise * risen)))
    found = weighed({"frustration": level, "rise": heading - level})
    if not signals.price.pays(found.probability):
        return None
    risen_words = (f"rose by {risen:.2f} in {rule.rise_turns} turns",) if "rise" in found.terms else ()
    raised = tuple(one.turn for one in signals.glances if one.level >= signals.price.threshold)
    return escalate(
        signals, rule, turns=raised, more=(*signals.reasons, *risen_words), weighed=found,
        level=f"{signals.level:.2f}", reasons="; ".join(signals.reasons), rise=f"{risen:.2f}",
    )  # fmt: skip


def _risen(signals: Signals, rule: Rule) -> float:
    """How much higher the level stands than it lately did."""
    lately = [one.level for one in signals.glances[-rule.rise_turns - 1 :]]
    return max(0.0, signals.level - min(lately, default=signals.level))
