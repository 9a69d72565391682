"""The mind of an agent's leg: says the brief, asks, and takes yes or no by key or by a phrase no greeting contains.

A voicemail talks too. So a voice counts only when it begins after our question, and only as the whole of an utterance;
the keys count from the first word of the brief on.
"""

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum

from models.brief import Brief
from models.redact import redact
from models.transcript import Speaker, Transcript
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
)

Wording = Mapping[str, str]
"""Sentences by name, from `config/prompts`."""

NAMES = ("agent.intro", "agent.question", "agent.repeat", "agent.no_answer", "agent.correction", "agent.caller_left")
"""The wordings needed. `agent.correction` holds `{text}`; the others have no fields."""

LANGUAGE = "agent_offer"
"""The language model of the answer: `ACCEPTS` and `DECLINES`."""

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

LOOK_AGAIN: Event = PersonNews(PersonStage.SOUGHT)
"""What to tell the leg after `revise` or `caller_left`, so that the mind speaks without waiting for the agent."""


class Stage(StrEnum):
    WAITING = "waiting"  # for media
    BRIEFING = "briefing"
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

    def caller_left(self) -> None:
        """The next event is answered with the news and a hang-up."""
        self._caller_left = True

    def quiet(self) -> None:
        """The agent took the call elsewhere (on screen), or the legs are joined: nothing more is said here."""
        self._stage = Stage.QUIET

    def on(self, event: Event, now_ms: int) -> Sequence[Act]:
        self._note(event, now_ms)
        if self._stage is Stage.QUIET:
            return ()
        if self._caller_left:
            self._stage = Stage.QUIET
            return (self._say("agent.caller_left"), HangUp("caller_left"))
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
        self._stage = Stage.BRIEFING
        return [self._say("agent.intro"), *self._speak_brief()]

    def _speak_brief(self) -> list[Act]:
        """The question follows when the brief has been played: see `_played`."""
        self._spoken = self._brief
        self._stage = Stage.BRIEFING
        return [self._say("agent.brief", self._brief.spoken, str(self._brief.version))]

    def _ask(self) -> list[Act]:
        question = self._say("agent.question")
        return [*self._correction(), question, Expect(self._language, shape="choice", no_input_ms=NO_INPUT_MS)]

    def _correction(self) -> list[Act]:
        """One sentence for what the newest brief says and the spoken one did not; nothing when there is nothing."""
        if self._spoken is None or self._brief.version <= self._spoken.version:
            return []
        known = {(line.part, line.text) for line in self._spoken.lines}
        fresh = [line.text for line in self._brief.lines if (line.part, line.text) not in known]
        self._spoken = self._brief
        if not fresh:
            return []
        text = self._wording["agent.correction"].format(text="; ".join(fresh))
        return [self._say("agent.correction", text, str(self._brief.version))]

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
        if say is None or self._stage is not Stage.BRIEFING or say.prompt != "agent.brief":
            return self._correction()
        self._stage = Stage.ASKED
        self._asked_ms = now_ms
        return self._ask()

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
        if self._stage is not Stage.ASKED or self._asked_ms is None or heard.start_ms < self._asked_ms:
            return self._correction()  # a greeting, or an answer to nothing we asked
        words = _plain(heard.text)
        if words in ACCEPTS:
            return self._decide(Accept("voice"))
        if words in DECLINES:
            return self._decide(Decline("voice"))
        return self._unanswered_once_more("not_understood")

    def _unanswered_once_more(self, reason: str) -> Sequence[Act]:
        self._unanswered += 1
        if self._unanswered > 1:
            return [self._say("agent.no_answer"), *self._decide(Decline("no_answer", reason))]
        return [self._say("agent.repeat"), *self._speak_brief()]

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
            case Played(say_id=say_id, played_ms=played_ms) if say_id in self._said:
                start_ms = max(0, now_ms - played_ms)
                self._transcript = self._transcript.with_(Speaker.SYSTEM, self._said[say_id].text, start_ms, now_ms)
            case _:
                pass


def _plain(text: str) -> str:
    """Lower case, no punctuation but apostrophes, one blank between words."""
    return " ".join(re.findall(r"[a-z']+", text.lower().replace("’", "'")))
