"""The minds of a call: the caller's with what is written from it, the agent's, and the one that rescues."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from models.brief import Brief, Material
from models.compose import compose
from models.frustration import Frustration
from models.intent import IntentModel
from models.kept import was_verified, words_of
from models.summary import draft
from models.transcript import Transcript
from telephony.agents.briefing import JOIN, BriefingMind
from telephony.agents.routing import HOUSE_LANGUAGE
from telephony.assembly.ruling import Ruling
from telephony.promises import OpenPromise
from telephony.switchboard.people import Invitation
from voice.dialogue.business import Business, Prompts
from voice.dialogue.busy import WORDS as BUSY_WORDS
from voice.dialogue.busy import BusyMind
from voice.dialogue.check import CONSULT_SAID
from voice.dialogue.rescue import WORDS, RescueMind
from voice.dialogue.state import CalledBack
from voice.dialogue.survey import SAID as SURVEY_SAID
from voice.dialogue.survey_draw import Survey
from voice.dialogue.turn import CallerMind
from voice.events import Act, Event


class CallMind:
    """The caller's mind of one call, with what is written from it. Implements
    `telephony.switchboard.house.CallerMind`. `business`: with the rules that the call began with."""

    def __init__(self, mind: CallerMind, *, business: Business, number: str | None) -> None:
        self._mind = mind
        self.business = business
        self._number = number
        self._brief: Brief | None = None
        self._written: Material | None = None  # what it was written from

    def on(self, event: Event, now_ms: int) -> Sequence[Act]:
        return self._mind.on(event, now_ms)

    @property
    def transcript(self) -> Transcript:
        return self._mind.transcript

    def go_on(self, transcript: Transcript) -> None:
        self._mind.go_on(transcript)

    def brief(self, version: int) -> Brief:
        material = self._mind.material()
        if self._brief is None or material != self._written:  # writing costs ten milliseconds of every call's time
            self._brief, self._written = compose(material), material
        self._brief = replace(self._brief, version=version)
        return self._brief

    def summary(self) -> str:
        return draft(self.transcript, "talked with a person", brief=self._brief).text

    def suggested_disposition(self) -> str | None:
        """The first code that says whether something was settled, as far as the system knows."""
        return next((d.code for d in self.business.dispositions if d.solved == self.solved), None)

    @property
    def shown_caller(self) -> str:
        return self._mind.material().caller.name or self._number or "Unknown caller"

    @property
    def tier(self) -> str:
        return self._mind.material().record.get("tier", "")

    @property
    def language(self) -> str:
        """What the caller would rather speak with a person, as their record says; else what they speak with us."""
        member = self._mind.state.member
        return (member.language if member else None) or HOUSE_LANGUAGE

    @property
    def solved(self) -> bool:
        return any(tried.outcome in ("done", "told") for tried in self._mind.state.tried)


def _called_back(promise: OpenPromise) -> CalledBack:
    brief = promise.brief
    return CalledBack(promise.queue, words_of(brief) if brief else "", was_verified(brief) if brief else False)


@dataclass(frozen=True, slots=True)
class BusinessMinds:
    """Implements `telephony.switchboard.house.Minds` for one business."""

    ruling: Ruling
    intents: IntentModel
    judge: Frustration
    today: Callable[[], date]
    recorded: bool
    rescue_queue: str
    consults: bool = False  # colleagues may be asked what nothing here answers
    survey: Survey | None = None  # who is asked at the end how well they were helped
    phrases: bool = False  # a language model may put answers from knowledge in other words

    def caller(self, call: str, number: str | None, promise: OpenPromise | None = None) -> CallMind:
        known = self.ruling.business
        mind = CallerMind(
            business=known,
            intents=self.intents,
            judge=self.judge,
            call=call,
            today=self.today(),
            recorded=self.recorded,
            called_back=_called_back(promise) if promise else None,
            phrases=self.phrases,
            survey=self.survey if set(SURVEY_SAID) <= set(known.prompts.texts) else None,
            consults=self.consults and set(CONSULT_SAID) <= set(known.prompts.texts),
        )
        return CallMind(mind, business=known, number=number)

    def rescue(self, number: str | None) -> RescueMind:
        words = {name: self._text(name) for name in WORDS}
        return RescueMind(words=words, version=self._prompts.version, queue=self.rescue_queue, number=number)

    def busy(self, *, person_free: bool) -> BusyMind:
        words = {name: self._text(name) for name in BUSY_WORDS}
        version = self._prompts.version
        return BusyMind(words=words, version=version, queue=self.without_room, person_free=person_free)

    @property
    def without_room(self) -> str:
        return self.rescue_queue

    def briefing(self, brief: Brief, invitation: Invitation | None = None) -> BriefingMind:
        names = [name for name in self._prompts.texts if name.startswith("agent.")]
        wording = {name: self._text(name) for name in names}
        if invitation is not None:
            join = wording[JOIN].format(name=invitation.name)
            wording["agent.intro"] = f"{join} {invitation.notes}".strip()
        return BriefingMind(brief, wording=wording, version=self._prompts.version)

    def _text(self, name: str) -> str:
        return self._prompts.texts[name][0]

    @property
    def _prompts(self) -> Prompts:
        return self.ruling.business.prompts
