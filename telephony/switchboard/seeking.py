"""Brings a person to one caller: carries out what the handoff's table wants, and feeds it what happens.

All deciding is in `telephony/handoff`; `asking.py` rings agents, `joining.py` joins one with the caller; here are the
waiting and the telling. It ends when the handoff is over: bridged and ended, abandoned, a callback, or resumed.
"""

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import replace
from typing import Any

from models.brief import Brief
from telephony import events as entries
from telephony import handoff as h
from telephony.agents.ladder import Ladder, Outlook, Rung
from telephony.agents.staff import Staff
from telephony.errors import IllegalMove, LineError
from telephony.handoff.entries import ended, entry
from telephony.handoff.settings import HandoffSettings
from telephony.handoff.step import moved, step
from telephony.leg import Line
from telephony.switchboard.asking import Asking, Means
from telephony.switchboard.attempt import AttemptParts
from telephony.switchboard.beside import Beside
from telephony.switchboard.caller_side import BriefSource, CallerSide
from telephony.switchboard.finding import Finding
from telephony.switchboard.joining import Joining, Talk
from telephony.switchboard.keypad import Keypad
from telephony.switchboard.people import Attending
from voice.events import PersonNews, PersonStage

_WITH_OUTLOOK = frozenset({PersonStage.SOUGHT, PersonStage.UNAVAILABLE, PersonStage.RINGING})
"""News with the wait in them."""

LAST_CHANCE_SECONDS = 30.0
"""From the last offer of a callback to the end of a search whose time is up."""


class Seeking:
    def __init__(
        self,
        *,
        handoff: h.Handoff,
        caller: CallerSide,
        people: Staff,
        attending: Attending,
        lines: Mapping[str, Line],
        briefs: BriefSource,
        agent_parts: AttemptParts,
        settings: HandoffSettings,
        ladder: Ladder,
        fallback: Sequence[str],
        waited_ms: int = 0,
        person: str = "",
    ) -> None:
        """`waited_ms`: what the caller has waited before this call; `person`: the agent a colleague named for them."""
        self.handoff = handoff
        self._caller = caller
        self._finding = Finding(
            people,
            call=caller.call,
            handoff=handoff.id,
            queue=handoff.queue,
            lines=lines,
            fallback=fallback,
            problem=caller.problem,
            waited_ms=waited_ms,
            person=person,
        )
        means = Means(attending, lines, agent_parts, settings, self.happened, self._start)
        self._asking = Asking(handoff=handoff, caller=caller, finding=self._finding, means=means)
        self._joining = Joining(
            handoff=handoff.id,
            caller=caller,
            lines=lines,
            start=self._start,
            held_by_phone=lambda on: self._start(self._held_by_phone(on)),
        )
        self.keypad = Keypad(handoff=handoff.id, caller=caller, joining=self._joining, start=self._start)
        self.beside = Beside(
            handoff=handoff,
            caller=caller,
            joining=self._joining,
            people=people,
            means=means,
            brief=self._newest_brief,
        )
        self._briefs = briefs
        self._settings = settings
        self._ladder = ladder
        self._rung = Rung.TRANSFER
        self._events: asyncio.Queue[h.Event] = asyncio.Queue(maxsize=256)
        self._brief: Brief | None = None
        self._tasks = asyncio.TaskGroup()
        self._waiting: list[asyncio.Task[None]] = []

    # --- what the switchboard and the desk tell it ---------------------------------------------------------------

    def happened(self, event: h.Event) -> None:
        self._events.put_nowait(event)

    def caller_spoke(self) -> None:
        """The caller said something: the brief may have a newer version."""
        if self._brief is not None and self.handoff.state is not h.HandoffState.BRIDGED:
            self._renew_brief()
            self._finding.know(language=self._briefs.language, tier=self._briefs.tier or None)

    def caller_was_told(self) -> None:
        self.happened(h.Told())

    @property
    def agent(self) -> str | None:
        """Who is asked, or talks, right now."""
        current = self.handoff.current
        return current.agent if current else None

    @property
    def agents(self) -> tuple[str, ...]:
        """And who is asked, or is there, beside them."""
        return tuple(one for one in (self.agent, self.beside.companion) if one is not None)

    @property
    def talk(self) -> Talk | None:
        """The two, while they are joined, and who is beside them."""
        talk = self._joining.talk
        return None if talk is None else replace(talk, beside=self.beside.sessions)

    async def agent_holds(self, on: bool) -> None:
        """The agent puts the caller on hold, or takes them off it; twice changes nothing. Raises `IllegalMove` when
        the two do not talk."""
        if not self._joining.joined or self.handoff.state is not h.HandoffState.BRIDGED:
            raise IllegalMove(f"handoff {self.handoff.id}: hold expected while bridged, got it {self.handoff.state}")
        self.keypad.part()
        await self._joining.hold(on)
        self.beside.wire()

    async def _held_by_phone(self, on: bool) -> None:
        """The agent's own phone holds: to the caller it is as if they had held at the desk."""
        try:
            await self.agent_holds(on)
        except (IllegalMove, LineError) as error:
            self._caller.problem("bridge", f"a hold of the agent's phone to be followed expected, got: {error}")

    def agent_hands_back(self, notes: str, to: str = "", person: str = "") -> None:
        """The agent gives the caller back to the system, to find somebody in the queue `to` if one is named, and to ask
        `person` first. Raises `IllegalMove` when the two do not talk."""
        current = self.handoff.current
        if current is None or self.handoff.state is not h.HandoffState.BRIDGED:
            raise IllegalMove(f"handoff {self.handoff.id}: a bridge to hand back expected, it is {self.handoff.state}")
        self.happened(h.HandedBack(current.id, notes, to, person))

    @property
    def joining(self) -> bool:
        """Somebody has taken the call and is about to talk with the caller: nothing stops that any more."""
        current = self.handoff.current
        return current is not None and current.ready and self.handoff.state is not h.HandoffState.BRIDGED

    async def agent_hangs_up(self, agent: str | None = None) -> None:
        """`agent` ends their leg from the desk; None: everybody who talks with the caller is let go."""
        if agent is not None and agent == self.beside.companion:
            await self.beside.hang_up()
            return
        if agent is None and self.beside.companion is not None:
            self.beside.end()
        current = self.handoff.current
        if current is not None:
            await self._asking.hang_up(current.id, "hung up at the desk")

    # --- the search ----------------------------------------------------------------------------------------------

    async def run(self) -> h.Handoff:
        outlook = self._finding.join(
            language=self._briefs.language, tier=self._briefs.tier or None, known=self._caller.known
        )
        try:
            self._begin(outlook)
            await self._search()
        finally:
            self._finding.leave(served=False)
            self.beside.release()
            self._asking.release_all(frozenset(a.id for a in self.handoff.attempts if a.outcome is not None))
        return self.handoff

    def _begin(self, outlook: Outlook | None) -> None:
        """Chooses what is offered first. A queue that cannot say how it stands is searched like any other."""
        if outlook is None:
            return
        self._rung = rung = self._ladder.rung(outlook)
        wait = outlook.wait.minutes if outlook.wait else None
        standing = outlook.place, outlook.staff, outlook.free
        queue = self.handoff.queue
        self._caller.journal.append(entries.QueueJoined(self.handoff.id, queue, *standing, wait, rung.value))

    async def _search(self) -> None:
        async with self._tasks:
            self._renew_brief()
            self._start(self._end_search())
            while not self.handoff.over:
                await self._take(await self._events.get())
            await self._asking.farewells()
            await self.beside.farewells()
            for task in self._waiting:
                task.cancel()

    async def _take(self, event: h.Event) -> None:
        if self.beside.owns(event):
            await self.beside.take(event)
            return
        event = await self._with_company(event)
        told = entry(self.handoff, event)
        if told is not None:
            self._caller.journal.append(told)
        after, nexts = step(self.handoff, event, self._caller.now_ms())
        before, self.handoff = self.handoff, after
        move = moved(before, after)
        if move is not None:
            self._caller.journal.append(move)
        if (over := ended(before, after)) is not None:
            self._caller.journal.append(over)
        for wanted in nexts:
            await self._carry_out(wanted)

    async def _with_company(self, event: h.Event) -> h.Event:
        """Who is beside the agent goes on where the agent leaves, and leaves with the caller."""
        if isinstance(event, h.CallerLeft):
            await self.beside.left(caller=True)
        elif isinstance(event, (h.LegOver, h.HandedBack)) and self._talks(event.attempt):
            successor = self.beside.successor
            if isinstance(event, h.LegOver) and successor is not None:
                return h.Succeeded(event.attempt, successor.id, successor.agent)
            await self.beside.left(caller=False)
        return event

    def _talks(self, attempt: str) -> bool:
        current = self.handoff.current
        return current is not None and current.id == attempt and self.handoff.state is h.HandoffState.BRIDGED

    async def _carry_out(self, wanted: h.Next) -> None:
        match wanted:
            case h.FindAgent(excluding=excluding):
                self._start(self._find(excluding))
            case h.Offer(attempt=attempt, agent=agent):
                await self._asking.offer(attempt, agent, self._renew_brief())
            case h.Ring(attempt=attempt, agent=agent):
                self._asking.ring(attempt, agent, self._renew_brief)
            case h.Cancel(attempt=attempt, why=why, tell=tell):
                self._asking.cancel(attempt, why, tell=tell)
            case h.Close(attempt=attempt, agent=agent, outcome=outcome):
                await self._close(attempt, agent, outcome)
            case h.AskProof(attempt=attempt):
                await self._asking.ask_proof(attempt)
            case h.Bridge(attempt=attempt, agent=agent):
                await self._join(attempt, agent)
            case h.Succeed(attempt=attempt, agent=agent):
                self.keypad.part()
                await self.beside.goes_on(self._asking)
                self._asking.close(attempt, agent, h.Outcome.BRIDGED, talked=True)
                self._asking.left(agent, "agent")
            case h.TellCaller(stage=stage, agent=agent):
                self._tell(stage, agent)
            case h.OfferCallback():
                pass  # the news UNAVAILABLE, told right before it, makes the conversation offer the callback
            case h.GiveUp(why=why):
                stage = PersonStage.STOPPED if why == "cancelled" else PersonStage.GAVE_UP
                self._caller.session.tell(PersonNews(stage))
            case h.Resume():
                self._resume(wanted)

    # --- finding an agent -----------------------------------------------------------------------------

    async def _find(self, excluding: frozenset[str]) -> None:
        patience = 0.0 if self._rung is Rung.CALLBACK else self._settings.unavailable_seconds
        unavailable = self._start(self._after(patience, h.NobodyFree()))
        try:
            found = await self._finding.somebody(excluding)
        finally:
            unavailable.cancel()
        if self.handoff.state is h.HandoffState.QUEUED:
            attempt = self.handoff.next_attempt
            self._asking.chosen(attempt, found)
            self.happened(h.AgentChosen(attempt, found.id))
        else:
            self._finding.release(found.id, h.Outcome.WITHDRAWN)

    # --- the two together, and apart -----------------------------------------------------------------------------

    async def _join(self, attempt: str, agent: str) -> None:
        running = self._asking.attempt(attempt)
        if running is None or running.session is None or running.leg is None:
            self.happened(h.BridgeFailed(attempt, "the agent's leg has no media"))
        elif await self._joining.join(running, running.leg, running.session, self._asking.name(agent)):
            self._asking.joined(attempt, agent)
            self.happened(h.BridgeMade(attempt))

    async def _close(self, attempt: str, agent: str, outcome: h.Outcome) -> None:
        talked = self._joining.joined
        self._asking.close(attempt, agent, outcome, talked=talked)
        if talked:
            self.keypad.part()
            self._asking.left(agent, await self._joining.part(self.handoff.why))

    def _resume(self, wanted: h.Resume) -> None:
        last = self._asking.name(self.handoff.attempts[-1].agent if self.handoff.attempts else None)
        news = PersonNews(PersonStage.LEFT, last, notes=wanted.notes, to=wanted.to, person=wanted.person)
        self._caller.session.tell(news)

    # --- what the caller hears of it -----------------------------------------------------------------------------

    def _tell(self, stage: PersonStage, agent: str | None) -> None:
        if stage is PersonStage.COMING and not self._joining.joined:
            return  # one of the two left while they were being joined
        outlook = self._finding.outlook() if stage in _WITH_OUTLOOK else None
        wait = outlook.wait.minutes if outlook and outlook.wait else None
        opens = outlook.opens if outlook else None
        first = stage is PersonStage.UNAVAILABLE and self._rung is Rung.CALLBACK and not self.handoff.attempts
        self._caller.session.tell(PersonNews(stage, self._asking.name(agent), wait, opens=opens, first=first))

    # --- shared --------------------------------------------------------------------------------------------------

    def _renew_brief(self) -> Brief:
        before, brief = self._brief, self._newest_brief()
        if brief is before:
            return brief
        self.happened(h.Queued(brief.version))
        current = self.handoff.current
        if current is not None:
            self._asking.briefed(current.id, current.agent, brief)
        return brief

    def _newest_brief(self) -> Brief:
        """On record, if it is newer than the last."""
        brief = self._briefs.newest()
        if self._brief is None or brief.version != self._brief.version:
            self._brief = brief
            self._caller.journal.append(entries.BriefReady(self.handoff.id, brief.version, brief))
        return self._brief

    async def _end_search(self) -> None:
        """When the time is up the callback is offered once more; if that is not taken, the search ends."""
        await asyncio.sleep(self._settings.seek_seconds)
        while not self.handoff.over:
            self.happened(h.SeekOver())
            await asyncio.sleep(LAST_CHANCE_SECONDS)

    async def _after(self, seconds: float, event: h.Event) -> None:
        await asyncio.sleep(seconds)
        self.happened(event)

    def _start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = self._tasks.create_task(work)
        self._waiting.append(task)
        return task
