"""The mind of an agent's leg: says the brief, asks, and takes yes or no by key or by a phrase no greeting contains.

A voicemail talks too. So a voice counts only when it begins after our question, and only as the whole of an utterance;
the keys count from the first word on. Nobody is waited for: the intro begins when the leg is answered, whoever it was.
"""

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum

from models.brief import Brief, Part
from models.redact import redact
from models.spoken import spoken_words
from models.transcript import Speaker, Transcript
from models.vouched import NOT_KNOWN
from telephony.agents.machine_words import GREETINGS, HEARD_AS, SURE_WORDS, Talk, machine_says
from telephony.errors import ConfigError
from voice.events import (
    Accept,
    Act,
    Answered,
    Decline,
    Event,
    Expect,
    HangUp,
    Heard,
    KeyPressed,
    PersonNews,
    PersonStage,
    Played,
    Say,
    Silence,
    Wrote,
)

Wording = Mapping[str, str]
"""Sentences by name, from `config/prompts`."""

NAMES = ("agent.intro", "agent.question", "agent.repeat", "agent.no_answer", "agent.correction", "agent.caller_left",
         "agent.line_lost", "agent.prove", "agent.wrote")  # fmt: skip
"""The wordings needed. `agent.correction` and `agent.wrote` hold `{text}`; the others have no fields."""

JOIN = "agent.join"
"""In place of the intro, for who is asked to join a colleague."""

BRIEF, CORRECTION = "agent.brief", "agent.correction"
"""The prompts that carry a version of the brief: the whole of it, or what is new. Their version is the brief's."""

LANGUAGE = "agent_offer"
"""The language model of the leg: `SENTENCES`."""

NO_INPUT_MS = 5000
"""An agent who has heard the question answers within a few seconds; ours, together with one repeat."""

ACCEPTS = frozenset(
    {
        "connect me", "yes connect me", "please connect me", "take the call", "yes take the call", "i take the call",
        "yes i take the call", "i will take the call", "yes i will take the call", "i'll take the call",
        "yes i'll take the call", "put the caller through", "put them through", "yes put them through",
    }
)  # fmt: skip
DECLINES = frozenset({"decline", "i decline", "decline the call", "not now", "no not now", "i can't take the call"})

SENTENCES = (*sorted(ACCEPTS), *sorted(DECLINES), *HEARD_AS, *GREETINGS)
"""What may be heard here: answers, machines, and what people say instead."""

CORRECTION_WORDS = 24
"""Of what is new, in one sentence; as long as a brief may be."""

_CALLER_ADDS = (Part.ISSUE, Part.ENTITIES, Part.WHO, Part.TRIED)
"""What a newer brief may hold that an agent has to hear; reasons and steps follow from it, and stand on the screen."""

LOOK_AGAIN: Event = PersonNews(PersonStage.SOUGHT)
"""What to tell the leg after `revise`, `taken` or `caller_left`, so that the mind speaks without being spoken to."""


class Stage(StrEnum):
    WAITING = "waiting"  # for media
    BRIEFING = "briefing"  # intro, brief, or the request that proves a person
    ASKED = "asked"
    QUIET = "quiet"  # decided, bridged or over: not another word


class BriefingMind:
    """Implements `voice.conversation.Mind` for an agent's leg that is being offered a call.

    The say that carries the brief has the prompt "agent.brief" and the brief's version as its version.
    Raises `ConfigError` when a wording is missing.
    """

    def __init__(self, brief: Brief, *, wording: Wording, version: str, language: str = LANGUAGE) -> None:
        missing = [name for name in NAMES if name not in wording]
        if missing:
            raise ConfigError(f"prompts: {', '.join(missing)} expected for an agent's leg, got none")
        self._brief = brief
        self._spoken: Brief | None = None  # the newest version said, or being said
        self._wording = wording
        self._version = version
        self._language = language
        self._stage = Stage.WAITING
        self._caller_left = False
        self._taken = False  # on screen
        self._proving = False  # and has been asked for a sign here
        self._talk = Talk()
        self.proven = False  # the desk's own softphone: no machine, whatever is said
        self._asked_ms: int | None = None  # when the question began
        self._unanswered = 0
        self._said: dict[str, Say] = {}
        self._number = 0
        self._transcript = Transcript()

    @property
    def transcript(self) -> Transcript:
        return self._transcript

    @property
    def spoken_version(self) -> int | None:
        """The newest version of the brief the agent has been told."""
        return self._spoken.version if self._spoken else None

    def revise(self, brief: Brief) -> None:
        """A newer brief: it is the one spoken when speech has not begun, else it is told in one more sentence."""
        if brief.version > self._brief.version:
            self._brief = brief

    def taken(self) -> None:
        """The agent took the call on screen: from the next event on only a sign that a person is here is asked for."""
        self._taken = True

    @property
    def asked(self) -> bool:
        """The agent has heard the question, and has not answered it."""
        return self._stage is Stage.ASKED

    @property
    def decided(self) -> bool:
        """Nothing that is heard here matters any more."""
        return self._stage is Stage.QUIET

    def caller_left(self) -> None:
        """The next event is answered with the news and a hang-up."""
        self._caller_left = True

    def quiet(self) -> None:
        """The agent took the call elsewhere (on screen), or the legs are joined: nothing more is said here."""
        self._stage = Stage.QUIET

    def on(self, event: Event, now_ms: int) -> Sequence[Act]:
        self._note(event, now_ms)
        if self._caller_left:  # also to one who was being joined, and expects a caller
            self._stage, self._caller_left = Stage.QUIET, False
            return (self._say("agent.caller_left"), HangUp("caller_left"))
        if isinstance(event, PersonNews) and event.stage is PersonStage.LINE_LOST:
            return (self._say("agent.line_lost"),)
        if isinstance(event, Wrote):
            return (self._say("agent.wrote", self._wording["agent.wrote"].format(text=event.text)),)
        if self._stage is Stage.QUIET:
            return ()
        if self._taken and not self._proving and self._stage is not Stage.WAITING and not isinstance(event, KeyPressed):
            return self._prove()
        match event:
            case Answered() if self._stage is Stage.WAITING:
                return self._begin()
            case KeyPressed(key=key):
                return self._key(key)
            case Played(say_id=say_id):
                return self._played(say_id, now_ms)
            case Heard():
                return self._heard(event)
            case Silence() if self._stage is Stage.ASKED:
                return self._unanswered_once_more("silence")
            case _:
                return self._correction()

    # --- what is said -------------------------------------------------------------------------------------------------

    def _begin(self) -> list[Act]:
        """The brief follows when the intro has been played, in its newest version: see `_played`."""
        self._stage = Stage.BRIEFING
        listen = Expect(self._language, shape="free", no_input_ms=NO_INPUT_MS)
        return [listen, *(self._prove() if self._taken else [self._say("agent.intro")])]

    def _speak_brief(self) -> list[Act]:
        """The question follows when the brief has been played."""
        self._spoken = self._brief
        self._stage = Stage.BRIEFING
        return [self._say(BRIEF, self._brief.spoken, str(self._brief.version))]

    def _prove(self) -> list[Act]:
        self._proving = True
        self._stage = Stage.BRIEFING
        return [self._say("agent.prove")]

    def _ask(self) -> list[Act]:
        return [*self._correction(), self._say("agent.question"), self._await_answer()]

    def _await_answer(self) -> Expect:
        return Expect(self._language, shape="choice", no_input_ms=NO_INPUT_MS)

    def _correction(self) -> list[Act]:
        """One sentence for what the newest brief says and the spoken one did not; nothing when there is nothing."""
        if self._spoken is None or self._brief.version <= self._spoken.version:
            return []
        known = {line.text for line in self._spoken.lines}
        fresh = [line for line in self._brief.lines if line.part in _CALLER_ADDS and line.text != NOT_KNOWN]
        text = _one_sentence([line.text for line in fresh if line.text not in known])
        self._spoken = self._brief
        if not text:
            return []
        text = self._wording[CORRECTION].format(text=text)
        return [self._say(CORRECTION, text, str(self._brief.version))]

    def _say(self, prompt: str, text: str | None = None, version: str | None = None) -> Say:
        self._number += 1
        text = self._wording[prompt] if text is None else text
        say = Say(
            f"agent-{self._number}",
            text,
            prompt,
            version or self._version,
            interruptible=prompt == "agent.question",
            plain=self._wording.get(f"{prompt}.plain"),
        )
        self._said[say.say_id] = say
        return say

    # --- what is answered ---------------------------------------------------------------------------------------------

    def _played(self, say_id: str, now_ms: int) -> Sequence[Act]:
        say = self._said.pop(say_id, None)
        if say is None or self._stage is not Stage.BRIEFING:
            return self._correction()
        match say.prompt:
            case "agent.intro":
                return self._speak_brief()
            case "agent.brief":
                self._stage, self._asked_ms = Stage.ASKED, now_ms
                return self._ask()
            case "agent.prove":
                self._stage, self._asked_ms = Stage.ASKED, now_ms
                return [self._await_answer()]
            case _:
                return self._correction()

    def _key(self, key: str) -> Sequence[Act]:
        match key:
            case "1":
                return self._decide(Accept("key"))
            case "2":
                return self._decide(Decline("key"))
            case "3" if self._stage is Stage.ASKED:
                return self._speak_brief()
            case _:
                return self._correction()

    def _heard(self, heard: Heard) -> Sequence[Act]:
        asked = self._stage is Stage.ASKED and self._asked_ms is not None and heard.start_ms >= self._asked_ms
        machine = None if self.proven else self._machine(heard, asked=asked)
        if machine is not None:
            return self._decide(Decline("machine", machine))
        if not asked:
            return self._correction()  # a greeting, or an answer to nothing we asked
        words = _plain(heard.text)
        if words in ACCEPTS:
            return self._decide(Accept("voice"))
        if words in DECLINES:
            return self._decide(Decline("voice"))
        return self._unanswered_once_more("not_understood")

    def _machine(self, heard: Heard, *, asked: bool) -> str | None:
        """What kind of machine this is the sound of. Who answers our question may repeat its keys: no menu then."""
        long = self._talk.heard(heard.start_ms, heard.end_ms)
        kind = machine_says(heard.text) if heard.confidence >= SURE_WORDS else None
        return "long greeting" if long else None if kind == "menu" and asked else kind

    def _unanswered_once_more(self, reason: str) -> Sequence[Act]:
        self._unanswered += 1
        if self._unanswered > 1:
            return [self._say("agent.no_answer"), *self._decide(Decline("no_answer", reason))]
        return [self._say("agent.repeat"), *(self._prove() if self._taken else self._speak_brief())]

    def _decide(self, act: Accept | Decline) -> list[Act]:
        self._stage = Stage.QUIET
        return [act]

    def _note(self, event: Event, now_ms: int) -> None:
        """Keeps the transcript: what the agent said, and what was played to them."""
        match event:
            case Heard():
                self._transcript = self._transcript.with_(
                    Speaker.AGENT, redact(event.text), event.start_ms, event.end_ms, event.confidence
                )
            case Played(say_id=say_id) if say_id in self._said:
                said = self._said[say_id].text
                self._transcript = self._transcript.with_(Speaker.SYSTEM, said, *event.span(now_ms))
            case _:
                pass


def _one_sentence(lines: Sequence[str]) -> str:
    """As many whole lines as may be said, at least one, without full stops between them."""
    kept: list[str] = []
    for line in lines:
        if kept and spoken_words("; ".join([*kept, line])) > CORRECTION_WORDS:
            break
        kept.append(line.rstrip(".!?"))
    return "; ".join(kept)


def _plain(text: str) -> str:
    """Lower case, no punctuation but apostrophes, one blank between words."""
    return " ".join(re.findall(r"[a-z']+", text.lower().replace("’", "'")))
