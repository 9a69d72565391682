"""What is always for a person: topics named in the rule, and intents that the scope register keeps from the system."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from voice.events import Escalated
from voice.triggers.escalate import escalate
from voice.triggers.rule import Rule as BaseRule
from voice.triggers.signals import Signals
from voice.triggers.words import holds, plain


@dataclass(frozen=True, slots=True)
class Topic:
    """`phrases`: whole words, contractions written out."""

    __pydantic_config__: ClassVar = {"extra": "forbid"}
    title: str
    queue: str
    phrases: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(BaseRule):
    topics: Mapping[str, Topic] = field(default_factory=dict)


def look(signals: Signals, rule: Rule) -> Escalated | None:
    words = plain(signals.words)
    for topic in rule.topics.values():
        said = next((phrase for phrase in topic.phrases if holds(words, plain(phrase))), None)
        if said is not None:
            return escalate(signals, rule, queue=topic.queue, more=(f"said “{said}”",), topic=topic.title)
    if signals.mode == "person":
        return escalate(signals, rule, topic=signals.topic_title)
    if signals.mode == "approval":
        return escalate(signals, rule, more=("needs a person's approval",), topic=signals.topic_title)
    return None
