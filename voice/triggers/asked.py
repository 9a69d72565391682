"""The caller asks for a person: granted at once. Sentences are matched by the rule's own frames, so no model is needed;
a person who is only mentioned ("my estate agent", "in person", "the agent told me") is no request.

Four steps over plain words: compounds are taken out; people, machines and departments are marked; spans that ask for
nobody are taken out; what is left is a request when it is a bare name of a person or department, or holds a frame.
Where no frame is found and nothing was taken out, a head that learned from sentences (`models/sayings.py`)
may still be sure, or half sure: then the caller is asked.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Annotated

from pydantic import Field

from models.sayings import PERSON, chances
from voice.events import Escalated
from voice.triggers.escalate import escalate
from voice.triggers.rule import Rule as BaseRule
from voice.triggers.rule import Share
from voice.triggers.signals import Signals
from voice.triggers.wording import WordingError, whole_words
from voice.triggers.words import bare

Wordings = tuple[Annotated[str, Field(min_length=1)], ...]
FRAMED = {"person": ("PERSON", "SOMEONE"), "named": ("PERSON",), "machine": ("MACHINE",), "department": ("DEPARTMENT",)}
NOBODY = "§"  # in place of what was taken out
LEAST_WORDS = 3  # that the head may judge alone: "two five one" and "yes please" tell it nothing
MOST_WORDS = 400  # of an utterance that are looked at: the first and the last; nobody asks in the middle of so many


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(BaseRule):
    """`people` (an agent), `pronouns` (someone), `machines`, `departments`: what is marked. `words`: classes."""

    FIELDS = frozenset({"words"})

    confidence: Share
    bare: Wordings
    people: Wordings
    pronouns: Wordings = ()
    adjectives: Wordings = ()
    articles: Wordings = ("a", "an", "the", "another", "your", "some", "any")
    after: Wordings = ()  # words that may follow a person; empty: any
    machines: Wordings = ()
    departments: Wordings = ()
    frames: Wordings
    sure: Wordings = ()
    compounds: Wordings = ()
    never: Wordings = ()
    opening: Wordings = ("no", "yes", "yeah", "i said")
    closing: Wordings = ("yes", "no")
    words: Mapping[str, Wordings] = field(default_factory=dict)
    learned: Share | None = None  # probability by the head from which it grants a person; None: the frames alone
    offered: Share | None = None  # ... and from which the caller is asked whether they want one

    def mistakes(self) -> Iterator[str]:
        yield from BaseRule.mistakes(self)
        try:
            wants("", self)
        except WordingError as error:
            yield f"wordings: {error}"
            return
        if self.offered is not None and (self.learned is None or self.offered > self.learned):
            yield f"offered: at most learned = {self.learned} expected (nobody would be asked), got {self.offered}"
        for word in self.bare:
            if word.replace(" ", "").isalpha() and not wants(word, self):
                yield f"bare: words that ask for a person expected (never takes them out), got {word!r}"


def look(signals: Signals, rule: Rule) -> Escalated | None:
    if signals.person is not None:
        return escalate(signals, rule, words=signals.person)
    if wants(signals.words, rule):
        return escalate(signals, rule, words=signals.words)
    modelled = signals.intent == "talk_to_person" and signals.in_scope and signals.confidence >= rule.confidence
    if modelled and not mentions_only(signals.words, rule):
        return escalate(signals, rule, words=signals.words)
    return None


def wants(text: str, rule: Rule) -> bool:
    """Whether these words ask for a person."""
    matchers = _of(rule)
    marked = matchers.marked(text)
    left = matchers.never.sub(NOBODY, marked)
    framed = matchers.sure.search(marked) or matchers.bare.fullmatch(left) or matchers.frames.search(left)
    return bool(framed) or _learned(text, left, rule.learned)


def may_want(text: str, rule: Rule) -> bool:
    """Whether it is worth a question if these words ask for a person."""
    matchers = _of(rule)
    return _learned(text, matchers.never.sub(NOBODY, matchers.marked(text)), rule.offered)


def _learned(text: str, left: str, least: float | None) -> bool:
    """Whether the head is so sure, and nothing says that a person is only spoken of."""
    if least is None or NOBODY in left or len(left.split()) < LEAST_WORDS:
        return False
    return chances(text)[PERSON] >= least


def mentions_only(text: str, rule: Rule) -> bool:
    """Whether a person is mentioned in a way that is no request ("the agent told me") and nobody asked for."""
    matchers = _of(rule)
    left = matchers.never.sub(NOBODY, matchers.marked(text))
    return (NOBODY in left or matchers.nouns.search(left) is not None) and not wants(text, rule)


@dataclass(frozen=True, slots=True)
class _Matchers:
    compounds: re.Pattern[str]
    marks: tuple[tuple[str, re.Pattern[str]], ...]
    nouns: re.Pattern[str]
    sure: re.Pattern[str]
    never: re.Pattern[str]
    bare: re.Pattern[str]
    frames: re.Pattern[str]

    def marked(self, text: str) -> str:
        """The plain words with people, machines and departments marked, without compounds."""
        words = self.compounds.sub(NOBODY, _ends(bare(text)))
        for mark, pattern in self.marks:
            words = pattern.sub(mark, words)
        return words


def _ends(words: str) -> str:
    every = words.split()
    if len(every) <= MOST_WORDS:
        return words
    return " ".join((*every[: MOST_WORDS // 2], NOBODY, *every[-MOST_WORDS // 2 :]))


def _of(rule: Rule) -> _Matchers:
    return _matchers(
        rule.bare, rule.people, rule.pronouns, rule.adjectives, rule.articles, rule.after, rule.machines,
        rule.departments, rule.frames, rule.sure, rule.compounds, rule.never, rule.opening, rule.closing,
        tuple(rule.words.items()),
    )  # fmt: skip


@lru_cache(maxsize=8)
def _matchers(
    alone: Wordings, people: Wordings, pronouns: Wordings, adjectives: Wordings, articles: Wordings, after: Wordings,
    machines: Wordings, departments: Wordings, frames: Wordings, sure: Wordings, compounds: Wordings, never: Wordings,
    opening: Wordings, closing: Wordings, words: tuple[tuple[str, Wordings], ...],
) -> _Matchers:  # fmt: skip
    nothing = ("(?!)",)
    known = {
        **dict(words), "noun": people, "pronoun": pronouns or nothing, "adjective": adjectives or nothing,
        "article": articles or nothing, "after": after or (r"\w+",), "opening": opening or nothing,
        "closing": closing or nothing, "machine_noun": machines or nothing, "section": departments or nothing,
        "alone": alone,
    }  # fmt: skip
    follows = rf"(?= <after>(?![\w'])| [{NOBODY}A-Z]|$)"
    whose = "(?:<article> )*(?:<adjective> )*"
    marks = {
        "MACHINE": "(?:(?:<article>|this|these|that|all) )*<machine_noun>s?",
        "DEPARTMENT": f"(?:<article> )?<section>{follows}",
        "PERSON": f"{whose}<noun>s?(?: (?:else|real|human|alive))?{follows}",
        "SOMEONE": f"{whose}<pronoun>s?(?: (?:else|real|human|alive))?{follows}",
    }
    framed = {**known, **FRAMED}
    alone_is = "(?:<opening> )*(?:<article> )?(?:<person>|<department>|(?:<adjective> )*<alone>)(?: <closing>)*"
    return _Matchers(
        compounds=whole_words(compounds, known),
        marks=tuple((mark, whole_words([pattern], known)) for mark, pattern in marks.items()),
        nouns=whole_words(["<noun>s?"], known),
        sure=whole_words(sure, framed),
        never=whole_words(never, framed),
        bare=whole_words([alone_is], framed),
        frames=whole_words(frames, framed),
    )
