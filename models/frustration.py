"""How frustrated a caller has become: additive log-odds of words, behaviour and voice, so the terms are the reasons.

Each turn's terms join those still standing, which fade by `decay`: S = max(0, decay * S + turn). The level is a
logistic of S; `frustrated` switches on above one level and off below a lower one. Voice alone never switches it on.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from models.frustration_words import FrustrationWords, plain_text
from models.ngrams import words
from models.prosody import Prosody
from models.prosody_anger import AngerHead, Reference
from models.slots.numbers import ONES, TEENS, TENS

_STOPS = frozenset({
    "a", "an", "the", "i", "i'm", "i've", "i'd", "me", "my", "you", "your", "it", "it's", "is", "was", "are", "am",
    "be", "to", "of", "in", "on", "for", "and", "or", "but", "that", "this", "with", "can", "could", "would",
    "will", "do", "did", "does", "have", "has", "had", "want", "need", "like", "please", "yes", "no", "yeah",
    "okay", "ok", "hello", "hi", "uh", "um", "so", "just", "said", "say", "told", "already", "again", "not",
    "what", "get",
})  # fmt: skip
_NUMBERS = frozenset({*ONES, *TEENS, *TENS, "oh", "double", "triple", "hundred"})
_COMMANDS = frozenset({"repeat", "next", "back", "continue", "done", "finished", "restart", "stop", "menu", "main"})
_ALIKE = 0.6  # of content words; "dispute a charge", "the charge I dispute" 1.0, another request about .3
_EMPTY = _STOPS | _NUMBERS | _COMMANDS
_REMEMBERED = 12  # turns a repeat is looked for in
_COUNTS = {2: "twice", 3: "three times", 4: "four times", 5: "five times"}


@dataclass(frozen=True, slots=True)
class FrustrationSettings:
    """Weights are log-odds; those of behaviour are set by hand until a deployment's reviewed calls can refit them.
    Decay and levels come from sections 1 and 5 of the understanding page.
    """

    prosody_weight: float = 1.0
    decay: float = 0.8
    on: float = 0.6
    off: float = 0.4
    midpoint: float = 1.9  # S at which the level is .5
    slope: float = 1.6
    least_turns: int = 2  # before the second turn the level stays below `on`
    most_words: float = 3.0
    most_prosody: float = 1.5  # of one turn, and of all that stands
    repeat: float = 0.5  # for the first repeat, again as much for each further one
    no_match: float = 0.4
    no_input: float = 0.2
    over_prompt: float = 0.25
    correction: float = 0.5
    asked_person: float = 0.4
    asked_person_again: float = 1.1
    long_call: float = 0.05  # a turn beyond `long_call_turns`, at most three times: length alone says little
    long_call_turns: int = 12
    calm: float = -0.35  # a turn that shows nothing
    least_voiced_seconds: float = 0.5
    least_snr_db: float = 10.0


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one caller turn (or silence) showed. `confidence` is the recogniser's; `turn` counts the caller's turns."""

    text: str = ""
    confidence: float = 1.0
    over_prompt: bool = False
    no_match: bool = False
    no_input: bool = False
    correction: bool = False
    prosody: Prosody | None = None
    asked_person: bool = False
    turn: int = 0


@dataclass(frozen=True, slots=True)
class FrustrationState:
    """What a call has shown so far; begin with `FrustrationState()`."""

    standing: Mapping[str, tuple[float, str]] = field(default_factory=dict)  # term -> (log-odds left, reason)
    frustrated: bool = False
    turns: int = 0
    said: tuple[frozenset[str], ...] = ()  # content words of earlier turns
    asked_person: bool = False
    voice: Reference = field(default_factory=Reference)


@dataclass(frozen=True, slots=True)
class Judgement:
    """`terms`: the log-odds that stand after this turn, they sum to the score the level comes from; `turn_terms`: what
    this turn added; `reasons`: the largest of `terms`, in words an agent understands.
    """

    level: float
    frustrated: bool
    reasons: tuple[str, ...]
    terms: Mapping[str, float]
    turn_terms: Mapping[str, float]


class Frustration:
    """Judges turns with given words and voice head: `judge` is pure, so one value serves all calls."""

    def __init__(
        self, *, words: FrustrationWords, head: AngerHead | None, settings: FrustrationSettings | None = None
    ) -> None:
        self._words = words
        self._head = head
        self._settings = settings or FrustrationSettings()

    @classmethod
    def shipped(cls, settings: FrustrationSettings | None = None) -> "Frustration":
        """With the words and the voice head that come with the package."""
        return cls(words=FrustrationWords.read(), head=AngerHead.shipped(), settings=settings)

    def judge(self, state: FrustrationState, evidence: Evidence) -> tuple[FrustrationState, Judgement]:
        """The state after `evidence`, and the level with its reasons."""
        settings = self._settings
        turns = state.turns + 1
        content = _content(evidence.text)
        voice, tone = self._tone(state.voice, evidence)
        turn = {
            **self._said(evidence),
            **self._done(state, evidence, content, turns),
            **tone,
        }
        if evidence.text and not any(value > 0 for name, (value, _) in turn.items() if name != "long_call"):
            turn["calm"] = (settings.calm, self._words.says["calm"])
        standing = _faded(state.standing, turn, settings)
        level = self._level(standing, turns)
        frustrated = level >= settings.on or (state.frustrated and level >= settings.off)
        after = FrustrationState(
            standing=standing,
            frustrated=frustrated,
            turns=turns,
            said=(*state.said, content)[-_REMEMBERED:],
            asked_person=state.asked_person or evidence.asked_person,
            voice=voice,
        )
        judgement = Judgement(
            level=round(level, 3),
            frustrated=frustrated,
            reasons=_largest(standing),
            terms={name: round(value, 3) for name, (value, _) in standing.items()},
            turn_terms={name: round(value, 3) for name, (value, _) in turn.items()},
        )
        return after, judgement

    def _said(self, evidence: Evidence) -> dict[str, tuple[float, str]]:
        """Words count less when they were hardly recognised."""
        plain = plain_text(evidence.text)
        trust = min(1.0, max(0.25, evidence.confidence / 0.6))
        found: dict[str, tuple[float, str]] = {}
        for group in self._words.groups:
            phrase = group.found(plain)
            if phrase is not None:
                found[group.name] = (group.weight * trust, group.say.replace("{words}", phrase))
        total = sum(value for value, _ in found.values())
        share = min(1.0, self._settings.most_words / total) if total > 0 else 1.0
        return {name: (value * share, say) for name, (value, say) in found.items()}

    def _done(
        self, state: FrustrationState, evidence: Evidence, content: frozenset[str], turns: int
    ) -> dict[str, tuple[float, str]]:
        settings, says = self._settings, self._words.says
        found: dict[str, tuple[float, str]] = {}
        before = sum(_alike(content, earlier) for earlier in state.said)
        if before and not evidence.no_input:
            count = _COUNTS.get(before + 1, "many times")
            found["repeat"] = (settings.repeat * min(before, 4), says["repeat"].replace("{count}", count))
        for name in ("no_match", "no_input", "over_prompt", "correction"):
            if getattr(evidence, name):
                found[name] = (getattr(settings, name), says[name])
        if evidence.asked_person:
            name = "asked_person_again" if state.asked_person else "asked_person"
            found[name] = (getattr(settings, name), says[name])
        late = min(turns - settings.long_call_turns, 3)
        if late > 0:
            found["long_call"] = (settings.long_call * late, says["long_call"].replace("{turns}", str(turns)))
        return found

    def _tone(self, voice: Reference, evidence: Evidence) -> tuple[Reference, dict[str, tuple[float, str]]]:
        settings, prosody = self._settings, evidence.prosody
        if self._head is None or prosody is None or settings.prosody_weight == 0:
            return voice, {}
        if prosody.voiced_seconds < settings.least_voiced_seconds or prosody.snr_db < settings.least_snr_db:
            return voice, {}
        strength = settings.prosody_weight * self._head.evidence(prosody, voice)
        how = self._head.how(prosody, voice)
        name = "prosody" if how is None else "prosody_raised"
        value = max(-0.3, min(settings.most_prosody, strength))
        reason = self._words.says[name].replace("{how}", how or "")
        return voice.with_(prosody), {"prosody": (value, reason)}

    def _level(self, standing: Mapping[str, tuple[float, str]], turns: int) -> float:
        settings = self._settings
        heard = standing.get("prosody", (0.0, ""))[0]
        rest = sum(value for name, (value, _) in standing.items() if name != "prosody")
        total = max(0.0, rest) + min(heard, settings.most_prosody)
        level = 1 / (1 + math.exp(-settings.slope * (total - settings.midpoint)))
        return level if turns >= settings.least_turns else min(level, settings.on - 0.05)


def _faded(
    standing: Mapping[str, tuple[float, str]], turn: Mapping[str, tuple[float, str]], settings: FrustrationSettings
) -> dict[str, tuple[float, str]]:
    """Adds the turn to what is left of the earlier ones. At or below zero nothing stands: the slate is clean."""
    after = {name: (value * settings.decay, say) for name, (value, say) in standing.items()}
    for name, (value, say) in turn.items():
        after[name] = (after.get(name, (0.0, say))[0] + value, say)
    if sum(value for value, _ in after.values()) <= 0:
        return {}
    return {name: entry for name, entry in after.items() if abs(entry[0]) >= 0.02}


def _largest(standing: Mapping[str, tuple[float, str]]) -> tuple[str, ...]:
    ranked = sorted(standing.values(), key=lambda entry: -entry[0])
    return tuple(dict.fromkeys(say for value, say in ranked if value >= 0.15))[:3]


def _content(text: str) -> frozenset[str]:
    """Beginnings of words that carry meaning ("disp" for dispute, disputing). Numbers do not, we ask for them again;
    nor do the commands of a conversation, which are meant to be said again and again.
    """
    return frozenset(word[:4] for word in words(text) if word not in _EMPTY and not word[0].isdigit())


def _alike(one: frozenset[str], other: frozenset[str]) -> bool:
    shared = len(one & other)
    same = one == other and shared > 0
    return (shared >= 2 or same) and 2 * shared / (len(one) + len(other)) >= _ALIKE
