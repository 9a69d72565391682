"""The mind of a caller who comes when no further call can be taken: says so, offers to call back, and says goodbye."""

from collections.abc import Mapping, Sequence

from models.transcript import Speaker, Transcript
from voice.events import (
    Act,
    AgreeCallback,
    Answered,
    Event,
    Expect,
    HangUp,
    Heard,
    KeyPressed,
    Played,
    Say,
    Silence,
)

WORDS = ("busy", "busy.offer", "rescue.callback", "goodbye")
"""The prompts it needs."""

OFFERS = 2
"""Who has heard the offer twice and pressed something else wants no call back."""


class BusyMind:
    """Implements `voice.conversation.Mind`. `words`: prompt name → sentence; `queue`: who calls back."""

    def __init__(self, *, words: Mapping[str, str], version: str, queue: str) -> None:
        self._words = words
        self._version = version
        self._queue = queue
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
                return [self._say("busy"), *(self._offer() if number else self._goodbye())]
            case KeyPressed(key="1") if self._number:
                self._over = True
                said = self._say("rescue.callback", interruptible=False)
                return [AgreeCallback(self._number, self._queue), said, HangUp("callback agreed")]
            case KeyPressed() | Heard() if self._offers < OFFERS:
                return self._offer()
            case KeyPressed() | Heard() | Silence():
                return self._goodbye()
            case _:
                return ()

    def _offer(self) -> Sequence[Act]:
        self._offers += 1
        return [self._say("busy.offer"), Expect(language="person", shape="choice")]

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
            case Played(say_id=say_id) if event.played_ms:
                self.transcript = self.transcript.with_(Speaker.SYSTEM, self._said[say_id], *event.span(now_ms))
            case _:
                pass
