"""The mind that takes over when the real one failed: an apology, then a person, a callback or an honest goodbye.

It rests on nothing that can be down: no recogniser, no understanding, no business data but its few sentences, which
are read at start.
"""

from collections.abc import Mapping, Sequence

from models.redact import redact
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

WORDS = ("rescue.apology", "rescue.waiting", "rescue.coming", "rescue.nobody", "rescue.callback", "rescue.left",
         "rescue.goodbye")  # fmt: skip
"""The prompts it needs; settings are refused without them."""

SILENCES_UNTIL_GOODBYE = 3
"""After the offer of a callback: nobody who is still there lets three questions of six seconds pass."""


class RescueMind:
    """`words`: prompt name → sentence, for every name in `WORDS`. `queue`: where a person is sought."""

    def __init__(self, *, words: Mapping[str, str], version: str, queue: str, number: str | None) -> None:
        missing = [name for name in WORDS if name not in words]
        if missing:
            raise ValueError(f"prompts expected for the rescue: {', '.join(WORDS)}; missing: {', '.join(missing)}")
        self._words = words
        self._version = version
        self._queue = queue
        self._number = number
        self._begun = False
        self._offered_callback = False
        self._silences = 0
        self._said = 0
        self._speaking: dict[str, str] = {}
        self.transcript = Transcript()

    def take_over(self, transcript: Transcript) -> None:
        """Goes on where the failed mind stopped."""
        self.transcript = transcript

    def on(self, event: Event, now_ms: int) -> Sequence[Act]:
        self._note(event, now_ms)
        if not self._begun:
            self._begun = True
            return [self._say("rescue.apology", interruptible=False), *self._seek("the system failed during the call")]
        match event:
            case KeyPressed(key="0"):
                self._offered_callback = False
                return [self._say("rescue.waiting"), *self._seek("asked with the 0 key")]
            case KeyPressed(key="1") if self._offered_callback and self._number:
                return self._callback(self._number)
            case PersonNews(stage=PersonStage.COMING):
                return [self._say("rescue.coming", interruptible=False)]
            case PersonNews(stage=PersonStage.UNAVAILABLE) if not self._offered_callback:
                self._offered_callback, self._silences = True, 0
                return [self._say("rescue.nobody"), self._listen()]
            case PersonNews(stage=PersonStage.LEFT):
                return [self._say("rescue.left", interruptible=False), HangUp("the person has left")]
            case PersonNews(stage=PersonStage.GAVE_UP):
                return [self._say("rescue.goodbye", interruptible=False), HangUp("nobody came")]
            case Silence() | Heard():
                return self._still_there(event)
            case _:
                return []

    def _still_there(self, event: Event) -> Sequence[Act]:
        self._silences = self._silences + 1 if isinstance(event, Silence) else 0
        if self._offered_callback and self._silences >= SILENCES_UNTIL_GOODBYE:
            return [StopSeeking("gave_up"), self._say("rescue.goodbye", interruptible=False), HangUp("no answer")]
        return [self._say("rescue.nobody" if self._offered_callback else "rescue.waiting"), self._listen()]

    def _callback(self, number: str) -> Sequence[Act]:
        return [
            StopSeeking("callback"),
            AgreeCallback(number, self._queue),
            self._say("rescue.callback", interruptible=False),
            HangUp("callback agreed"),
        ]

    def _seek(self, evidence: str) -> Sequence[Act]:
        turns = (self.transcript.last_turn,) if self.transcript.last_turn else ()
        escalated = Escalated("failed", "rescue", (evidence,), turns, self._queue, "now")
        return [SeekPerson(escalated), self._listen()]

    def _listen(self) -> Expect:
        return Expect(language="person", shape="choice")

    def _say(self, name: str, *, interruptible: bool = True) -> Say:
        self._said += 1
        say_id = f"rescue-{self._said}"
        self._speaking[say_id] = self._words[name]
        return Say(say_id, self._words[name], name, self._version, interruptible=interruptible)

    def _note(self, event: Event, now_ms: int) -> None:
        match event:
            case Heard():
                self.transcript = self.transcript.with_(
                    Speaker.CALLER, redact(event.text), event.start_ms, event.end_ms, event.confidence
                )
            case Played():
                text = self._speaking.pop(event.say_id, "")
                self.transcript = self.transcript.with_(Speaker.SYSTEM, text, *event.span(now_ms))
            case Answered(caller_number=number) if number:
                self._number = number
            case _:
                pass
