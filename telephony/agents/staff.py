"""The agents at work, as the search for a person sees them: reserve the best one, release them by what came of it."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from telephony.agents.agent import Agent, Presence
from telephony.agents.queue import CallQueue, Waiting
from telephony.agents.roster import Roster, Seat
from telephony.agents.routing import Needs, choose
from telephony.handoff import Outcome

AFTER = {
    Outcome.BRIDGED: Presence.WRAPPING,
    Outcome.NO_ANSWER: Presence.NOT_RESPONDING,
    Outcome.TIMED_OUT: Presence.NOT_RESPONDING,
    Outcome.MACHINE: Presence.NOT_RESPONDING,
}
"""Presence after an attempt; any other outcome leaves the agent available for the next call."""


@dataclass(frozen=True, slots=True)
class Found:
    """An agent reserved for one call, and how to reach them."""

    id: str
    name: str
    line: str
    address: str


class Staff:
    """One for the service. `needs`: queue → what its calls ask of an agent. Times are the service's milliseconds."""

    def __init__(self, *, roster: Roster, needs: Mapping[str, Needs], now_ms: Callable[[], int]) -> None:
        self.roster = roster
        self._needs = needs
        self._now_ms = now_ms
        self._queues = {name: CallQueue(name) for name in needs}
        self._looking: dict[str, frozenset[str]] = {}  # handoff that found nobody yet → whom it asks no more
        self._stirred: list[asyncio.Event] = []  # in the order they came, so that a replay wakes them alike
        roster.subscribe(self._on_change)

    def join(self, call: str, handoff: str, queue: str, *, waited_ms: int = 0) -> None:
        """The caller takes their place; it is kept until `leave`. `waited_ms`: before now, on an earlier call."""
        waiting = Waiting(handoff, call, self._needs[queue], self._now_ms() - waited_ms)
        self._queues[queue].join(waiting)

    def leave(self, handoff: str, queue: str, *, served: bool) -> None:
        self._queues[queue].leave(handoff, self._now_ms(), served=served)
        self._looking.pop(handoff, None)
        self._stir()

    def reserve(self, handoff: str, queue: str, excluding: frozenset[str]) -> Found | None:
        """The best free agent for `handoff`, once those before it in the queue who look for one too have chosen."""
        self._looking[handoff] = excluding
        taken = self._wanted_before(handoff, queue)
        agent = choose(self.roster.seats.values(), self._needs[queue], excluding=excluding | taken)
        if agent is None or not self.roster.reserve(agent.id, self._now_ms()):
            return None
        del self._looking[handoff]
        return Found(agent.id, agent.name, agent.address.line, agent.address.to)

    def claim(self, handoff: str, queue: str) -> bool:
        """Whether an agent is free for this caller now, who is not on the line yet. If so, those behind leave that
        agent alone until `reserve` or `leave`: nobody sits reserved while a telephone rings."""
        taken = self._wanted_before(handoff, queue)
        free = choose(self.roster.seats.values(), self._needs[queue], excluding=taken) is not None
        if free:
            self._looking[handoff] = frozenset()
        return free

    async def changed(self) -> None:
        """Waits until somebody's presence, or a place in a queue, has changed."""
        stirred = asyncio.Event()
        self._stirred.append(stirred)
        try:
            await stirred.wait()
        finally:
            self._stirred.remove(stirred)

    def release(self, agent: str, outcome: Outcome) -> None:
        seat = self.roster.seats.get(agent)  # none for somebody of the fallback list alone
        if seat is not None and seat.presence in (Presence.OFFERED, Presence.ON_CALL):
            self.roster.set(agent, AFTER.get(outcome, Presence.AVAILABLE), self._now_ms())

    def on_call(self, agent: str) -> None:
        if agent in self.roster.seats:
            self.roster.set(agent, Presence.ON_CALL, self._now_ms())

    def wrapped_up(self, agent: str) -> None:
        seat = self.roster.seats.get(agent)
        if seat is not None and seat.presence is Presence.WRAPPING:
            self.roster.set(agent, Presence.AVAILABLE, self._now_ms())

    def name(self, agent: str) -> str:
        return self.roster.seat(agent).agent.name

    def agents(self) -> list[Agent]:
        return [seat.agent for seat in self.roster.seats.values()]

    def wait_minutes(self, handoff: str, queue: str) -> tuple[int, int] | None:
        estimate = self._queues[queue].estimate(handoff, self._now_ms())
        return estimate.minutes if estimate else None

    def _wanted_before(self, handoff: str, queue: str) -> frozenset[str]:
        """The free agents that go to callers before `handoff` in its queue. Who asks an agent already wants none."""
        taken: set[str] = set()
        for waiting in self._queues[queue].order(self._now_ms()):
            if waiting.handoff == handoff:
                break
            if waiting.handoff in self._looking:
                excluding = self._looking[waiting.handoff] | taken
                agent = choose(self.roster.seats.values(), waiting.needs, excluding=excluding)
                taken |= {agent.id} if agent is not None else set()
        return frozenset(taken)

    def _on_change(self, _: Seat) -> None:
        self._stir()

    def _stir(self) -> None:
        for stirred in tuple(self._stirred):
            stirred.set()
