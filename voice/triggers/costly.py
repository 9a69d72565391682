"""Small doubts add up: what went wrong in this call, in log-odds that a person is needed, against what is at stake.

One failure in a question about opening hours is nothing; the same one with a large sum or a lost card is enough.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from voice.events import Escalated
from voice.triggers.escalate import escalate
from voice.triggers.price import Weighed, logit, weighed
from voice.triggers.repeats import same_turns
from voice.triggers.rule import Count, Finite, Share
from voice.triggers.rule import Rule as BaseRule
from voice.triggers.signals import Signals

Weight = Annotated[Finite, Field(ge=0, le=7)]
SIMILAR = 0.8  # of two sentences by shared words, as in `stuck`: see config/escalation.toml
WORDS = {
    "no_match": ("was not understood", "times"),
    "unheard": ("was hardly heard", "times"),
    "outside": ("asked for what this line does not do", "times"),
    "wrong_guess": ("was understood wrongly", "times"),
    "wrong_identity": ("could not prove who they are", "times"),
    "failed_action": ("our systems failed", "times"),
    "silence": ("said nothing", "times"),
    "repeat": ("said the same again", "times"),
    "correction": ("corrected us", "times"),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(BaseRule):
    """`prior`: the share of calls that need a person whatever happens. `weights`: log-odds of each time one of `WORDS`
    happens; `frustration`: at level 1. `most`: of one sort no more are counted."""

    FIELDS = frozenset({"what"})

    prior: Annotated[Finite, Field(gt=0, lt=1)]
    weights: Mapping[str, Weight]
    frustration: Weight = 0.0
    least_shown: Share = 0.4  # as in `frustrated`: below it the level is the voice's alone and does not count
    least_raised: Count = 1  # as in `frustrated`: one annoyed remark is no mood
    most: Count = 3

    def mistakes(self) -> Iterator[str]:
        yield from BaseRule.mistakes(self)
        for name in sorted(set(self.weights) - set(WORDS)):
            yield f"weights.{name}: one of {', '.join(sorted(WORDS))} expected, got an unknown name"
        if not any(self.weights.values()):
            yield "weights: at least one above 0 expected (the rule can never fire), got none"

    def bounds(self) -> tuple[float, float]:
        """The lowest and the highest probability that the rule can come to."""
        prior = logit(self.prior)
        least = weighed({"prior": prior})
        most = weighed({"prior": prior, "all": sum(self.weights.values()) * self.most + self.frustration})
        return least.probability, most.probability


def look(signals: Signals, rule: Rule) -> Escalated | None:
    if signals.acting:
        return None  # what was just agreed to is done first
    counts = {name: min(count, rule.most) for name, count in _counts(signals).items() if rule.weights.get(name)}
    if not any(counts.values()):
        return None  # a mood or a price alone is no doubt
    found = _weigh(signals, rule, counts)
    if not signals.price.pays(found.probability):
        return None
    ranked = sorted((name for name, count in counts.items() if count), key=lambda name: -found.terms.get(name, 0.0))
    reasons = tuple(_said(name, counts[name]) for name in ranked)
    return escalate(signals, rule, more=reasons[1:], weighed=found, what=reasons[0])


def _weigh(signals: Signals, rule: Rule, counts: Mapping[str, int]) -> Weighed:
    meant = signals.shown >= rule.least_shown and signals.raised >= rule.least_raised
    mood = signals.level if meant else 0.0
    terms = {name: rule.weights[name] * count for name, count in counts.items()}
    return weighed({"prior": logit(rule.prior), **terms, "frustration": rule.frustration * mood})


def _counts(signals: Signals) -> dict[str, int]:
    return {
        "no_match": signals.no_matches,
        "unheard": signals.unheard,
        "outside": signals.outside,
        "wrong_guess": signals.wrong_guesses,
        "wrong_identity": signals.wrong_identities,
        "failed_action": signals.failed_actions,
        "silence": signals.silences_row,
        "repeat": max(0, len(same_turns(signals, SIMILAR)) - 1),
        "correction": sum(one.corrected for one in signals.glances),
    }


def _said(name: str, count: int) -> str:
    what, times = WORDS[name]
    return what if count == 1 else f"{what} {count} {times}"
