"""What is always for a person: topics named in the rule, and intents that the scope register keeps from the system."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Annotated, ClassVar

from pydantic import Field

from models.sayings import CLASSES, chances
from voice.events import Escalated
from voice.triggers.escalate import escalate
from voice.triggers.rule import Rule as BaseRule
from voice.triggers.rule import Share
from voice.triggers.signals import Signals
from voice.triggers.wording import WordingError, whole_words
from voice.triggers.words import plain

Wordings = tuple[Annotated[str, Field(min_length=1)], ...]
Classes = tuple[tuple[str, Wordings], ...]
MOST_SHOWN = 12  # words of a sentence that the head judged, for the agent
LEAST_WORDS = 4  # that the head may judge alone
MOST_WORDS = 400  # of an utterance that are looked at: the first and the last


@dataclass(frozen=True, slots=True)
class Topic:
    """`phrases`: wordings over whole plain words (`voice/triggers/wording.py`); `never` is taken out before."""

    __pydantic_config__: ClassVar = {"extra": "forbid"}
    title: Annotated[str, Field(min_length=1)]
    queue: str
    phrases: Wordings
    never: Wordings = ()
    learned: Share = 0.0  # the least that the head must give this topic, where that is more than for the others
    spares_errands: bool = False  # the head is not asked where the turn is understood as something we do here


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(BaseRule):
    """The first topic that is spoken of wins; `words`: classes of words for the phrases of all."""

    FIELDS = frozenset({"topic"})

    topics: Mapping[str, Topic] = field(default_factory=dict)
    words: Mapping[str, Wordings] = field(default_factory=dict)
    learned: Share | None = None  # probability by the head that it is one of the topics; None: the phrases alone

    def mistakes(self) -> Iterator[str]:
        yield from BaseRule.mistakes(self)
        for name, topic in self.topics.items():
            if not topic.phrases:
                yield f"topics.{name}.phrases: at least one expected (the topic can never come up), got none"
            try:
                phrases, _ = _patterns(topic.phrases, topic.never, tuple(self.words.items()))
            except WordingError as error:
                yield f"topics.{name}: {error}"
                continue
            if phrases.search(""):
                yield f"topics.{name}.phrases: words expected, got one that matches silence (the rule always fires)"


def look(signals: Signals, rule: Rule) -> Escalated | None:
    errand = signals.intent is not None and signals.in_scope and signals.mode != "person"
    spoken = topic_of(signals.words, rule, errand=errand)
    if spoken is not None:
        topic, said = spoken
        return escalate(signals, rule, queue=topic.queue, more=(f"said “{said}”",), topic=topic.title)
    if signals.mode == "person":
        return escalate(signals, rule, topic=signals.topic_title)
    if signals.mode == "approval":
        return escalate(signals, rule, more=("needs a person's approval",), topic=signals.topic_title)
    return None


def topic_of(text: str, rule: Rule, *, errand: bool = False) -> tuple[Topic, str] | None:
    """The first topic that these words speak of, and which words do. `errand`: they are understood as one of ours."""
    every = plain(text).split()
    words = " ".join(every if len(every) <= MOST_WORDS else (*every[: MOST_WORDS // 2], *every[-MOST_WORDS // 2 :]))
    classes = tuple(rule.words.items())
    for topic in rule.topics.values():
        phrases, never = _patterns(topic.phrases, topic.never, classes)
        said = phrases.search(never.sub("§", words))
        if said is not None:
            return topic, said[0]
    return _learned(text, rule, errand=errand) if len(every) >= LEAST_WORDS else None


def _learned(text: str, rule: Rule, *, errand: bool) -> tuple[Topic, str] | None:
    """The likeliest of the rule's topics where the head is sure enough that it is one of them."""
    known = [name for name in CLASSES if name in rule.topics]
    if rule.learned is None or not known:
        return None
    likely = chances(text)
    name = max(known, key=lambda one: likely[one])
    topic = rule.topics[name]
    if likely[name] < max(rule.learned, topic.learned) or (errand and topic.spares_errands):
        return None
    return topic, " ".join(text.split()[:MOST_SHOWN])  # the sentence says it, no few words of it do


@lru_cache(maxsize=64)
def _patterns(phrases: Wordings, never: Wordings, classes: Classes) -> tuple[re.Pattern[str], re.Pattern[str]]:
    return whole_words(phrases, dict(classes)), whole_words(never, dict(classes))
