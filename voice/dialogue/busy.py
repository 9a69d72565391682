"""The mind of a caller who comes when no further call can be taken: says so, offers a person who is free and a call
back, by keys alone, and says goodbye. Nothing it needs is what the service is short of.
"""

from collections.abc import Mapping, Sequence

from models.transcript import Speaker, Transcript
from voice.events import (
    Act,
    AgreeCallback,
    Answered,
    Escalated,
    Event,
    Expect,
    HangUp,
    Heard,
    KeyPressed,
    PersonNews,
    PersonStage,
    Played,
    Say,
    SeekPerson,
    Silence,
    StopSeeking,
)

WORDS = ("busy", "busy.person", "busy.offer", "rescue.waiting", "rescue.coming", "rescue.left", "rescue.callback",
         "goodbye")  # fmt: skip
"""The prompts it needs."""

OFFERS = 2
"""Who has heard the offer twice and pressed something else wants no call back."""

_NOBODY = (PersonStage.UNAVAILABLE, PersonStage.GAVE_UP)


class BusyMind:
    """Implements `voice.conversation.Mind`. `words`: prompt name → sentence; `queue`: who talks, or calls back;
    `person_free`: somebody could talk with them now."""

    def __init__(self, *, words: Mapping[str, str], version: str, queue: str, person_free: bool = False) -> None:
        self._words = words
        self._version = version
        self._queue = queue
        self._person_free = person_free
        self._sought = False
        self._number: str | None = None
        self._offers = 0
        self._over = False
        self._said: dict[str, str] = {}
        self.transcript = Transcript()

    def on(self, event: Event, now_ms: int) -> Sequence[Act]:
        self._note(event, now_ms)
        if self._over:
            return ()
        match event:
            case Answered(caller_number=number):
                self._number = number
                return [self._say("busy"), *self._offer()]
            case KeyPressed(key="0") if self._person_free and not self._sought:
                return self._seek()
            case KeyPressed(key="1") if self._number:
                return self._callback(self._number)
            case PersonNews(stage=stage):
                return self._news(stage)
            case KeyPressed() | Heard() | Silence() if self._sought:
                return [self._say("rescue.waiting"), _keys()]
            case KeyPressed() | Heard() if self._offers < OFFERS:
                return self._offer()
            case KeyPressed() | Heard() | Silence():
                return self._goodbye()
            case _:
                return ()

    def _offer(self) -> Sequence[Act]:
        self._offers += 1
        person = [self._say("busy.person")] if self._person_free else []
        back = [self._say("busy.offer")] if self._number else []
        return [*person, *back, _keys()] if person or back else self._goodbye()

    def _seek(self) -> Sequence[Act]:
        self._sought, self._person_free = True, False
        why = "there was no room for the call; asked with the 0 key"
        escalated = Escalated("asked", "busy", (why,), (), self._queue, "now")
        return [self._say("rescue.waiting"), SeekPerson(escalated), _keys()]

    def _news(self, stage: PersonStage) -> Sequence[Act]:
        if stage is PersonStage.COMING:
            return [self._say("rescue.coming", interruptible=False)]
        if stage is PersonStage.LEFT:
            self._over = True
            return [self._say("rescue.left", interruptible=False), HangUp("the person has left")]
        if stage in _NOBODY and self._sought:  # the one who was free is not any more
            self._sought = False
            return [StopSeeking("gave_up"), *self._offer()]
        return ()

    def _callback(self, number: str) -> Sequence[Act]:
        self._over = True
        stopping = [StopSeeking("callback")] if self._sought else []
        said = self._say("rescue.callback", interruptible=False)
        return [*stopping, AgreeCallback(number, self._queue), said, HangUp("callback agreed")]

    def _goodbye(self) -> Sequence[Act]:
        self._over = True
        return [self._say("goodbye", interruptible=False), HangUp("full")]

    def _say(self, name: str, *, interruptible: bool = True) -> Say:
        say = Say(f"busy-{len(self._said) + 1}", self._words[name], name, self._version, interruptible=interruptible)
        self._said[say.say_id] = say.text
        return say

    def _note(self, event: Event, now_ms: int) -> None:
        match event:
            case Heard():
                said = Speaker.CALLER, event.text, event.start_ms, event.end_ms, event.confidence
                self.transcript = self.transcript.with_(*said)
            case Played(say_id=say_id, played_ms=played_ms) if played_ms:
                start_ms = max(0, now_ms - played_ms)
                self.transcript = self.transcript.with_(Speaker.SYSTEM, self._said[say_id], start_ms, now_ms)
            case _:
                pass


def _keys() -> Expect:
    return Expect(language="person", shape="choice")
