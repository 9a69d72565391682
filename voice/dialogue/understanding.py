"""What one utterance may mean: a person, a wish of ours, several wishes, or an answer to what was asked.

Whatever is said, only what stands here comes of it: an intent of the configuration, a value of its slots, yes or no,
and a few wishes about the call itself. A caller's words are never instructions.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Protocol

from models.intent import NOTHING, IntentMatch
from models.redact import redact
from models.slots import SlotSpec, read
from models.slots.yes_no import read_yes_no
from models.statement import only_answers
from voice import events
from voice.dialogue import several, survey
from voice.dialogue.business import Business
from voice.dialogue.hearing import STRONG, Turn
from voice.dialogue.state import DIGITS, SENSITIVE, YES_NO, Place, State
from voice.dialogue.unrecorded import unrecorded
from voice.dialogue.wishes import Wish, wished
from voice.triggers import asked

PRIOR_ALONE = {"wait_time": 0.1}
PRIOR_SOUGHT = {"wait_time": 2.0, "callback": 2.0, "cancel": 2.0}
GUESSED = 0.4  # confidence left to "talk to a person" when a person is only mentioned: worth a question, no more
MOST_CHARACTERS = 2000  # that are looked at: two minutes of talk without a pause; all of it is kept
PLAIN_WORDS = 3  # "yes please do": so few words are an answer and nothing else
ANSWERED = replace(NOTHING, in_scope=True)  # words that only answer: no intent, and nothing outside our scope either
_PARTING = frozenset({"bye", "goodbye", "else", "everything", "all", "done"})  # "no that's all": an answer that parts
_WHOLE = frozenset(
    {Place.BRIEF_TOPIC, Place.BRIEF_CHECK, Place.WAITING, Place.COMING, Place.CLOSING}
)  # said for people


PARTING_WORDS = 6
LEAST_DIGITS = 3  # in one breath, to be a number or a part of one
_GOODBYE = re.compile(
    r"\b(?:bye|goodbye|hang up|see you|take care|good night|end the call|have a (?:nice|good|great))\b"
    r"|\b(?:that's (?:all|it|everything)|that is all|all set|nothing else|no more questions|that'll do"
    r"|all i (?:need|needed|wanted))(?: \w+){0,4}$"
)


class Intents(Protocol):
    def match(self, text: str, *, prior: Mapping[str, float] | None = None) -> IntentMatch: ...


class Understanding:
    """Reads the utterances of one call."""

    def __init__(self, *, business: Business, intents: Intents, today: date) -> None:
        self._business = business
        self._intents = intents
        self._today = today
        self._asked = tuple(rule for rule in business.rules if isinstance(rule, asked.Rule))

    def read(self, heard: events.Heard, state: State) -> Turn:
        """`state`: before the answer, with the utterance already in its transcript."""
        text, bars = heard.text[:MOST_CHARACTERS], self._business.hearing
        number, lost = state.transcript.last_turn, heard.engine == events.NO_ENGINE
        if not text.strip() or heard.confidence < bars.words_confidence:
            return Turn(number, text, heard.confidence, NOTHING, False, False, self._today, bars, lost)
        wants = any(asked.wants(text, rule) for rule in self._asked)
        if not wants and state.place in YES_NO and len(text.split()) == 1 and heard.confidence < bars.wish_confidence:
            only = NOTHING if read_yes_no(text) is None else ANSWERED
            return Turn(number, text, heard.confidence, only, False, False, self._today, bars, lost, sure=heard.sure)
        match, wish = self._match(text, state), wished(text)
        if match.name == "repeat" and wish is None and len(text.split()) > PARTING_WORDS:
            match = self._match(text, state, repeat=1e-6)  # "I lost it again, just shut it off"
        if match.name == "talk_to_person" and not wants and wish is None:
            match, wants = self._person(text, match)
        match = self._parting(self._grounded(match, text), text)
        if not wants and wish is None and self._worth_asking(text, match):
            match = replace(match, name="talk_to_person", confidence=GUESSED, in_scope=True)
        if state.place in DIGITS and _digits(text) >= LEAST_DIGITS:
            match = ANSWERED  # a number is no wish, whatever words its digits sound like
        if state.place is Place.SURVEY and survey.said(text) is not None:
            match, wants = ANSWERED, False
        turn = Turn(
            number, text, heard.confidence, match, wants, unrecorded(text), self._today, bars, lost,
            sure=heard.sure, alternatives=heard.alternatives,
        )  # fmt: skip
        if wants or wish is not None or only_answers(text):
            return replace(turn, wish=wish, match=self._plain(turn) if wish is None or wants else self._about_us(wish))
        return self._more(turn, state)

    def note(self, text: str, number: int) -> Turn:
        """An agent's written note, read as a wish of the caller's."""
        match = self._intents.match(text[:MOST_CHARACTERS])
        return Turn(number, text, 1.0, match, False, False, self._today, self._business.hearing)

    def understood(self, turn: Turn, state: State) -> events.Understood:
        """For the record. An answer to a task's question belongs to that task; a plain yes or no to none."""
        intent = self._business.intents.get(turn.match.name or "")
        slots = () if intent is None else intent.slots
        match, task = turn.match, state.task
        if state.place is Place.SLOT and task is not None:
            slots = self._business.intents[task.intent].slots
            if turn.strong is None and turn.values(slots):
                match = replace(match, name=task.intent, confidence=1.0, in_scope=True)
        hidden = state.place in SENSITIVE
        values = {} if hidden else {one.name: redact(one.value) for one in turn.values(slots)}
        return events.Understood(turn.number, match.name, round(match.confidence, 3), match.in_scope, values)

    def _match(self, text: str, state: State, **more: float) -> IntentMatch:
        """Some wishes are likely only while a person is sought."""
        known = PRIOR_SOUGHT if state.seeking else PRIOR_ALONE
        prior = {name: times for name, times in {**known, **more}.items() if name in self._business.intents}
        return self._intents.match(text, prior=prior)

    def _grounded(self, match: IntentMatch, text: str) -> IntentMatch:
        """A question that sounds like one of an article's, but asks for what the article does not speak of."""
        intent = self._business.intents.get(match.name or "")
        if intent is None or not intent.asked or self._business.knowledge.covers(text, intent.article or ""):
            return match
        return replace(match, in_scope=False)

    def _parting(self, match: IntentMatch, text: str) -> IntentMatch:
        """Nobody says goodbye in a long sentence without a word of parting: it is about something that we do not know,
        and nobody is hung up on for it."""
        long = match.name == "goodbye" and len(text.split()) > PARTING_WORDS
        return replace(match, in_scope=False) if long and not _GOODBYE.search(text.casefold()) else match

    def _person(self, text: str, match: IntentMatch) -> tuple[IntentMatch, bool]:
        """A person that the model heard asked for, but no rule did. "Yes please" answers; it asks for nobody."""
        if only_answers(text):
            return ANSWERED, False
        mentioned = any(asked.mentions_only(text, rule) for rule in self._asked)
        if not mentioned and any(match.in_scope and match.confidence >= rule.confidence for rule in self._asked):
            return match, True
        return replace(match, confidence=min(match.confidence, GUESSED)), False

    def _worth_asking(self, text: str, match: IntentMatch) -> bool:
        """Words that may ask for a person, and that surely mean nothing else: worth a question."""
        clear = match.in_scope and match.confidence >= STRONG
        return (
            "talk_to_person" in self._business.intents
            and not clear
            and any(asked.may_want(text, rule) for rule in self._asked)
        )

    def _about_us(self, wish: Wish) -> IntentMatch:
        """Words about how we talk are no wish of the business; asking for them again is an intent of its own."""
        again = wish in (Wish.AGAIN, Wish.SLOWER, Wish.FASTER) and "repeat" in self._business.intents
        return replace(ANSWERED, name="repeat", confidence=1.0) if again else ANSWERED

    def _plain(self, turn: Turn) -> IntentMatch:
        """A short yes or no says no more than that, whatever examples it is near to."""
        said = frozenset(turn.raw.casefold().replace(",", " ").replace(".", " ").split())
        plain = turn.answer is not None and turn.words <= PLAIN_WORDS and only_answers(turn.raw)
        return ANSWERED if plain and not said & _PARTING else turn.match

    def _more(self, turn: Turn, state: State) -> Turn:
        """The wishes of a sentence that holds several, or the last one where the caller changed their mind in it."""
        if state.place in _WHOLE:
            return turn

        def match(part: str) -> IntentMatch:
            return self._match(part, state)

        changed = several.changed_mind(turn.raw, match, bar=several.SURE)
        if changed is not None and changed.match.name != (state.task.intent if state.task else None):
            sure = max(changed.match.confidence, STRONG)  # who says "actually" means to interrupt
            turn = replace(turn, raw=changed.words, match=replace(changed.match, confidence=sure))
        wishes = several.wishes(turn.raw, match, self._business.intents)
        if not wishes or any(self._business.scope[one.match.name or ""].mode != "automatic" for one in wishes):
            return turn  # what a person must settle is not put behind something else
        return replace(turn, raw=wishes[0].words, match=wishes[0].match, also=wishes[1:])


def _digits(text: str) -> int:
    """How many digits of a number were said."""
    found = read(text, [SlotSpec("number", "digits")], date.min)
    return len(found[0].value) if found else 0
