"""Conducts one call from ring to wrap-up: the caller's leg, what the conversation asks for, the search for a person.

One task group holds everything the call started; when the caller's leg ends, what is left is ended in order.
"""

import asyncio
from collections.abc import Callable

from models.brief import Brief
from models.kept import kept
from models.redact import redact
from models.transcript import Speaker
from telephony import events as entries
from telephony import handoff as h
from telephony.accounts import Accounts
from telephony.acquaintance import Acquaintance
from telephony.agents.briefing import BriefingMind
from telephony.agents.callback import CallbackPromise, NumberFrom
from telephony.call import Call, CallId, CallState
from telephony.caller_side import CallerSide
from telephony.errors import LegFailed, NumberRefused
from telephony.house import CallRecorder, House, Unrecorded
from telephony.journal import Journal, Record
from telephony.leg import Leg, LegEnded, LegState
from telephony.leg_office import LegOffice
from telephony.promises import OpenPromise, PromiseOver
from telephony.seeking import Seeking
from voice import events
from voice.dialogue import called_back
from voice.events import Do, Escalated, PersonNews, PersonStage, Played, Say, SeekPerson
from voice.pipeline.build import Transport
from voice.pipeline.session import Session
from voice.pipeline.tap import Recorder

HANG_UP_SECONDS = 15.0
"""For a carrier to take a hang-up, its retries included."""

_CHANGE_THE_BRIEF = (events.Understood, events.Corrected, events.Verified, events.Acted, events.RecordingDeclined)
"""Facts after which the brief may say something else."""


CLOSING_SECONDS = 20.0
"""For an agent who is briefed to hear that the caller has gone; longer than attempt.FAREWELL_SECONDS."""


class Conduct:
    def __init__(
        self,
        house: House,
        leg: Leg,
        *,
        on_record: Callable[[Record], None],
        full: bool,
        call: str | None = None,
        promise: OpenPromise | None = None,
    ) -> None:
        """`call`: an id given before the leg was rung; `promise`: we rang this caller, to keep it."""
        self.id = call or house.new_id()
        self._keeps = promise
        self._house = house
        self.leg = leg
        self.full = full  # no room: the caller hears so, and may be called back
        self._loop = asyncio.get_running_loop()
        self._began = self._loop.time()
        party = leg.party
        self.call = Call(CallId(self.id), party.line, party.address, party.called)
        self.journal = Journal(self.id, now_ms=self.now_ms, wall=house.wall, keeper=house.keeper)
        self.journal.subscribe(on_record)
        self.journal.subscribe(self._learn)
        self._mind = house.minds.caller(self.id, party.address, promise)
        self._own_number = self._may_be_rung(party.address)
        self._rescue = house.minds.rescue(self._own_number)
        self._recorder: CallRecorder = Unrecorded() if full else house.recorder(self.id)
        self._office = LegOffice(
            journal=self.journal, speaker=Speaker.CALLER, notes=self, now_ms=self.now_ms, on_played=self._played
        )
        self._session: Session | None = None
        self._seeking: Seeking | None = None
        self._search: asyncio.Task[h.Handoff] | None = None
        self._accounts = Accounts(
            self._mind,
            number=party.address,
            spoken=lambda: self._rescue.transcript,
            wall=house.wall,
            problem=self.problem,
            kept=self._with_promise,
        )
        self._acquaintance = Acquaintance(
            house.history, number=party.address, days=house.sticky_days, wall=house.wall, problem=self.problem
        )
        self._handoffs = 0
        self._told = False
        self._gone = False  # the caller's leg has ended
        self._served_by: list[str] = []
        self._outcome: str | None = None
        self._ended_by = "caller"
        self._reason = "hung up"

    def now_ms(self) -> int:
        """Call time: milliseconds since the offer."""
        return round((self._loop.time() - self._began) * 1000)

    @property
    def agent(self) -> str | None:
        return self._seeking.agent if self._seeking else None

    @property
    def seeking(self) -> Seeking | None:
        return self._seeking

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
        self.journal.append(entries.CallAnswered(recorded, self._house.version, dict(self._house.engines)))
        mind = self._house.minds.busy() if self.full else self._mind
        self._session = Session(
            self._house.parts(
                self.leg, transport, mind=mind, rescue=self._rescue, recorder=self._recorder, office=self._office
            )
        )
        try:
            await self._talk(self._session)
        except BaseExceptionGroup as group:
            self.problem("call", f"a conversation expected to its end, got {group.exceptions[0]!r}")
            self._outcome, self._ended_by, self._reason = "failed", "system", "internal error"
            raise
        except asyncio.CancelledError:
            self._ended_by, self._reason = "system", "the service stopped"
            raise
        finally:
            await self._end()

    async def _talk(self, session: Session) -> None:
        async with asyncio.TaskGroup() as tasks:
            running, serving = tasks.create_task(self._run(session)), tasks.create_task(self._serve(tasks))
            looking_up = tasks.create_task(self._acquaintance.look_up())
            session.tell(events.Answered(self._own_number))
            why = await self.leg.ended()
            if why is not LegEnded.BY_US:
                self._reason = why.value
            self._gone = True
            running.cancel()
            looking_up.cancel()
            await self._close_search()
            serving.cancel()

    async def _run(self, session: Session) -> None:
        """The caller's pipeline; should it end before the leg does, nobody would ever speak to them again."""
        await session.run()
        if self.leg.state is not LegState.ENDED:
            self.problem("pipeline", f"leg {self.leg.id}: a pipeline as long as its media expected, it ended first")
            self._outcome, self._ended_by, self._reason = "failed", "system", "the pipeline ended"
            await self.leg.hang_up(self._reason)

    async def _close_search(self) -> None:
        if self._seeking is None or self._search is None:
            return
        self._seeking.happened(h.CallerLeft())
        await asyncio.wait({self._search}, timeout=CLOSING_SECONDS)
        self._search.cancel()

    async def _end(self) -> None:
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
            await self.journal.try_commit(entries.CallEnded(self._sum_up(), self._ended_by, self._reason, seconds))

    def _sum_up(self) -> str:
        if self._outcome is not None:
            return self._outcome
        if self._served_by:
            return "transferred"
        if self._seeking is not None and self._seeking.handoff.state is h.HandoffState.ABANDONED:
            return "abandoned"
        return "solved" if self._accounts.solved else "ended"

    # --- what the conversation asks for --------------------------------------------------------------------------

    async def _serve(self, tasks: asyncio.TaskGroup) -> None:
        while True:
            match await self._office.asks.get():
                case Do() as do:
                    tasks.create_task(self._act(do))
                case SeekPerson(escalation=escalation):
                    self._seek(escalation, tasks)
                case events.StopSeeking(reason=reason) if reason != "callback":  # a callback: see `_promise`
                    self._stop_seeking()
                case events.AgreeCallback() as agreed:
                    await self._promise(agreed)
                case events.StopRecording():
                    self._recorder.discard()
                case events.HangUp(reason=reason):
                    self._ended_by, self._reason = "system", reason
                    await self.leg.hang_up(reason)
                case _:
                    pass

    def _stop_seeking(self) -> None:
        """The caller hears whether it came in time: from the handoff, or from here where none is left to stop."""
        if self._seeking is not None and not self._seeking.handoff.over:
            self._seeking.happened(h.CallerCancelled())
            if not self._seeking.joining:
                self._move(CallState.TALKING)
        elif self._session is not None:
            self._session.tell(PersonNews(PersonStage.STOPPED))

    async def _act(self, do: Do) -> None:
        """Asks the backend, on record first; whatever goes wrong the conversation hears of it."""
        done = events.ActionDone(do.action, do.key, ok=False, error="unavailable")  # without a record nothing is done
        if await self.journal.try_commit(entries.ActionAsked(do.action, do.key)):
            done = await self._perform(do)
        if self._session is not None:
            self._session.tell(done)

    async def _perform(self, do: Do) -> events.ActionDone:
        try:
            return await self._house.backend.perform(do.action, do.params, do.key)
        except Exception as error:  # a backend's fault must become an honest sentence: nobody knows what was done
            self.problem("backend", f"{do.action} expected to be done or refused, got {error!r}")
            return events.ActionDone(do.action, do.key, ok=False, error="unknown")

    async def _promise(self, agreed: events.AgreeCallback) -> None:
        """The promise is made once it is on record; a number we may not dial is still kept, for people to see."""
        if self._seeking is not None and self._seeking.joining:
            self._seeking.happened(h.CallerCancelled())  # too late: nobody needs a call back who talks in a moment
            return
        if self._seeking is not None and not self._seeking.handoff.over:
            handoff = self._seeking.handoff.id
            self._seeking.caller_spoke()
            version = self._accounts.newest().version
        else:  # asked for without a search: the promise has a brief of its own
            handoff, brief = f"{self.id}-h0", self._accounts.newest()
            version = brief.version
            self.journal.append(entries.BriefReady(handoff, version, brief))
        came = NumberFrom.CALLER if agreed.number == self._own_number else NumberFrom.KEYED
        number = agreed.number
        try:
            number = self._house.callback_number(agreed.number, came)
        except NumberRefused as error:
            self.problem("callback", str(error))
        if not await self.journal.try_commit(CallbackPromise(handoff, number, agreed.queue, version).entry):
            self._take_back()
            return
        self._outcome = "callback"
        if self._seeking is not None:
            self._seeking.happened(h.CallbackAgreed())

    def _may_be_rung(self, address: str | None) -> str | None:
        """The number that the caller rings from, where we may ring it back. A line believes whatever it is told: one
        that may not be rung is not offered to them, and they are asked for another."""
        try:
            return self._house.callback_number(address or "", NumberFrom.CALLER)
        except NumberRefused:
            return None

    def _take_back(self) -> None:
        """What was promised cannot be kept: not another word of it. The rescue apologises, and a person is sought."""
        assert self._session is not None
        self._rescue = self._house.minds.rescue(self._own_number)
        self._session.rescue(self._rescue)
        if self._seeking is not None and not self._seeking.handoff.over and self._seeking.handoff.callback_offered:
            self._session.tell(PersonNews(PersonStage.UNAVAILABLE))  # it may offer the callback again

    # --- bringing a person in ------------------------------------------------------------------------------------

    def _seek(self, escalation: Escalated, tasks: asyncio.TaskGroup) -> None:
        if self._seeking is not None and not self._seeking.handoff.over:
            return  # a person is on the way already
        if self._gone:
            return  # asked with their last words: nobody is rung for a caller who has left
        assert self._session is not None
        self._handoffs += 1
        self._told = False
        self._move(CallState.SEEKING)
        handoff = h.Handoff(f"{self.id}-h{self._handoffs}", self.id, escalation.queue, trigger_ms=self.now_ms())
        self._seeking = Seeking(
            handoff=handoff,
            caller=CallerSide(
                call=self.id,
                shown=self._accounts.caller,
                tier=self._accounts.tier,
                journal=self.journal,
                leg=self.leg,
                session=self._session,
                now_ms=self.now_ms,
                known=self._acquaintance.agent,
                joined=self._joined,
                left=self._left,
            ),
            people=self._house.staff,
            attending=self._house.attending,
            lines=self._house.lines,
            briefs=self._accounts,
            agent_parts=self,
            settings=self._house.handoff,
            ladder=self._house.ladder,
            fallback=self._house.fallback.get(escalation.queue, ()),
            waited_ms=self._waited_ms(),
        )
        self._search = tasks.create_task(self._run_search(self._seeking))

    def _waited_ms(self) -> int:
        """What a promised caller has waited already: they take the place that was kept for them."""
        promise = self._keeps
        if promise is None:
            return 0
        self._house.staff.leave(promise.place, promise.queue, served=False)
        return max(0, round((self._house.wall() - promise.since_wall) * 1000))

    def _with_promise(self, brief: Brief) -> Brief:
        promise = self._keeps
        return kept(promise.brief, brief, promise.call) if promise and promise.brief else brief

    @property
    def promise_over(self) -> PromiseOver | None:
        """How the promise ended that this call was to keep; None when its caller was not reached."""
        if self._served_by:
            return PromiseOver.KEPT
        if self._reason == called_back.NOT_WANTED:
            return PromiseOver.NOT_WANTED
        return PromiseOver.ANSWERED if self._seeking is not None else None

    async def _run_search(self, seeking: Seeking) -> h.Handoff:
        """A search that breaks is one that found nobody: the caller hears so, and may ask again."""
        try:
            return await seeking.run()
        except Exception as error:
            self.problem("search", f"a search to its end expected, got {error!r}")
            self._seeking = None
            if self._session is not None:
                self._session.relay_to(None)
                self._session.listen_only(False)
                self._session.silent(False)
                self._session.tell(PersonNews(PersonStage.GAVE_UP))
            return seeking.handoff

    def mind(self, brief: Brief) -> BriefingMind:
        return self._house.minds.briefing(brief)

    def session(
        self, *, leg: Leg, transport: Transport, mind: BriefingMind, office: LegOffice, listener: Recorder
    ) -> Session:
        """The session of an agent's leg. Only the caller's leg is recorded: its second channel holds the agent."""
        rescue = self._house.minds.rescue(None)
        parts = self._house.parts(leg, transport, mind=mind, rescue=rescue, recorder=listener, office=office)
        parts.ear.listen_through()  # a machine is recognised while the brief is said, a person is not cut off by it
        return Session(parts)

    def allow_dial(self, line: str) -> None:
        self._house.dialling.allow(line, call=self.id, caller=self.leg.party.address)

    @property
    def notes(self) -> "Conduct":
        return self

    def note(self, speaker: Speaker, text: str, start_ms: int, end_ms: int, confidence: float) -> int:
        """Keeps what is said while the mind does not listen; its turn. Mind and rescue go on from the same words."""
        known = max(self._mind.transcript, self._rescue.transcript, key=lambda transcript: transcript.last_turn)
        transcript = known.with_(speaker, text, start_ms, end_ms, confidence)
        self._mind.go_on(transcript)
        self._rescue.take_over(transcript)
        return transcript.last_turn

    def _learn(self, record: Record) -> None:
        """What the caller adds while a person is sought makes a newer brief."""
        learned = isinstance(record.entry, _CHANGE_THE_BRIEF)
        if learned and self._seeking is not None and not self._seeking.handoff.over:
            self._seeking.caller_spoke()

    def _joined(self, agent: str) -> None:
        self._served_by.append(agent)
        self._move(CallState.SEEKING)  # from TALKING, if the caller took it back in the last moment
        self._move(CallState.BRIDGED)

    def _left(self, agent: str, by: str) -> None:
        self._house.attending.wrap_up_due(
            agent,
            journal=self.journal,
            caller=self._accounts.caller,
            summary=self._accounts.summary,
            disposition=self._accounts.disposition,
        )
        if by == "agent":
            self._move(CallState.TALKING)

    # --- shared --------------------------------------------------------------------------------------------------

    def _played(self, say: Say, played: Played) -> None:
        if self.call.state is CallState.ANSWERED:
            self._move(CallState.TALKING)
        if self._seeking is not None and not self._told and say.prompt.startswith("seek") and played.played_ms:
            self._told = True
            self._seeking.caller_was_told()

    def _move(self, state: CallState) -> None:
        if self.call.state is not state:
            self.call = self.call.to(state)

    def problem(self, part: str, what: str) -> None:
        self.journal.append(entries.Problem(part, redact(what)))
