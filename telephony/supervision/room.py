"""What supervisors do at calls: listen, coach, barge, take over, give back, whisper. Each act is checked for the role
and against the call as it stands, audited, and on the call's journal; one that cannot be done says why.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Protocol

from telephony import events as entries
from telephony.access import Role, Who
from telephony.access.audit import Notes, Outcome
from telephony.access.roles import refusal as not_theirs
from telephony.errors import IllegalMove
from telephony.journal import Record
from telephony.leg import Leg
from telephony.supervision.at_call import LiveCall, situation
from telephony.supervision.errors import SupervisionRefused
from telephony.supervision.modes import OVER, Mode, refusal
from telephony.supervision.phone import Phone
from telephony.supervision.place import Place
from telephony.supervision.whispers import GAP_MS, TOO_SOON, WITH_A_PERSON
from voice.events import PersonNews, PersonStage, Whispered
from voice.pipeline.session import Session

log = logging.getLogger(__name__)

NO_PHONE = "Your sound is not connected. Connect it first."
NOT_THERE = "You are not at a call."
AGENT_STAYS = "The agent could not be let go. Try again."

LET_GO_SECONDS = 8.0
"""For an agent's leg to end and the caller to be with us again: a carrier's hang-up takes 1 to 3 s, its conference
some more (lines/twilio/settings: pull_seconds)."""


class Calls(Protocol):
    """The switchboard, as far as supervisors need it."""

    @property
    def calls(self) -> Mapping[str, LiveCall]: ...


class Supervision:
    """One for the service."""

    def __init__(
        self, *, phone: Callable[[Leg], Phone], calls: Calls, audit: Notes, names: Callable[[str], str | None]
    ) -> None:
        """`phone` makes of a supervisor's leg what hears and is heard; `names`: supervisor → as callers hear it."""
        self._phone = phone
        self._calls = calls
        self._audit = audit
        self._names = names
        self._phones: dict[str, Phone] = {}
        self._places: dict[str, Place] = {}
        self._whispered_ms: dict[str, int] = {}
        self._running: set[asyncio.Task[None]] = set()

    # --- their phone ---------------------------------------------------------------------------------------------

    async def connect(self, who: Who, leg: Leg) -> None:
        """`leg` is the supervisor's own from now on; the one before it ends."""
        self._supervises(who, "supervision.connect")
        if (before := self._phones.pop(who.id, None)) is not None:
            await self._vacate(who.id, "")
            await before.leg.hang_up("another page of the supervisor's")
        phone = self._phones[who.id] = self._phone(leg)
        task = asyncio.create_task(self._keep(who.id, phone), name=f"supervisor {who.id}")
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def close(self) -> None:
        for phone in tuple(self._phones.values()):
            await phone.leg.hang_up("the service stops")
        if self._running:
            await asyncio.wait(self._running, timeout=LET_GO_SECONDS)

    async def _keep(self, who: str, phone: Phone) -> None:
        """A leg that ends, for whatever reason, gives a call that was taken over back: no caller is left alone."""

        async def over() -> None:
            if self._phones.get(who) is phone:
                await self._vacate(who, "")

        try:
            await phone.run(over=over)
        except Exception:  # a supervisor's leg that fails must not touch the calls
            log.exception("supervisor %s: a leg to its end expected, it failed", who)
        finally:
            if self._phones.get(who) is phone:
                del self._phones[who]
                await self._vacate(who, "")  # where the pipeline broke before the leg ended

    # --- at a call -----------------------------------------------------------------------------------------------

    async def attend(self, who: Who, call: str, mode: Mode) -> None:
        """Listens, coaches or barges in. Raises `SupervisionRefused`."""
        act = f"supervision.{mode.value}"
        self._supervises(who, act, call)
        with self._audited(who, act, call):
            if mode is Mode.TOOK_OVER:
                raise SupervisionRefused("A call is taken over by an act of its own.")
            place = await self._place(who, call, mode)
            if mode is not place.mode:
                await self._quiet(place, mode)
                place.change(mode)

    async def take_over(self, who: Who, call: str) -> None:
        """The agent or the system is let go; the supervisor has the call. Raises `SupervisionRefused`."""
        self._supervises(who, "supervision.take_over", call)
        with self._audited(who, "supervision.take_over", call):
            place = await self._place(who, call, Mode.TOOK_OVER)
            if place.mode is Mode.TOOK_OVER:
                return
            place.quiets = True
            try:
                await self._let_go(place.call)
                place.call.searches.taken()
            except (SupervisionRefused, IllegalMove) as error:
                place.quiets = False
                raise SupervisionRefused(str(error) if isinstance(error, SupervisionRefused) else OVER) from error
            place.change(Mode.TOOK_OVER)

    async def leave(self, who: Who, notes: str = "") -> None:
        """Gives the caller back to the system where the supervisor has them, with `notes` of what is left to do."""
        self._supervises(who, "supervision.leave")
        if who.id not in self._places:
            raise SupervisionRefused(NOT_THERE)
        self._audit.note(who, "supervision.leave", call=self._places[who.id].call.id)
        await self._vacate(who.id, notes)

    def whisper(self, who: Who, call: str, whispered: Whispered) -> None:
        """To the system, which does of it what policy allows. Raises `SupervisionRefused`."""
        act = f"supervision.whisper.{whispered.kind.value}"
        self._supervises(who, act, call)
        with self._audited(who, act, call):
            live = self._live(call)
            now = situation(live, self._taken_by(call))
            if live.session is None or not now.answered:
                raise SupervisionRefused(OVER)
            if now.agent or now.taken_by or now.joining:
                raise SupervisionRefused(WITH_A_PERSON)
            at_ms = live.now_ms()
            if at_ms - self._whispered_ms.get(call, -GAP_MS) < GAP_MS:
                raise SupervisionRefused(TOO_SOON)
            self._whispered_ms = {c: ms for c, ms in self._whispered_ms.items() if c in self._calls.calls}
            self._whispered_ms[call] = at_ms
            what = whispered.text or whispered.intent
            live.journal.append(entries.WhisperSent(who.id, whispered.kind.value, what))
            live.session.tell(whispered)

    def at(self, who: str) -> tuple[str, Mode] | None:
        """The call this supervisor is at, and how."""
        place = self._places.get(who)
        return (place.call.id, place.mode) if place is not None else None

    # --- coming and going ----------------------------------------------------------------------------------------

    async def _place(self, who: Who, call: str, mode: Mode) -> Place:
        """The supervisor's place at `call`, taken anew if need be, once it is sure that `mode` is possible there."""
        phone = self._phones.get(who.id)
        session = await phone.connected() if phone is not None else None
        live = self._live(call)
        why = refusal(mode, situation(live, self._taken_by(call)), who=who.id)
        if why:
            raise SupervisionRefused(why)
        if phone is None or session is None:
            raise SupervisionRefused(NO_PHONE)
        place = self._places.get(who.id)
        if place is not None and place.call is not live:
            await self._vacate(who.id, "")
            place = None
        if place is None:
            place = self._places[who.id] = Place(who.id, live, phone, session, over=lambda: self._ended(who.id))
            live.journal.append(entries.Supervised(who.id, Mode.LISTEN.value, ""))
        return place

    def _ended(self, who: str) -> None:
        place = self._places.pop(who, None)
        if place is not None:
            place.leave()

    async def _vacate(self, who: str, notes: str) -> None:
        place = self._places.pop(who, None)
        if place is None:
            return
        place.leave()
        live, session, was = place.call, place.call.session, place.mode
        if live.call.over:
            return
        live.journal.append(entries.Supervised(who, "left", was.value))
        if was is Mode.TOOK_OVER:
            live.searches.given_back()
        if place.quiets and session is not None:
            self._speaks_again(session, who, notes)

    async def _quiet(self, place: Place, mode: Mode) -> None:
        """The system is quiet while a supervisor talks with its caller, and goes on when they do not."""
        session, seeking = place.call.session, place.call.seeking
        alone = seeking is None or seeking.talk is None
        if session is None:
            return
        if mode is Mode.BARGE and alone:
            place.quiets = True
            session.silent(True)
            session.listen_only(True)
            await session.hush()
        elif place.quiets:
            place.quiets = False
            self._speaks_again(session, place.who, "")

    def _speaks_again(self, session: Session, who: str, notes: str) -> None:
        session.silent(False)
        session.listen_only(False)
        session.tell(PersonNews(PersonStage.LEFT, self._names(who), notes=notes or None))

    async def _let_go(self, live: LiveCall) -> None:
        """The agent's leg ends, or the system falls silent; the caller hears neither from now on."""
        session, seeking = live.session, live.seeking
        if session is None:
            raise SupervisionRefused(OVER)
        if seeking is None or seeking.talk is None:
            session.silent(True)
            session.listen_only(True)
            await session.hush()
            return
        apart = asyncio.Event()

        def hear(record: Record) -> None:
            if isinstance(record.entry, entries.Unbridged):  # before the system can say that the agent has left
                session.silent(True)
                session.listen_only(True)
            if isinstance(record.entry, (entries.Unbridged, entries.CallEnded)):
                apart.set()

        stop = live.journal.subscribe(hear)
        try:
            await seeking.agent_hangs_up()
            with suppress(TimeoutError):
                async with asyncio.timeout(LET_GO_SECONDS):
                    await apart.wait()
        finally:
            stop()
        if not apart.is_set():
            raise SupervisionRefused(AGENT_STAYS)
        if live.call.over:
            raise SupervisionRefused(OVER)

    # --- checks --------------------------------------------------------------------------------------------------

    def _live(self, call: str) -> LiveCall:
        live = self._calls.calls.get(call)
        if live is None:
            raise SupervisionRefused(OVER)
        return live

    def _taken_by(self, call: str) -> str:
        at = (place.who for place in self._places.values() if place.call.id == call and place.mode is Mode.TOOK_OVER)
        return next(at, "")

    def _supervises(self, who: Who, act: str, call: str = "") -> None:
        if not who.has(Role.SUPERVISOR):
            self._audit.note(who, act, call=call, outcome=Outcome.REFUSED, detail="without the role")
            raise SupervisionRefused(not_theirs((Role.SUPERVISOR,), who.roles), forbidden=True)

    def _audited(self, who: Who, act: str, call: str) -> "_Audited":
        return _Audited(self._audit, who, act, call)


class _Audited:
    """Notes how an act ended."""

    def __init__(self, audit: Notes, who: Who, act: str, call: str) -> None:
        self._audit, self._who, self._act, self._call = audit, who, act, call

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: object) -> None:
        if error is None:
            self._audit.note(self._who, self._act, call=self._call)
        else:
            refused = isinstance(error, SupervisionRefused)
            outcome = Outcome.REFUSED if refused else Outcome.FAILED
            self._audit.note(self._who, self._act, call=self._call, outcome=outcome, detail=str(error))
