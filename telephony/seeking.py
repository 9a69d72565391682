"""Brings a person to one caller: carries out what the handoff's table wants, and feeds it what happens.

All deciding is in `telephony/handoff`; here are the waiting, the ringing and the telling. It ends when the handoff is
over: bridged and ended, abandoned, a callback, or resumed by the system.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from models.brief import Brief
from telephony import events as entries
from telephony import handoff as h
from telephony.accompanied import Accompanied
from telephony.agents.ladder import Ladder, Outlook, Rung
from telephony.agents.staff import Found, Staff
from telephony.attempt import Attempt, AttemptParts
from telephony.bridge import Bridge, own_bridge, plays_us
from telephony.errors import BridgeFailed, IllegalMove, LineError
from telephony.fading import FadingBridge, Side
from telephony.finding import Finding
from telephony.handoff.entries import ended, entry
from telephony.handoff.settings import HandoffSettings
from telephony.handoff.step import moved, step
from telephony.journal import Journal
from telephony.leg import Holds, Leg, LegEnded, LegState, Line
from telephony.people import Attending
from telephony.relay import RelayBridge
from voice.events import PersonNews, PersonStage
from voice.pipeline.session import Session

_LEFT_BY = {
    "agent": "agent",
    "handed_back": "agent",
    "hung_up": "agent",
    "declined": "agent",
    "caller": "caller",
    "caller_left": "caller",
}
"""Why a handoff moved → who ended the bridge. The longer words come from a leg that ended as it was being joined."""

_WITH_OUTLOOK = frozenset({PersonStage.SOUGHT, PersonStage.UNAVAILABLE, PersonStage.RINGING})
"""News with the wait in them."""


class BriefSource(Protocol):
    """The newest brief; asking composes it anew and raises its version when something in it changed. And what routing
    must know of the caller."""

    def newest(self) -> Brief: ...

    @property
    def language(self) -> str: ...

    @property
    def tier(self) -> str: ...


HELD_WORD_SECONDS = 25.0
"""Between two words to a caller on hold: never more than 30 s of music alone."""

LAST_CHANCE_SECONDS = 30.0
"""From the last offer of a callback to the end of a search whose time is up."""


@dataclass(frozen=True, slots=True)
class CallerSide:
    """What the search needs of the caller's leg."""

    call: str
    shown: str  # name or number, as agents may see it
    tier: str
    journal: Journal
    leg: Leg
    session: Session
    now_ms: Callable[[], int]
    known: str | None  # the agent who served them last
    joined: Callable[[str], None]  # the caller talks with this agent now
    left: Callable[[str, str], None]  # (agent, by): no longer


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
    ) -> None:
        """`waited_ms`: what the caller has waited before this call."""
        self.handoff = handoff
        self._caller = caller
        self._finding = Finding(
            people,
            call=caller.call,
            handoff=handoff.id,
            queue=handoff.queue,
            lines=lines,
            fallback=fallback,
            problem=self._problem,
            waited_ms=waited_ms,
        )
        self._attending = attending
        self._lines = lines
        self._briefs = briefs
        self._agent_parts = agent_parts
        self._settings = settings
        self._ladder = ladder
        self._rung = Rung.TRANSFER
        self._events: asyncio.Queue[h.Event] = asyncio.Queue(maxsize=256)
        self._found: dict[str, Found] = {}
        self._attempts: dict[str, Attempt] = {}
        self._brief: Brief | None = None
        self._bridge: Bridge | None = None
        self._held = False
        self._holds = 0  # ended so far; a reminder of an earlier one is silent
        self._tasks = asyncio.TaskGroup()
        self._waiting: list[asyncio.Task[None]] = []
        self._closing: list[asyncio.Task[None]] = []  # agents who are being told that it is over

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

    async def agent_holds(self, on: bool) -> None:
        """The agent puts the caller on hold, or takes them off it; twice changes nothing. Raises `IllegalMove` when
        the two do not talk."""
        current = self.handoff.current
        if self._bridge is None or current is None or self.handoff.state is not h.HandoffState.BRIDGED:
            raise IllegalMove(f"handoff {self.handoff.id}: hold expected while bridged, got it {self.handoff.state}")
        if on is self._held:
            return
        self._held = on
        self._caller.journal.append(entries.Held(self.handoff.id, current.agent, on))
        await self._bridge.hold(on)
        if on:
            self._start(self._while_held(self._holds))
        else:
            self._holds += 1
            await self._tell(PersonStage.BACK, current.agent)

    def agent_hands_back(self, notes: str) -> None:
        """The agent gives the caller back to the system. Raises `IllegalMove` when the two do not talk."""
        current = self.handoff.current
        if current is None or self.handoff.state is not h.HandoffState.BRIDGED:
            raise IllegalMove(f"handoff {self.handoff.id}: a bridge to hand back expected, it is {self.handoff.state}")
        self.happened(h.HandedBack(current.id, notes))

    @property
    def joining(self) -> bool:
        """Somebody has taken the call and is about to talk with the caller: nothing stops that any more."""
        current = self.handoff.current
        return current is not None and current.ready and self.handoff.state is not h.HandoffState.BRIDGED

    async def agent_hangs_up(self) -> None:
        """The agent ends their leg from the desk."""
        current = self.handoff.current
        if current is not None and current.id in self._attempts:
            await self._attempts[current.id].hang_up("hung up at the desk")

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
            self._let_go()
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
            if self._closing:
                await asyncio.wait(self._closing)
            for task in self._waiting:
                task.cancel()

    async def _take(self, event: h.Event) -> None:
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

    async def _carry_out(self, wanted: h.Next) -> None:
        match wanted:
            case h.FindAgent(excluding=excluding):
                self._start(self._find(excluding))
            case h.Offer(attempt=attempt, agent=agent):
                await self._offer(attempt, agent)
            case h.Ring(attempt=attempt, agent=agent):
                self._ring(attempt, agent)
            case h.Cancel(attempt=attempt, why=why, tell=tell):
                self._cancel(attempt, why, tell=tell)
            case h.Close(attempt=attempt, agent=agent, outcome=outcome):
                await self._close(attempt, agent, outcome)
            case h.AskProof(attempt=attempt):
                await self._ask_proof(attempt)
            case h.Bridge(attempt=attempt, agent=agent):
                await self._join(attempt, agent)
            case h.TellCaller(stage=stage, agent=agent):
                await self._tell(stage, agent)
            case h.OfferCallback():
                pass  # the news UNAVAILABLE, told right before it, makes the conversation offer the callback
            case h.GiveUp(why=why):
                stage = PersonStage.STOPPED if why == "cancelled" else PersonStage.GAVE_UP
                self._caller.session.tell(PersonNews(stage))
            case h.Resume(notes=notes):
                self._caller.session.tell(PersonNews(PersonStage.LEFT, self._name(self._last_agent), notes=notes))

    # --- finding and asking an agent -----------------------------------------------------------------------------

    async def _find(self, excluding: frozenset[str]) -> None:
        patience = 0.0 if self._rung is Rung.CALLBACK else self._settings.unavailable_seconds
        unavailable = self._start(self._after(patience, h.NobodyFree()))
        try:
            found = await self._finding.somebody(excluding)
        finally:
            unavailable.cancel()
        attempt = self.handoff.next_attempt
        self._found[attempt] = found
        if self.handoff.state is h.HandoffState.QUEUED:
            self.happened(h.AgentChosen(attempt, found.id))
        else:
            del self._found[attempt]
            self._finding.release(found.id, h.Outcome.WITHDRAWN)

    def _let_go(self) -> None:
        """Nobody stays reserved for a search that is over, or was ended, before they could be asked."""
        closed = {attempt.id for attempt in self.handoff.attempts if attempt.outcome is not None}
        for attempt, found in self._found.items():
            if attempt not in closed:
                self._finding.release(found.id, h.Outcome.WITHDRAWN)

    def _show(self, tell: Callable[[Attending], None]) -> None:
        """A desk that fails must not cost the caller a person."""
        try:
            tell(self._attending)
        except Exception as error:
            self._problem("desk", f"an agent to be shown this call expected, got {error!r}")

    def _problem(self, part: str, what: str) -> None:
        self._caller.journal.append(entries.Problem(part, what))

    async def _offer(self, attempt: str, agent: str) -> None:
        brief = self._renew_brief()
        ring_seconds = self._settings.ring_seconds
        self._show(
            lambda desk: desk.offered(
                agent,
                attempt=attempt,
                journal=self._caller.journal,
                caller=self._caller.shown,
                tier=self._caller.tier,
                queue=self.handoff.queue,
                waited_seconds=(self._caller.now_ms() - self.handoff.trigger_ms) / 1000,
                ring_seconds=ring_seconds,
                brief=brief,
                on_desk=self._found[attempt].line == "webrtc",
            )
        )
        # On screen at once; on record before it rings, and rung with or without it: no caller waits for a database.
        offered = entries.AgentOffered(self.handoff.id, agent, brief.version, ring_seconds)
        await self._caller.journal.try_commit(offered)

    def _ring(self, attempt: str, agent: str) -> None:
        found = self._found[attempt]
        if found.line not in self._lines:
            what = f"agent {agent}: line {found.line} expected to be open, open are {', '.join(self._lines) or 'none'}"
            self._problem("line", what)
            self.happened(h.LegOver(attempt, LegEnded.FAILED))
            return
        running = Attempt(
            id=attempt,
            call=self._caller.call,
            handoff=self.handoff.id,
            agent=agent,
            line=self._lines[found.line],
            address=found.address,
            brief=self._renew_brief(),
            parts=self._agent_parts,
            settings=self._settings,
            journal=self._caller.journal,
            now_ms=self._caller.now_ms,
            happened=self.happened,
        )
        self._attempts[attempt] = running
        self._start(self._run(running))

    async def _run(self, attempt: Attempt) -> None:
        """An attempt that breaks is an agent who could not be reached: the next one is asked."""
        try:
            await attempt.run()
        except Exception as error:
            self._problem("attempt", f"agent {attempt.agent}: an answer expected, got {error!r}")
            self.happened(h.LegOver(attempt.id, LegEnded.FAILED))

    async def _ask_proof(self, attempt: str) -> None:
        if attempt in self._attempts:
            await self._attempts[attempt].taken()

    def _cancel(self, attempt: str, why: str, *, tell: bool) -> None:
        if attempt in self._attempts:
            self._closing.append(self._start(self._attempts[attempt].cancel(why, tell=tell)))

    async def _close(self, attempt: str, agent: str, outcome: h.Outcome) -> None:
        self._show(lambda desk: desk.closed(agent, attempt=attempt, why=outcome.value))
        self._finding.release(agent, outcome if self._bridge is None else h.Outcome.BRIDGED)
        if self._bridge is not None:
            leg: object = self._attempts[attempt].leg
            if isinstance(leg, Holds):
                leg.when_held(None)
            await self._bridge.part()
            self._bridge, self._held = None, False
            by = _LEFT_BY.get(self.handoff.why or "", "system")
            self._caller.session.silent(False)
            if by != "caller":
                self._caller.session.listen_only(False)
            self._caller.journal.append(entries.Unbridged(self.handoff.id, agent, by))
            self._show(lambda desk: desk.left(agent, call=self._caller.call, by=by))
            self._show(lambda _: self._caller.left(agent, by))

    # --- joining them --------------------------------------------------------------------------------------------

    async def _join(self, attempt: str, agent: str) -> None:
        running = self._attempts[attempt]
        session, leg = running.session, running.leg
        if session is None or leg is None:
            self.happened(h.BridgeFailed(attempt, "the agent's leg has no media"))
            return
        await self._caller.session.hush()  # before the record, which may keep us waiting
        self._caller.session.listen_only(True)
        await self._caller.journal.try_commit(entries.Bridged(self.handoff.id, agent))
        running.joined()
        await session.hush()
        bridge = await self._bridged(leg, session)
        if bridge is None:
            by = "caller" if self._caller.leg.state is LegState.ENDED else "agent"
            self._caller.journal.append(entries.Unbridged(self.handoff.id, agent, by))
            self._caller.session.listen_only(False)
            return  # the news that they left is on its way
        self._caller.session.silent(not plays_us(bridge))
        self._bridge = self._watched(bridge, agent, leg, session)
        self._finding.on_call(agent)
        self._finding.leave(served=True)
        caller, journal = self._caller, self._caller.journal
        self._show(lambda desk: desk.closed(agent, attempt=attempt, why="accepted"))
        self._show(lambda desk: desk.joined(agent, journal=journal, caller=caller.shown, tier=caller.tier))
        self._caller.joined(agent)
        if isinstance(leg, Holds):
            leg.when_held(lambda on: self._start(self._held_by_phone(on)))
        self.happened(h.BridgeMade(attempt))

    async def _held_by_phone(self, on: bool) -> None:
        """The agent's own phone holds: to the caller it is as if they had held at the desk."""
        try:
            await self.agent_holds(on)
        except (IllegalMove, LineError) as error:
            self._problem("bridge", f"a hold of the agent's phone to be followed expected, got: {error}")

    async def _bridged(self, leg: Leg, session: Session) -> Bridge | None:
        """The line's own bridge where it has one and it works, else the relay in this process. None when one of the
        two has left meanwhile."""
        own = own_bridge(self._caller.leg, leg, self._lines)
        if own is not None:
            accompanied = Accompanied(own, self._caller.session, session)
            try:
                await accompanied.join()
                return accompanied
            except BridgeFailed as error:
                if LegState.ENDED in (self._caller.leg.state, leg.state):
                    return None
                self._problem("bridge", f"{own.kind} expected, relayed in this process instead: {error}")
        relay = RelayBridge(self._caller.session, session)
        await relay.join()
        return relay

    def _watched(self, bridge: Bridge, name: str, leg: Leg, session: Session) -> Bridge:
        """Each party hears when the other's network is lost."""
        caller = Side(self._caller.leg, self._caller.session, "caller")
        agent = Side(leg, session, "agent", self._name(name))
        watched = FadingBridge(bridge, caller=caller, agent=agent, journal=self._caller.journal)
        watched.watch()
        return watched

    async def _tell(self, stage: PersonStage, agent: str | None) -> None:
        if stage is PersonStage.COMING and self._bridge is None:
            return  # one of the two left while they were being joined
        outlook = self._finding.outlook() if stage in _WITH_OUTLOOK else None
        wait = outlook.wait.minutes if outlook and outlook.wait else None
        opens = outlook.opens if outlook else None
        first = stage is PersonStage.UNAVAILABLE and self._rung is Rung.CALLBACK and not self.handoff.attempts
        self._caller.session.tell(PersonNews(stage, self._name(agent), wait, opens=opens, first=first))

    def _name(self, agent: str | None) -> str | None:
        return next((found.name or None for found in self._found.values() if found.id == agent), None)

    @property
    def _last_agent(self) -> str | None:
        return self.handoff.attempts[-1].agent if self.handoff.attempts else None

    async def _while_held(self, hold: int) -> None:
        """The caller hears at once that they are held, and again while that lasts."""
        while self._held and self._holds == hold and self._bridge is not None:
            await self._tell(PersonStage.HELD, self._last_agent)
            await asyncio.sleep(HELD_WORD_SECONDS)

    # --- shared --------------------------------------------------------------------------------------------------

    def _renew_brief(self) -> Brief:
        brief = self._briefs.newest()
        if self._brief is not None and brief.version == self._brief.version:
            return brief
        self._brief = brief
        self._caller.journal.append(entries.BriefReady(self.handoff.id, brief.version, brief))
        self.happened(h.Queued(brief.version))
        current = self.handoff.current
        if current is not None:
            self._show(lambda desk: desk.briefed(current.agent, attempt=current.id, brief=brief))
            if current.id in self._attempts:
                self._attempts[current.id].brief_changed(brief)
        return brief

    async def _end_search(self) -> None:
        """When the time is up the callback is offered once more; if that is not taken, the search ends."""
        await asyncio.sleep(self._settings.seek_seconds)
        while not self.handoff.over:
            self.happened(h.SeekOver())
            await asyncio.sleep(LAST_CHANCE_SECONDS)

    async def _after(self, seconds: float, event: h.Event) -> None:
        await asyncio.sleep(seconds)
        self.happened(event)

    def _start(self, work: "asyncio._CoroutineLike[None]") -> asyncio.Task[None]:
        task = self._tasks.create_task(work)
        self._waiting.append(task)
        return task
