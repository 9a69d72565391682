"""The caller asks for a person: granted at once. Sentences are matched by the rule's own frames, so no model is needed;
a person who is only mentioned ("my estate agent", "in person") is no request."""

import re
from dataclasses import dataclass, field
from functools import lru_cache

from voice.events import Escalated
from voice.triggers.escalate import escalate
from voice.triggers.rule import Rule as BaseRule
from voice.triggers.signals import Signals
from voice.triggers.words import bare, plain

ARTICLES = "a|an|the|another|your|some|some kind of|any|one of your|one of the|one of you"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(BaseRule):
    confidence: float
    bare: tuple[str, ...]
    people: tuple[str, ...]
    adjectives: tuple[str, ...]
    frames: tuple[str, ...]
    never: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        wants("", self)  # compiles its sentences: half a second that no caller's first words shall wait for


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
    matchers = _matchers(rule.people, rule.adjectives, rule.frames, rule.never, rule.bare)
    words = matchers.never.sub("§", bare(text))
    return bool(matchers.bare.fullmatch(words) or matchers.frames.search(words))


def mentions_only(text: str, rule: Rule) -> bool:
    """Whether a person is mentioned in a way that is no request, and nothing else asks for one."""
    matchers = _matchers(rule.people, rule.adjectives, rule.frames, rule.never, rule.bare)
    return matchers.never.search(bare(text)) is not None and not wants(text, rule)


@dataclass(frozen=True, slots=True)
class _Matchers:
    bare: re.Pattern[str]
    frames: re.Pattern[str]
    never: re.Pattern[str]


@lru_cache(maxsize=8)
def _matchers(
    people: tuple[str, ...], adjectives: tuple[str, ...], frames: tuple[str, ...], never: tuple[str, ...],
    alone: tuple[str, ...],
) -> _Matchers:  # fmt: skip
    nouns = "|".join(sorted(map(re.escape, people), key=len, reverse=True))
    kinds = "|".join(sorted(map(re.escape, adjectives), key=len, reverse=True))
    who = rf"(?:(?:{ARTICLES}) )?(?:(?:{kinds}) )*(?:{nouns})s?(?: else| real| human)?"
    opening = r"(?:(?:no|yes|i said|yeah) )*"
    whole = "|".join(re.escape(plain(word)) for word in alone)
    return _Matchers(
        bare=re.compile(rf"{opening}(?:(?:{ARTICLES}|to|to an|to a) )?(?:(?:{kinds}) )*(?:{whole})s?(?: (?:yes|no))?"),
        frames=_any(frames, who),
        never=_any(never, who),
    )


def _any(patterns: tuple[str, ...], who: str) -> re.Pattern[str]:
    """One pattern of whole words. A "*" that begins a word is a person; after a bracket it is the usual star."""
    written = [re.sub(r"(?:(?<=^)|(?<=[ ?+]))\*", lambda _: f"(?:{who})", pattern) for pattern in patterns]
    return re.compile(rf"(?<![\w'])(?:{'|'.join(f'(?:{one})' for one in written) or '(?!)'})(?![\w'])")
