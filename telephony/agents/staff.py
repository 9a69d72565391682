"""The agents at work, as the search for a person sees them: reserve the best one, release them by what came of it."""

import asyncio
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from telephony.agents.agent import Agent, Presence
from telephony.agents.ladder import Outlook
from telephony.agents.queue import CallQueue, Waiting, in_order
from telephony.agents.roster import BUSY, Roster, Seat
from telephony.agents.routing import Needs, choose, fits, relaxed
from telephony.agents.rules import Rules
from telephony.agents.waits import Standing, Waited
from telephony.handoff import Outcome
from voice.dialogue.hours import spoken

AFTER = {
    Outcome.BRIDGED: Presence.WRAPPING,
    Outcome.NO_ANSWER: Presence.NOT_RESPONDING,
    Outcome.TIMED_OUT: Presence.NOT_RESPONDING,
    Outcome.MACHINE: Presence.NOT_RESPONDING,
}
"""Presence after an attempt; any other outcome leaves the agent available for the next call."""

NOBODY: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Found:
    """An agent reserved for one call, and how to reach them."""

    id: str
    name: str
    line: str
    address: str


def _found(agent: Agent) -> Found:
    return Found(agent.id, agent.name, agent.address.line, agent.address.to)


class Staff:
    """One for the service. `needs`: queue → what its calls ask of an agent. Times are the service's milliseconds.

    `rules` holds the rest of what the settings say; `clock` tells the moment, for opening hours; `reachable`: whether
    an agent can be rung at all, as one whose desk is closed cannot.
    """

    def __init__(
        self,
        *,
        roster: Roster,
        needs: Mapping[str, Needs],
        now_ms: Callable[[], int],
        rules: Rules | None = None,
        clock: Callable[[], datetime] = lambda: datetime.fromtimestamp(0, UTC),
        reachable: Callable[[Agent], bool] = lambda agent: True,
    ) -> None:
        self.roster = roster
        self._needs = needs
        self._now_ms = now_ms
        self._rules = rules or Rules()
        self._clock = clock
        self._reachable = reachable
        self._queues = {name: CallQueue(name) for name in needs}
        self._looking: dict[str, frozenset[str]] = {}  # handoff that found nobody yet → whom it asks no more
        self._relaxed: dict[Needs, Needs] = {}  # who works here does not change
        self._known: dict[str, str] = {}  # handoff → the agent who knows its caller
        self._named: dict[str, str] = {}  # handoff → the agent whom a colleague named for its caller
        self._serves: dict[str, str] = {}  # agent → the queue of the call they were last reserved for
        self._stirred: list[asyncio.Event] = []  # in the order they came, so that a replay wakes them alike
        roster.subscribe(self._on_change)

    def remember(self, queue: str, waited: Waited) -> None:
        """What a caller of `queue` waited before this service started; to be told in order."""
        if waited.standing.staff:
            self._queues[queue].history.add(waited)

    # --- a caller's place ----------------------------------------------------------------------------------------

    def join(
        self,
        call: str,
        handoff: str,
        queue: str,
        *,
        waited_ms: int = 0,
        language: str | None = None,
        tier: str | None = None,
    ) -> None:
        """The caller takes their place; it is kept until `leave`. `waited_ms`: before now, on an earlier call."""
        now = self._now_ms()
        waiting = replace(self._waiting(call, handoff, queue, language, tier), since_ms=now - waited_ms)
        self._queues[queue].join(waiting, self._standing(waiting), now_ms=now)
        self._stir()

    def know(self, handoff: str, queue: str, *, language: str | None, tier: str | None) -> None:
        """What was learnt of a caller who waits: who they are may make them others' to serve, and sooner."""
        was = self._queues[queue].find(handoff)
        if was is None:
            return
        now = self._waiting(was.call, handoff, queue, language, tier)
        if (now.needs, now.priority) != (was.needs, was.priority):
            self._queues[queue].change(replace(now, since_ms=was.since_ms))
            self._stir()

    def prefer(self, handoff: str, agent: str) -> None:
        """`agent` knows this caller: they are asked first, and waited for a little where they are busy."""
        self._known[handoff] = agent
        self._stir()

    def ask_first(self, handoff: str, agent: str) -> None:
        """A colleague named `agent` for this caller: as if they knew them, and whatever the queue asks of its own."""
        self._named[handoff] = agent
        self._stir()

    def leave(self, handoff: str, queue: str, *, served: bool) -> None:
        self._queues[queue].leave(handoff, self._now_ms(), served=served)
        self._looking.pop(handoff, None)
        self._known.pop(handoff, None)
        self._named.pop(handoff, None)
        self._stir()

    def outlook(self, handoff: str, queue: str) -> Outlook:
        """What a caller who waits in `queue` may expect now."""
        waiting = self._find(handoff, queue)
        at = self._clock()
        chain = list(self._rules.chain(queue))
        if not any(self._rules.of(name).hours.is_open(at) for name in chain):
            openings = [self._rules.of(name).hours.next_opening(at) for name in chain]
            first = min((one for one in openings if one is not None), default=None)
            return Outlook(False, opens=spoken(first, at) if first else None)
        standing = self._standing(waiting)
        wait = self._queues[queue].estimate(handoff, self._now_ms(), standing) if standing.staff else None
        return Outlook(True, None, standing.staff, standing.free, standing.place, wait)

    # --- an agent for a caller -----------------------------------------------------------------------------------

    def free(self, queue: str) -> bool:
        """Whether an agent could talk with somebody who comes to `queue` now, before whom nobody waits."""
        return not self._everyone() and self._best(self._waiting("", "", queue, None, None), frozenset()) is not None

    def reserve(self, handoff: str, queue: str, excluding: frozenset[str]) -> Found | None:
        """The best free agent for `handoff`, once all those before it who look for one too have chosen."""
        self._looking[handoff] = excluding
        if not any(seat.presence is Presence.AVAILABLE for seat in self._seats()):
            return None
        me = self._find(handoff, queue)
        taken = self._wanted_before(me)
        agent = self._best(me, excluding | taken)
        now = self._now_ms()
        until = now + round(self._rules.offer_seconds * 1000)
        if agent is None or not self.roster.reserve(agent.id, now, until_ms=until):
            return None
        del self._looking[handoff]
        self._serves[agent.id] = queue
        return _found(agent)

    def reserve_by_name(self, agent: str, queue: str) -> Found | None:
        """`agent`, if they are free and can be rung: for a colleague on a call of `queue` who asks them to join."""
        seat, now = self.roster.seat(agent), self._now_ms()
        until = now + round(self._rules.offer_seconds * 1000)
        if not self._reachable(seat.agent) or not self.roster.reserve(agent, now, until_ms=until):
            return None
        self._serves[agent] = queue
        return _found(seat.agent)

    def claim(self, handoff: str, queue: str) -> bool:
        """Whether an agent is free for this caller now, who is not on the line yet. If so, those behind leave that
        agent alone until `reserve` or `leave`: nobody sits reserved while a telephone rings."""
        me = self._find(handoff, queue)
        free = self._best(me, self._wanted_before(me)) is not None
        if free:
            self._looking[handoff] = NOBODY
        return free

    def release(self, agent: str, outcome: Outcome) -> None:
        seat = self.roster.seats.get(agent)  # none for somebody of the fallback list alone
        if seat is None or seat.presence not in (Presence.OFFERED, Presence.ON_CALL):
            return
        after, now = AFTER.get(outcome, Presence.AVAILABLE), self._now_ms()
        until = now + round(self.wrap_up_seconds(agent) * 1000) if after is Presence.WRAPPING else None
        self.roster.set(agent, after, now, until_ms=until)

    def on_call(self, agent: str) -> None:
        if agent in self.roster.seats:
            self.roster.set(agent, Presence.ON_CALL, self._now_ms())

    def wrap_up_seconds(self, agent: str) -> float:
        """How long the agent may take over their last call's summary."""
        return self._rules.of(self._serves.get(agent, "")).wrap_up_seconds

    def wrapped_up(self, agent: str) -> None:
        seat = self.roster.seats.get(agent)
        if seat is not None and seat.presence is Presence.WRAPPING:
            self.roster.set(agent, Presence.AVAILABLE, self._now_ms())

    def name(self, agent: str) -> str:
        return self.roster.seat(agent).agent.name

    def agents(self) -> list[Agent]:
        return [seat.agent for seat in self.roster.seats.values()]

    def colleagues(self, agent: str) -> list[Seat]:
        """Who is at work beside `agent`, the free ones first: whom a caller can be passed on to by name."""
        others = [seat for seat in self._seats() if seat.agent.id != agent and self._there(seat)]
        return sorted(others, key=lambda seat: (seat.presence is not Presence.AVAILABLE, seat.agent.name))

    def queue_of(self, agent: str, asked: str) -> str:
        """The queue whose calls `agent` takes: `asked`, if it is one of them."""
        skills = self.roster.seat(agent).agent.skills
        return next((name for name in (asked, *self._needs) if self._needs[name].skills <= skills), asked)

    # --- when to look again --------------------------------------------------------------------------------------

    async def changed(self) -> None:
        """Waits until somebody's presence, or a place in a queue, has changed."""
        stirred = asyncio.Event()
        self._stirred.append(stirred)
        try:
            await stirred.wait()
        finally:
            self._stirred.remove(stirred)

    def stir(self) -> None:
        """Something outside has changed, such as who can be reached: everyone who waits looks again."""
        self._stir()

    async def run(self) -> None:
        """Keeps the deadlines: of offers and wrap-ups, of those who know the caller, of overflow and opening hours."""
        while True:
            now = self._now_ms()
            self.roster.expire(now)
            due = min((moment for moment in self._deadlines() if moment > now), default=None)
            try:
                async with asyncio.timeout(None if due is None else (due - now) / 1000):
                    await self.changed()
            except TimeoutError:
                self._stir()

    def _deadlines(self) -> Iterator[int]:
        yield from (seat.until_ms for seat in self.roster.seats.values() if seat.until_ms is not None)
        at, now = self._clock(), self._now_ms()
        for waiting in self._everyone():
            yield waiting.since_ms + round(self._rules.sticky_seconds * 1000)
            yield from (due_ms for _, due_ms in self._open_queues(waiting))
            changes = (self._rules.of(name).hours.next_change(at) for name in self._rules.chain(waiting.queue))
            yield from (now + math.ceil((change - at).total_seconds() * 1000) for change in changes if change)

    # --- deciding ------------------------------------------------------------------------------------------------

    def _waiting(self, call: str, handoff: str, queue: str, language: str | None, tier: str | None) -> Waiting:
        base = self._needs[queue]
        needs = replace(base, language=language or base.language, tier=tier or base.tier)
        return Waiting(handoff, call, needs, self._now_ms(), self._rules.priority(queue, needs.tier), queue)

    def _find(self, handoff: str, queue: str) -> Waiting:
        """The caller as they wait, or as they would, were their place not lost."""
        return self._queues[queue].find(handoff) or self._waiting("", handoff, queue, None, None)

    def _everyone(self) -> list[Waiting]:
        return [waiting for queue in self._queues.values() for waiting in queue.waiting]

    def _before(self, me: Waiting) -> Iterator[Waiting]:
        """Those who look for an agent and go first, in whatever queue. Who asks an agent already wants none."""
        everyone = [waiting for waiting in self._everyone() if waiting.handoff != me.handoff]
        for waiting in in_order([*everyone, me], self._now_ms()):
            if waiting is me:
                return
            if waiting.handoff in self._looking:
                yield waiting

    def _wanted_before(self, me: Waiting) -> frozenset[str]:
        """The free agents that go to callers before `me`."""
        taken: set[str] = set()
        free = {agent for agent, seat in self.roster.seats.items() if seat.presence is Presence.AVAILABLE}
        for waiting in self._before(me):
            if free <= taken:
                break
            agent = self._best(waiting, self._looking[waiting.handoff] | taken)
            taken |= {agent.id} if agent is not None else set()
        return frozenset(taken)

    def _best(self, waiting: Waiting, excluding: frozenset[str]) -> Agent | None:
        """Of their own queue before those of the next; who was named for the caller or knows them before all others."""
        named, now = self._named.get(waiting.handoff), self._now_ms()
        known = named or self._known.get(waiting.handoff)
        asked = [needs for needs, due_ms in self._asked(waiting) if due_ms <= now]
        if known is not None and known not in excluding and known in self.roster.seats:
            seat = self.roster.seats[known]
            fitting = self._reachable(seat.agent) and (bool(named) or any(fits(seat.agent, needs) for needs in asked))
            if fitting and seat.presence is Presence.AVAILABLE:
                return seat.agent
            patient = now - waiting.since_ms < self._rules.sticky_seconds * 1000
            if fitting and seat.presence in BUSY and seat.at_work and patient:
                return None
        seats = [seat for seat in self.roster.seats.values() if self._reachable(seat.agent)]
        found = (choose(seats, needs, excluding=excluding) for needs in asked)
        return next((agent for agent in found if agent is not None), None)

    def _asked(self, waiting: Waiting) -> Iterator[tuple[Needs, int]]:
        """What this call asks of the agents of each queue that is open to it, and from when on."""
        for name, due_ms in self._open_queues(waiting):
            needs = replace(self._needs[name], language=waiting.needs.language, tier=waiting.needs.tier)
            if needs not in self._relaxed:
                self._relaxed[needs] = relaxed(needs, self.agents())
            yield self._relaxed[needs], due_ms

    def _open_queues(self, waiting: Waiting) -> Iterator[tuple[str, int]]:
        """The queues along the caller's chain that are open, and from when on their agents are asked. A queue that is
        closed, or where nobody is at work, costs no time."""
        at, due_ms = self._clock(), waiting.since_ms
        for name in self._rules.chain(waiting.queue):
            rules = self._rules.of(name)
            if not rules.hours.is_open(at):
                continue
            yield name, due_ms
            if any(self._there(seat) and self._needs[name].skills <= seat.agent.skills for seat in self._seats()):
                due_ms += round(rules.overflow_seconds * 1000)

    def _standing(self, me: Waiting) -> Standing:
        mine = self._able(me)
        ahead = sum(1 for waiting in self._before(me) if self._able(waiting) & mine)
        free = sum(1 for agent in mine if self.roster.seat(agent).presence is Presence.AVAILABLE)
        return Standing(1 + ahead, len(mine), free)

    def _able(self, waiting: Waiting) -> frozenset[str]:
        """Who is at work and can take this call now."""
        now = self._now_ms()
        asked = [needs for needs, due_ms in self._asked(waiting) if due_ms <= now]
        able = (seat.agent for seat in self._seats() if self._there(seat))
        return frozenset(agent.id for agent in able if any(fits(agent, needs) for needs in asked))

    def _there(self, seat: Seat) -> bool:
        return seat.at_work and self._reachable(seat.agent)

    def _seats(self) -> Iterable[Seat]:
        return self.roster.seats.values()

    def _on_change(self, _: Seat) -> None:
        self._stir()

    def _stir(self) -> None:
        for stirred in tuple(self._stirred):
            stirred.set()
