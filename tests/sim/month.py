"""A month of callers and agents, event by event through the real `Staff`: nothing of it is known to the estimate.

What is drawn, and from what (`World`): arrivals are Poisson around a day's profile with two peaks, days differ;
handling times are lognormal and differ by agent; agents have shifts, lunch, days off; some decline or do not answer;
callers hang up when their patience, lognormal too, is over. One in ten never does: their waits are known to the end.
"""

import heapq
import math
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from telephony.agents.agent import Address, Agent, AgentId, Presence
from telephony.agents.roster import Roster
from telephony.agents.routing import Needs
from telephony.agents.rules import QueueRules, Rules
from telephony.agents.staff import Staff
from telephony.agents.waits import WaitRange
from telephony.handoff import Outcome

MONDAY = datetime(2026, 11, 2, tzinfo=UTC)
MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR


@dataclass(frozen=True, slots=True)
class World:
    """The generator's own numbers: stated here, and told to nobody."""

    days: int = 30
    calls_a_day: float = 430.0  # on a Wednesday
    weekday: tuple[float, ...] = (1.25, 1.05, 1.0, 0.95, 1.1, 0.55, 0.0)  # Monday to Sunday
    hours: tuple[float, ...] = (0.6, 1.1, 1.5, 1.3, 0.8, 0.9, 1.3, 1.2, 0.8, 0.5)  # from 8 to 18
    day_spread: float = 0.15  # lognormal sigma of a whole day's load
    handling_minutes: float = 5.0  # mean
    handling_sigma: float = 0.7
    wrap_up_minutes: float = 0.7
    agent_spread: float = 0.2  # how much agents differ in speed, lognormal sigma
    patience_minutes: float = 9.0  # median
    patience_sigma: float = 0.9
    patient: float = 0.1  # share of callers who never hang up
    ring_seconds: tuple[float, float] = (3.0, 12.0)
    brief_seconds: tuple[float, float] = (7.0, 14.0)
    declines: float = 0.05
    no_answer: float = 0.03
    absent: float = 0.06  # a day off
    shifts: tuple[tuple[float, float], ...] = ((8, 16), (8, 16), (8, 16.5), (9, 17), (9.5, 17.5), (10, 18), (10, 18))
    cards_only: int = 2  # agents who serve cards alone
    cards_share: float = 0.35


@dataclass(slots=True)
class Caller:
    handoff: str
    queue: str
    came_ms: int
    leaves_ms: int | None  # None: patient
    told: list[tuple[int, WaitRange, bool]] = field(default_factory=list)  # when, what, and at joining
    served_ms: int | None = None
    left_ms: int | None = None
    immediate: bool = False
    excluded: set[str] = field(default_factory=set)
    asking: str | None = None

    @property
    def patient(self) -> bool:
        return self.leaves_ms is None

    def outcome(self, at_ms: int, told: WaitRange) -> bool | None:
        """Whether what was told at `at_ms` came true; `None` where nobody can know."""
        if self.served_ms is not None:
            return told.missed(self.served_ms - at_ms) == 0
        if self.left_ms is not None and told.missed(self.left_ms - at_ms) == 1:
            return False
        return None


class Month:
    def __init__(self, world: World, seed: int) -> None:
        self.world = world
        self.callers: list[Caller] = []
        self._chance = random.Random(seed)
        self._now = 0
        self._events: list[tuple[int, int, Callable[[], None]]] = []
        self._count = 0
        self._waiting: dict[str, Caller] = {}
        self._speed: dict[str, float] = {}
        self._leaving: set[str] = set()
        agents = list(self._agents())
        rules = Rules(queues={"general": QueueRules(), "cards": QueueRules(priority=1)})
        needs = {name: Needs(frozenset({name})) for name in ("general", "cards")}
        self.staff = Staff(
            roster=Roster(agents), needs=needs, now_ms=lambda: self._now, rules=rules,
            clock=lambda: MONDAY + timedelta(milliseconds=self._now),
        )  # fmt: skip

    def run(self) -> "Month":
        for day in range(self.world.days):
            self._plan(day)
        while self._events:
            self._now, _, happens = heapq.heappop(self._events)
            happens()
            self._match()
        return self

    # --- what is drawn ---------------------------------------------------------------------------------------------

    def _agents(self) -> Iterator[Agent]:
        for number in range(len(self.world.shifts)):
            name = f"agent-{number}"
            skills = {"cards"} if number < self.world.cards_only else {"cards", "general"}
            self._speed[name] = self._lognormal(1.0, self.world.agent_spread)
            yield Agent(AgentId(name), name, Address("simulated", name), frozenset(skills))

    def _lognormal(self, mean: float, sigma: float) -> float:
        return mean * self._chance.lognormvariate(-sigma * sigma / 2, sigma)

    def _plan(self, day: int) -> None:
        """A day's callers and the agents' comings and goings."""
        world, start = self.world, day * DAY
        load = world.calls_a_day * world.weekday[day % 7] * self._lognormal(1.0, world.day_spread)
        for hour, weight in enumerate(world.hours, start=8):
            rate = load * weight / sum(world.hours) / HOUR
            at = start + hour * HOUR + (self._chance.expovariate(rate) if rate else DAY)
            while at < start + (hour + 1) * HOUR:
                self._at(round(at), self._arrives)
                at += self._chance.expovariate(rate)
        if world.weekday[day % 7] == 0:
            return
        for number, (comes, goes) in enumerate(world.shifts):
            if self._chance.random() < world.absent:
                continue
            agent = f"agent-{number}"
            lunch = comes + 3.5 + 0.5 * (number % 4)
            for begin, end in ((comes, lunch), (lunch + 0.5, goes)):
                late = self._chance.uniform(0, 6) * MINUTE
                self._at(start + round(begin * HOUR + late), self._comes(agent))
                self._at(start + round(end * HOUR), self._goes(agent))

    # --- what happens ----------------------------------------------------------------------------------------------

    def _at(self, when: int, happens: Callable[[], None]) -> None:
        self._count += 1
        heapq.heappush(self._events, (when, self._count, happens))

    def _after(self, seconds: float, happens: Callable[[], None]) -> None:
        self._at(self._now + max(1, round(seconds * 1000)), happens)

    def _comes(self, agent: str) -> Callable[[], None]:
        return lambda: self._choose(agent, Presence.AVAILABLE)

    def _goes(self, agent: str) -> Callable[[], None]:
        return lambda: self._choose(agent, Presence.AWAY)

    def _choose(self, agent: str, presence: Presence) -> None:
        self.staff.roster.choose(agent, presence, self._now)

    def _arrives(self) -> None:
        world, chance = self.world, self._chance
        queue = "cards" if chance.random() < world.cards_share else "general"
        handoff = f"h{len(self.callers)}"
        patience = self._chance.lognormvariate(math.log(world.patience_minutes), world.patience_sigma) * MINUTE
        leaves = None if chance.random() < world.patient else self._now + round(patience)
        caller = Caller(handoff, queue, self._now, leaves)
        self.callers.append(caller)
        self.staff.join(handoff, handoff, queue)
        outlook = self.staff.outlook(handoff, queue)
        caller.immediate = outlook.place <= outlook.free
        if outlook.wait is not None:
            caller.told.append((self._now, outlook.wait, True))
        self._waiting[handoff] = caller
        if leaves is not None:
            self._at(leaves, lambda: self._leaves(caller))
        self._after(60, lambda: self._told_again(caller))
        self._after(8 * 3600, lambda: self._leaves(caller))

    def _told_again(self, caller: Caller) -> None:
        if caller.handoff not in self._waiting or caller.asking is not None:
            return
        wait = self.staff.outlook(caller.handoff, caller.queue).wait
        if wait is not None:
            caller.told.append((self._now, wait, False))
        self._after(60, lambda: self._told_again(caller))

    def _leaves(self, caller: Caller) -> None:
        if self._waiting.pop(caller.handoff, None) is None:
            return
        caller.left_ms = self._now
        self.staff.leave(caller.handoff, caller.queue, served=False)
        if caller.asking is not None:
            self.staff.release(caller.asking, Outcome.ABANDONED)

    def _match(self) -> None:
        """Everyone who waits looks, until nobody finds anybody."""
        found = True
        while found:
            found = any(self._looks(caller) for caller in list(self._waiting.values()) if caller.asking is None)

    def _looks(self, caller: Caller) -> bool:
        agent = self.staff.reserve(caller.handoff, caller.queue, frozenset(caller.excluded))
        if agent is None:
            return False
        caller.asking = agent.id
        chance = self._chance.random()
        ring = self._chance.uniform(*self.world.ring_seconds)
        if chance < self.world.no_answer:
            self._after(20, lambda: self._refused(caller, agent.id, Outcome.NO_ANSWER))
        elif chance < self.world.no_answer + self.world.declines:
            self._after(ring, lambda: self._refused(caller, agent.id, Outcome.DECLINED))
        else:
            self._after(ring + self._chance.uniform(*self.world.brief_seconds), lambda: self._joined(caller, agent.id))
        return True

    def _refused(self, caller: Caller, agent: str, outcome: Outcome) -> None:
        if caller.asking != agent or caller.handoff not in self._waiting:
            return
        caller.asking = None
        caller.excluded.add(agent)
        if len(caller.excluded) > 2:  # as a real caller would ask again, and be offered to all
            caller.excluded.clear()
        self.staff.release(agent, outcome)
        if outcome is Outcome.NO_ANSWER:
            self._after(self._chance.uniform(60, 240), lambda: self._back(agent))

    def _back(self, agent: str) -> None:
        if self.staff.roster.seat(agent).presence is Presence.NOT_RESPONDING:
            self._choose(agent, Presence.AVAILABLE)

    def _joined(self, caller: Caller, agent: str) -> None:
        if self._waiting.get(caller.handoff) is not caller or caller.asking != agent:
            return
        del self._waiting[caller.handoff]
        caller.served_ms = self._now
        self.staff.on_call(agent)
        self.staff.leave(caller.handoff, caller.queue, served=True)
        talk = self._lognormal(self.world.handling_minutes, self.world.handling_sigma) * self._speed[agent]
        self._after(talk * 60, lambda: self._hung_up(agent))

    def _hung_up(self, agent: str) -> None:
        self.staff.release(agent, Outcome.BRIDGED)
        self._after(self._lognormal(self.world.wrap_up_minutes, 0.6) * 60, lambda: self.staff.wrapped_up(agent))
