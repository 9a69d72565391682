"""The switchboard's side of one leg: what happened goes into the journal, what the mind asks for into a queue.

Facts are journaled the moment they are told, so their order is the conversation's; asks are carried out by the
switchboard, which may have to wait for databases, backends and people.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Protocol

from models.redact import redact, redact_turns
from models.transcript import Speaker
from telephony import events as entries
from telephony.being_said import BeingSaid, LegViewers, Onlookers
from telephony.journal import Journal
from voice import events
from voice.events import Act, Event, Say

WITHHELD = "•"
"""What stands in the record for a key or a word that must not be kept."""


PIECES = 8
"""Turns in which somebody may give one long number: pairs of digits, with a pause after each."""


class Notes(Protocol):
    """Keeps the call's transcript while no mind does, and numbers what is said then."""

    def note(self, speaker: Speaker, text: str, start_ms: int, end_ms: int, confidence: float) -> int: ...


class LegOffice:
    """Implements `voice.pipeline.think.Office`. `asks` holds acts that need the switchboard.

    `on_played` hears of each prompt that ended, `on_written` of what the party writes to a person, `on_key` of what
    they key while they talk with one; `journals_prompts` is off for a leg whose prompts are not the caller's.
    """

    def __init__(
        self,
        *,
        journal: Journal,
        speaker: Speaker,
        notes: Notes,
        now_ms: Callable[[], int],
        on_played: Callable[[Say, events.Played], None] = lambda say, played: None,
        on_speech: Callable[[], None] = lambda: None,
        on_written: Callable[[str], None] = lambda text: None,
        on_key: Callable[[str], None] = lambda key: None,
        journals_prompts: bool = True,
        offset_ms: int = 0,
        who: str = "",
    ) -> None:
        """`who`: the agent whose leg it is; "" for the caller's."""
        self._journal = journal
        self._speaker = speaker
        self._who = who
        self._notes = notes
        self._now_ms = now_ms
        self._on_played = on_played
        self._on_speech = on_speech
        self._on_written = on_written
        self._on_key = on_key
        self._journals_prompts = journals_prompts
        self._recent: deque[str] = deque(maxlen=PIECES)
        self._offset_ms = offset_ms  # call time at the first sample of a leg that joined later
        self.asks: asyncio.Queue[Act] = asyncio.Queue(maxsize=256)

    def happened(self, event: Event, *, turn: int | None, say: Say | None, sensitive: bool) -> None:
        match event:
            case events.Heard():
                self._heard(event, turn, sensitive)
            case events.SpeechBegan():
                self._on_speech()
            case events.KeyPressed(key=key):
                withheld = sensitive or turn is None  # a person may have asked for a card number: nobody knows
                if turn is None:
                    self._on_key(key)
                self._journal.append(entries.KeyPressed(self._speaker.value, WITHHELD if withheld else key))
            case events.Silence(after_ms=after_ms) if self._journals_prompts:
                self._journal.append(entries.Silent(after_ms))
            case events.WentOn() if say is not None and self._journals_prompts:
                self._journal.append(entries.PromptWentOn(say.prompt, event.why, event.heard_ms, event.from_ms))
            case events.Played() if say is not None:
                self._on_played(say, event)
                if self._journals_prompts:
                    self._played(event, say, turn)
            case _:
                pass

    def asked(self, act: Act) -> None:
        match act:
            case events.Tell(fact=fact):
                self._journal.append(fact)
            case events.Notice(part=part, what=what):
                self.problem(part, what)
            case _:
                self.asks.put_nowait(act)

    def viewers(self, onlookers: Onlookers) -> LegViewers:
        """Who may look at what is being said on this leg."""
        return LegViewers(onlookers, self._journal.call, self._being_said, self._begun)

    def problem(self, part: str, what: str) -> None:
        self._journal.append(entries.Problem(part, redact(what)))

    def _heard(self, heard: events.Heard, turn: int | None, sensitive: bool) -> None:
        text = WITHHELD if sensitive and heard.text else self._redacted(heard.text)
        start_ms, end_ms = heard.start_ms + self._offset_ms, heard.end_ms + self._offset_ms
        confidence = round(heard.confidence, 3)
        if turn is not None and not self._journals_prompts:
            turn = 0  # an agent, before the bridge: no turn of the caller's conversation
        elif turn is None:
            turn = self._notes.note(self._speaker, text, start_ms, end_ms, confidence)
            if heard.engine == events.TYPED:
                self._on_written(text)
        said = turn, self._speaker.value, text, confidence, start_ms, end_ms
        self._journal.append(entries.Heard(*said, heard.engine, heard.refused, self._who))

    def _being_said(self, words: str) -> BeingSaid:
        text = redact_turns([*self._recent, words])[-1]
        return BeingSaid(self._journal.call, self._speaker.value, text, self._who)

    def _begun(self, say: Say) -> BeingSaid | None:
        if not self._journals_prompts:
            return None
        return BeingSaid(self._journal.call, Speaker.SYSTEM.value, _shown(say))

    def _redacted(self, words: str) -> str:
        """Read together with what was said just before: a number given in pieces is one all the same. The pieces before
        it was one are on record already, at most eight digits of them."""
        self._recent.append(words)
        return redact_turns(self._recent)[-1]

    def _played(self, played: events.Played, say: Say, turn: int | None) -> None:
        if not played.fully:
            self._journal.append(entries.BargedIn(say.prompt, played.played_ms))
        if played.played_ms == 0:
            return  # dropped before its first sound: nobody heard it
        start_ms, end_ms = played.span(self._now_ms())
        text = _shown(say)
        if turn is None:
            turn = self._notes.note(Speaker.SYSTEM, text, start_ms, end_ms, 1.0)
        self._journal.append(entries.Said(turn, text, say.prompt, say.version, start_ms, end_ms, cut=not played.fully))


def _shown(say: Say) -> str:
    return redact((say.shown or WITHHELD) if say.private else say.text)
