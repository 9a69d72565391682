"""What one turn of a caller shows, as terms: log-odds with the words an agent reads. Words from lists and from a
learned head, behaviour, and the voice; each against what is usual, none of them deciding.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from models.frustration_fit import Fit
from models.frustration_repeats import STOPS, Remembered, Repeats
from models.frustration_scale import Scale
from models.frustration_text import TextHead
from models.frustration_words import FrustrationWords, plain_text
from models.ngrams import MOST_WORDS
from models.prosody import Prosody
from models.prosody_anger import AngerHead, Reference, can_tell

Term = tuple[float, str]  # log-odds, reason
# Place on the line's scale from which words count as annoyed: above what one turn in forty of ordinary callers reaches,
# since the head takes words of a trade for anger ("block my card"). From .5 it finds a little more, and that too.
TEXT_FROM = 1.0
MOST_TEXT = 1.0  # places beyond that one turn may count for: learned words alone are no high level
MOST_WORDS_SUM = 3.0  # of what the words of one turn add together
MOST_PROSODY = 1.5  # of one turn, and of all that stands [understanding page 1.2]
LONG_CALL_TURNS = 12
_TRUSTED = 0.6  # recognition confidence from which words count fully; below they count in proportion
_COUNTS = {2: "twice", 3: "three times", 4: "four times", 5: "five times"}


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

    def borne(self) -> "Evidence":
        """At most `MOST_WORDS` words, and a confidence that is a number: an endless turn is judged by its beginning."""
        confidence = self.confidence if np.isfinite(self.confidence) else 0.0
        words = self.text[: MOST_WORDS * 20].split()[:MOST_WORDS]
        return replace(self, text=" ".join(words), confidence=confidence)


@dataclass(frozen=True, slots=True)
class Before:
    """What earlier turns left behind that this one is compared with. `voice` takes in the caller's first turns."""

    turns: int = 0
    said: tuple[Remembered, ...] = ()
    asked_person: bool = False
    voice: Reference = field(default_factory=Reference)


@dataclass(frozen=True, slots=True)
class Terms:
    """`head` and `text` are None where voice or learned words shall not count."""

    words: FrustrationWords
    fit: Fit
    repeats: Repeats
    head: AngerHead | None
    text: TextHead | None
    usual_voice: Scale | None = None  # of this line's callers; None: as the head was shipped
    usual_words: Scale | None = None
    prosody_weight: float = 1.0

    def of(self, evidence: Evidence, now: Remembered, before: Before) -> dict[str, Term]:
        """All that this turn adds."""
        turn = {**self._said(evidence), **self._done(evidence, now, before)}
        shows = any(value > 0 for name, (value, _) in turn.items() if name != "long_call")
        if evidence.text and not shows:
            turn["calm"] = (self.fit.weight("calm"), self.words.says["calm"])
        return {**turn, **self._tone(evidence, before.voice)}

    def _said(self, evidence: Evidence) -> dict[str, Term]:
        """Words count less when they were hardly recognised."""
        plain = plain_text(evidence.text)
        trust = min(1.0, max(0.25, evidence.confidence / _TRUSTED))
        found: dict[str, Term] = {}
        for group in self.words.groups:
            phrase = group.found(plain)
            if phrase is not None:
                weight = self.fit.weight(group.name, group.weight)
                found[group.name] = (weight * trust, group.say.replace("{words}", phrase))
        found |= self._sounds(evidence.text, trust)
        total = sum(max(0.0, value) for value, _ in found.values())
        share = min(1.0, MOST_WORDS_SUM / total) if total > 0 else 1.0
        return {name: (value * share, say) for name, (value, say) in found.items()}

    def _sounds(self, text: str, trust: float) -> dict[str, Term]:
        """The learned head, against what callers of this line usually say."""
        score = self.text.score(text) if self.text is not None else None
        if self.text is None or score is None:
            return {}
        place = (self.usual_words or self.text.calm).placed(score) - TEXT_FROM
        if place <= 0:
            return {}
        value = self.fit.weight("text") * trust * min(MOST_TEXT, place)
        quoted = self.text.strongest(text)
        if quoted is None or set(quoted.split()) <= STOPS:
            return {"text": (value, self.words.says["text"])}
        return {"text": (value, self.words.says["text_quoted"].replace("{words}", quoted))}

    def _done(self, evidence: Evidence, now: Remembered, before: Before) -> dict[str, Term]:
        weight, says = self.fit.weight, self.words.says
        found: dict[str, Term] = {}
        times = 0 if evidence.no_input else self.repeats.count(now, before.said)
        if times:
            count = _COUNTS.get(times + 1, "many times")
            found["repeat"] = (weight("repeat") * min(times, 4), says["repeat"].replace("{count}", count))
        for name in ("no_match", "no_input", "over_prompt", "correction"):
            if getattr(evidence, name):
                found[name] = (weight(name), says[name])
        if evidence.asked_person:
            name = "asked_person_again" if before.asked_person else "asked_person"
            found[name] = (weight(name), says[name])
        turns = before.turns + 1
        late = min(turns - LONG_CALL_TURNS, 3)
        if late > 0:
            found["long_call"] = (weight("long_call") * late, says["long_call"].replace("{turns}", str(turns)))
        return found

    def _tone(self, evidence: Evidence, voice: Reference) -> dict[str, Term]:
        prosody = evidence.prosody
        if self.head is None or prosody is None or self.prosody_weight == 0 or not can_tell(prosody):
            return {}
        value = self.prosody_weight * self.head.evidence(prosody, voice, self.usual_voice)
        how = self.head.how(prosody, voice)
        name = "prosody" if how is None else "prosody_raised"
        return {"prosody": (min(MOST_PROSODY, value), self.words.says[name].replace("{how}", how or ""))}


def remembered(before: Before, evidence: Evidence, now: Remembered, most: int) -> Before:
    """The turn joins what later ones are compared with; the last `most` are kept."""
    heard = evidence.prosody
    return Before(
        turns=before.turns + 1,
        said=(*before.said, now)[-most:],
        asked_person=before.asked_person or evidence.asked_person,
        voice=before.voice.with_(heard) if heard is not None and can_tell(heard) else before.voice,
    )


def total(terms: Mapping[str, Term]) -> float:
    return sum(value for value, _ in terms.values())


def largest(terms: Mapping[str, Term], least: float = 0.15, most: int = 3) -> Sequence[str]:
    """The reasons that weigh most, each once."""
    ranked = sorted(terms.values(), key=lambda term: -term[0])
    return tuple(dict.fromkeys(say for value, say in ranked if value >= least))[:most]
