"""One supervisor at one call: who is heard by whom. Wired anew whenever somebody comes to the call or leaves it.

The supervisor hears everybody but themselves; the caller and the agent hear each other as before, and the supervisor
laid over that where the mode says so.
"""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

from models.transcript import Speaker
from telephony import events as entries
from telephony.journal import Record
from telephony.supervision.at_call import LiveCall
from telephony.supervision.modes import Mode, heard
from telephony.supervision.phone import Phone
from telephony.switchboard.leg_office import LegOffice
from voice.audio import Pcm
from voice.pipeline.mixing import Mixer
from voice.pipeline.session import Session

_REWIRES = (entries.HandoffMoved, entries.Held, entries.Unbridged)

Sink = Callable[[Pcm], Awaitable[None]]


class Place:
    """`over` hears that the call has ended."""

    def __init__(self, who: str, call: LiveCall, phone: Phone, session: Session, *, over: Callable[[], None]) -> None:
        self.who = who
        self.call = call
        self.mode = Mode.LISTEN
        self.quiets = False  # the system is quiet because of us
        self._phone = phone
        self._mine = session
        self._over = over
        self._left = False
        self._undo: list[Callable[[], None]] = []
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
        self._unwire()
        self._phone.office.call = None

    def wire(self) -> None:
        self._unwire()
        caller, seeking = self.call.session, self.call.seeking
        if caller is None:
            return
        talk = seeking.talk if seeking is not None else None
        mixer = Mixer("caller")

        def hear(voice: str, pcm: Pcm) -> None:
            self._phone.hears(mixer.push(voice, pcm))

        said, prompted = partial(hear, "caller"), partial(hear, "system")
        self._undo.append(caller.overheard_by(said=said, prompted=prompted))
        if talk is not None:
            agent = partial(hear, "agent")
            self._undo.append(talk.session.overheard_by(said=agent, prompted=lambda pcm: None))
        by = heard(self.mode, agent=talk is not None, held=talk is not None and talk.held)
        sinks = [self._beside(talk.session)] if talk is not None and by.by_agent else []
        if by.by_caller:
            sinks.append(caller.play if self.mode is Mode.TOOK_OVER else self._beside(caller))
        self._speak(sinks, to_caller=by.by_caller)

    def _speak(self, sinks: list[Sink], *, to_caller: bool) -> None:
        self._phone.office.call = self._office() if to_caller else None  # else it is nothing that was said to them
        if not sinks:
            self._mine.relay_to(None)
            return

        async def speak(pcm: Pcm) -> None:
            for sink in sinks:
                await sink(pcm)

        self._mine.relay_to(speak)

    def _beside(self, session: Session) -> Sink:
        self._undo.append(partial(session.no_longer_beside, self.who))
        return partial(session.beside, self.who)

    def _office(self) -> LegOffice:
        offset_ms = self.call.now_ms() - self._phone.age_ms
        return LegOffice(
            journal=self.call.journal,
            speaker=Speaker.AGENT,
            notes=self.call.notes,
            now_ms=self.call.now_ms,
            journals_prompts=False,
            offset_ms=offset_ms,
        )

    def _unwire(self) -> None:
        undo, self._undo = self._undo, []
        for one in undo:
            one()
        self._mine.relay_to(None)

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
