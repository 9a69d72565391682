"""One supervisor at one call: who is heard by whom. Wired anew whenever somebody comes to the call or leaves it.

The supervisor hears everybody but themselves; the caller and the agent hear each other as before, and the supervisor
laid over that where the mode says so.
"""

import asyncio
from collections.abc import Callable

from models.transcript import Speaker
from telephony import events as entries
from telephony.journal import Record
from telephony.supervision.at_call import LiveCall
from telephony.supervision.modes import Mode, heard
from telephony.supervision.phone import Phone
from telephony.switchboard.leg_office import LegOffice
from telephony.switchboard.third import Third
from voice.pipeline.session import Session

_REWIRES = (
    entries.HandoffMoved, entries.Held, entries.Unbridged, entries.CompanionJoined, entries.CompanionOver,
)  # fmt: skip


class Place:
    """`over` hears that the call has ended."""

    def __init__(self, who: str, call: LiveCall, phone: Phone, session: Session, *, over: Callable[[], None]) -> None:
        self.who = who
        self.call = call
        self.mode = Mode.LISTEN
        self.quiets = False  # the system is quiet because of us
        self._phone = phone
        self._third = Third(who, session, phone.hears)
        self._over = over
        self._left = False
        self._stop = call.journal.subscribe(self._hear)
        self.wire()

    def change(self, mode: Mode) -> None:
        """Into this mode, on record."""
        was, self.mode = self.mode, mode
        self.wire()
        self.call.journal.append(entries.Supervised(self.who, mode.value, was.value))

    def leave(self) -> None:
        self._left = True
        self._stop()
        self._third.unwire()
        self._phone.office.call = None

    def wire(self) -> None:
        caller, seeking = self.call.session, self.call.seeking
        if caller is None:
            self._third.unwire()
            return
        talk = seeking.talk if seeking is not None else None
        agents = {"agent": talk.session, **dict(talk.beside)} if talk is not None else {}
        by = heard(self.mode, agent=talk is not None, held=talk is not None and talk.held)
        alone = self.mode is Mode.TOOK_OVER
        beside = [*(agents.values() if by.by_agent else ()), *([caller] if by.by_caller and not alone else ())]
        self._phone.office.call = self._office() if by.by_caller else None  # else it is nothing that was said to them
        self._third.wire(
            hears={"caller": caller, **agents}, prompted=caller, beside=beside, alone_with=caller if alone else None
        )

    def _office(self) -> LegOffice:
        offset_ms = self.call.now_ms() - self._phone.age_ms
        return LegOffice(
            journal=self.call.journal,
            speaker=Speaker.AGENT,
            notes=self.call.notes,
            now_ms=self.call.now_ms,
            journals_prompts=False,
            offset_ms=offset_ms,
            who=self.who,
        )

    def _hear(self, record: Record) -> None:
        if isinstance(record.entry, entries.CallEnded):
            self._over()
        elif isinstance(record.entry, _REWIRES):
            alone = self.call.seeking is None or self.call.seeking.talk is None
            self.wire()
            if alone and not self.quiets:
                asyncio.get_running_loop().call_soon(self._step_back)  # on record after what brought it about

    def _step_back(self) -> None:
        """There is nobody to coach any more, or the system has the caller again."""
        if not self._left and self.mode in (Mode.COACH, Mode.BARGE):
            self.change(Mode.LISTEN)
