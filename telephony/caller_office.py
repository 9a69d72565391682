"""The switchboard's side of the caller's leg: what happened goes into the journal, what the mind asks for into a queue.

Facts are journaled the moment they are told, so their order is the conversation's; asks are carried out by the
switchboard, which may have to wait for databases, backends and people.
"""

import asyncio
from collections.abc import Callable

from models.redact import redact
from telephony import events as entries
from telephony.journal import Journal
from voice import events
from voice.events import Act, Event, Say

WITHHELD = "•"
"""What stands in the record for a key or a word that must not be kept."""


class CallerOffice:
    """Implements `voice.pipeline.think.Office` for the caller's leg. `asks` holds acts that need the switchboard."""

    def __init__(self, *, journal: Journal, speaker: str, now_ms: Callable[[], int]) -> None:
        self._journal = journal
        self._speaker = speaker
        self._now_ms = now_ms
        self.asks: asyncio.Queue[Act] = asyncio.Queue(maxsize=256)

    def happened(self, event: Event, *, turn: int, say: Say | None, sensitive: bool) -> None:
        match event:
            case events.Heard():
                self._heard(event, turn, sensitive)
            case events.KeyPressed(key=key):
                self._journal.append(entries.KeyPressed(WITHHELD if sensitive else key))
            case events.Silence(after_ms=after_ms):
                self._journal.append(entries.Silent(after_ms))
            case events.Played() if say is not None:
                self._played(event, say, turn)
            case _:
                pass

    def asked(self, act: Act) -> None:
        match act:
            case events.Tell(fact=fact):
                self._journal.append(fact)
            case _:
                self.asks.put_nowait(act)

    def problem(self, part: str, what: str) -> None:
        self._journal.append(entries.Problem(part, redact(what)))

    def _heard(self, heard: events.Heard, turn: int, sensitive: bool) -> None:
        text = WITHHELD if sensitive and heard.text else redact(heard.text)
        self._journal.append(
            entries.Heard(
                turn, self._speaker, text, round(heard.confidence, 3), heard.start_ms, heard.end_ms, heard.engine
            )
        )

    def _played(self, played: events.Played, say: Say, turn: int) -> None:
        if not played.fully:
            self._journal.append(entries.BargedIn(say.prompt, played.played_ms))
        if played.played_ms == 0:
            return  # dropped before its first sound: nobody heard it
        end_ms = self._now_ms()
        text = (say.shown or WITHHELD) if say.private else say.text
        start_ms = max(0, end_ms - played.played_ms)
        self._journal.append(
            entries.Said(turn, redact(text), say.prompt, say.version, start_ms, end_ms, cut=not played.fully)
        )
