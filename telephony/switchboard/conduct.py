"""Conducts one call from ring to wrap-up, over the caller's leg.

One task group holds everything the call started: its pipeline, `errands.py`, `searches.py`; when the caller's leg ends,
what is left is ended in order.
"""

import asyncio
from collections.abc import Callable
from dataclasses import replace

from models.brief import Brief
from models.kept import kept
from models.redact import redact
from models.transcript import Speaker
from telephony import events as entries
from telephony.call import Call, CallId, CallState, Ending
from telephony.errors import LegFailed
from telephony.journal import Journal, Record
from telephony.leg import Leg, LegEnded, LegState
from telephony.promises import OpenPromise, PromiseOver
from telephony.switchboard.accounts import Accounts
from telephony.switchboard.acquaintance import Acquaintance
from telephony.switchboard.agent_legs import AgentLegs
from telephony.switchboard.colleagues import Colleagues
from telephony.switchboard.errands import Errands
from telephony.switchboard.house import CallRecorder, House, NoVoice, Unrecorded
from telephony.switchboard.leg_office import LegOffice, Notes
from telephony.switchboard.searches import Searches
from telephony.switchboard.seeking import Seeking
from telephony.switchboard.standby import Standby
from voice import events
from voice.conversation import Mind
from voice.dialogue import called_back
from voice.events import Played, Say, Wrote
from voice.hearing import Ear
from voice.pipeline.session import Session

HANG_UP_SECONDS = 15.0
"""For a carrier to take a hang-up, its retries included."""


class Conduct:
    def __init__(
        self,
        house: House,
        leg: Leg,
        *,
        on_record: Callable[[Record], None],
        full: str | None,
        call: str | None = None,
        promise: OpenPromise | None = None,
    ) -> None:
        """`call`: an id given before the leg was rung; `promise`: we rang this caller, to keep it."""
        self.id = call or house.new_id()
        self._keeps = promise
        self._house = house
        self.leg = leg
        self.session: Session | None = None  # of the caller's leg, from its answer on
        self.full = full  # why there is no room: the caller hears that there is none, and what there is instead
        self._loop = asyncio.get_running_loop()
        self._began = self._loop.time()
        party = leg.party
        self.call = Call(CallId(self.id), party.line, party.address, party.called)
        self.journal = Journal(self.id, now_ms=self.now_ms, wall=house.wall, keeper=house.keeper)
        self.journal.subscribe(on_record)
        self._mind = house.minds.caller(self.id, party.address, promise)
        self._own_number = house.own_number(party.address)
        self._standby = Standby(self._mind, lambda: house.minds.rescue(self._own_number))
        self._recorder: CallRecorder = Unrecorded() if full is not None else house.recorder(self.id)
        self._office = LegOffice(
            journal=self.journal,
            speaker=Speaker.CALLER,
            notes=self._standby,
            now_ms=self.now_ms,
            on_played=self._played,
            on_written=self._read_out,
            on_key=self._keyed,
        )
        self._accounts = Accounts(
            self._mind,
            number=party.address,
            spoken=lambda: self._standby.transcript,
            wall=house.wall,
            problem=self.problem,
            kept=self._with_promise,
        )
        self._acquaintance = Acquaintance(
            house.history, number=party.address, days=house.sticky_days, wall=house.wall, problem=self.problem
        )
        self._searches = self._make_searches()
        self.journal.subscribe(self._searches.learn)
        self._ending = Ending()
        self.colleagues = Colleagues(
            house,
            business=self._mind.business,
            journal=self.journal,
            accounts=self._accounts,
            standby=self._standby,
            acquaintance=self._acquaintance,
            problem=self.problem,
        )
        self._errands = self._make_errands()

    def now_ms(self) -> int:
        """Call time: milliseconds since the offer."""
        return round((self._loop.time() - self._began) * 1000)

    @property
    def agents(self) -> tuple[str, ...]:
        """Who is asked, or talks, right now."""
        return self.seeking.agents if self.seeking else ()

    @property
    def seeking(self) -> Seeking | None:
        """The search for a person, the last one if several."""
        return self._searches.current

    @property
    def searches(self) -> Searches:
        return self._searches

    @property
    def notes(self) -> Notes:
        """Who keeps the transcript while no mind listens."""
        return self._standby

    @property
    def promise_over(self) -> PromiseOver | None:
        """How the promise ended that this call was to keep; None when its caller was not reached."""
        if self._searches.served:
            return PromiseOver.KEPT
        if self._ending.reason == called_back.NOT_WANTED:
            return PromiseOver.NOT_WANTED
        return PromiseOver.ANSWERED if self.seeking is not None else None

    # --- the call ------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        party = self.leg.party
        direction = "outbound" if self._keeps else "inbound"
        offered = entries.CallOffered(party.line, direction, party.address, party.called, party.carrier_id)
        await self.journal.try_commit(offered)
        if (promise := self._keeps) is not None:
            self.journal.append(entries.CallingBack(promise.call, promise.handoff, promise.tries))
        try:
            transport = await self.leg.media()
        except LegFailed as error:
            outcome, by = ("ended", "line") if self._keeps else ("abandoned", "caller")
            self.journal.append(entries.CallEnded(outcome, by, str(error), self.now_ms() / 1000))
            return
        self._move(CallState.ANSWERED)
        recorded = not isinstance(self._recorder, Unrecorded)
        version = self._mind.business.version
        self.journal.append(entries.CallAnswered(recorded, version, dict(self._house.engines)))
        mind = self._mind if self.full is None else self._without_room(self.full)
        rescue, recorder = self._standby.rescue, self._recorder
        parts = self._house.parts(self.leg, transport, mind=mind, rescue=rescue, recorder=recorder, office=self._office)
        if self.full is not None:  # keys alone: what is said would take what those need for whom there is room
            parts = replace(parts, ear=Ear(vad=NoVoice()))
        session = self.session = Session(parts, watched=True)
        try:
            await self._talk(session)
        except BaseExceptionGroup as group:
            self.problem("call", f"a conversation expected to its end, got {group.exceptions[0]!r}")
            self._ending.failed("internal error")
            raise
        except asyncio.CancelledError:
            self._ending.by, self._ending.reason = "system", "the service stopped"
            raise
        finally:
            await self._end()

    async def _talk(self, session: Session) -> None:
        async with asyncio.TaskGroup() as tasks:
            running = tasks.create_task(self._run(session))
            errands = tasks.create_task(self._errands.run(session, tasks))
            looking_up = tasks.create_task(self._acquaintance.look_up())
            session.tell(events.Answered(self._own_number))
            why = await self.leg.ended()
            if why is not LegEnded.BY_US:
                self._ending.reason = why.value
            running.cancel()
            looking_up.cancel()
            await self._searches.caller_left()
            errands.cancel()

    def _without_room(self, reason: str) -> Mind:
        self.journal.append(entries.NoRoom(reason))
        minds = self._house.minds
        return minds.busy(person_free=self._house.staff.free(minds.without_room))

    async def _run(self, session: Session) -> None:
        """The caller's pipeline; should it end before the leg does, nobody would ever speak to them again."""
        await session.run()
        if self.leg.state is not LegState.ENDED:
            self.problem("pipeline", f"leg {self.leg.id}: a pipeline as long as its media expected, it ended first")
            self._ending.failed("the pipeline ended")
            await self.leg.hang_up(self._ending.reason)

    async def _end(self) -> None:
        self.colleagues.left()
        if not self.call.over:
            self._move(CallState.WRAPPING if self.call.state is CallState.BRIDGED else CallState.ENDED)
        try:
            async with asyncio.timeout(HANG_UP_SECONDS):
                await self.leg.hang_up("the call is over")
        except Exception as error:  # the leg may live on; the record of this call ends here all the same
            self.problem("line", f"leg {self.leg.id} expected to be hung up, got {error!r}")
        finally:
            self._recorder.close()
            seconds = self.now_ms() / 1000
            ending = self._ending
            await self.journal.try_commit(entries.CallEnded(self._sum_up(), ending.by, ending.reason, seconds))

    def _sum_up(self) -> str:
        if self._ending.outcome is not None:
            return self._ending.outcome
        if self._searches.served:
            return "transferred"
        if self._searches.abandoned:
            return "abandoned"
        return "solved" if self._accounts.solved else "ended"

    # --- its parts -----------------------------------------------------------------------------------------------

    def _make_searches(self) -> Searches:
        return Searches(
            self._house,
            call=self.id,
            journal=self.journal,
            leg=self.leg,
            accounts=self._accounts,
            acquaintance=self._acquaintance,
            agent_parts=AgentLegs(self._house, call=self.id, caller=self.leg.party.address, notes=self._standby),
            now_ms=self.now_ms,
            move=self._move,
            problem=self.problem,
            promise=self._keeps,
        )

    def _make_errands(self) -> Errands:
        return Errands(
            self._house,
            call=self.id,
            journal=self.journal,
            leg=self.leg,
            office=self._office,
            recorder=self._recorder,
            accounts=self._accounts,
            searches=self._searches,
            standby=self._standby,
            colleagues=self.colleagues,
            own_number=self._own_number,
            ending=self._ending,
            problem=self.problem,
        )

    # --- shared --------------------------------------------------------------------------------------------------

    def _played(self, say: Say, played: Played) -> None:
        if self.call.state is CallState.ANSWERED:
            self._move(CallState.TALKING)
        self._searches.heard(say, played)

    def _read_out(self, text: str) -> None:
        """What the caller writes to a person: they may sit at a telephone."""
        talk = self.seeking.talk if self.seeking is not None else None
        if talk is not None and not talk.held:
            for session in (talk.session, *(session for _, session in talk.beside)):
                session.tell(Wrote(text))

    def _keyed(self, key: str) -> None:
        """For the person they talk with."""
        if self.seeking is not None:
            self.seeking.keypad.pressed(key)

    def _with_promise(self, brief: Brief) -> Brief:
        promise = self._keeps
        return kept(promise.brief, brief, promise.call) if promise and promise.brief else brief

    def _move(self, state: CallState) -> None:
        if self.call.state is not state:
            self.call = self.call.to(state)

    def problem(self, part: str, what: str) -> None:
        self.journal.append(entries.Problem(part, redact(what)))
