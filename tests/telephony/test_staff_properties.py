"""Whatever callers and agents do in whatever order: one offer an agent, only to whom they fit, in order, and nobody
waits for ever."""

from datetime import UTC, datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from telephony.agents.agent import Address, Agent, AgentId, Presence
from telephony.agents.queue import Waiting, in_order
from telephony.agents.roster import BUSY, Roster
from telephony.agents.routing import Needs, fits, relaxed
from telephony.agents.rules import QueueRules, Rules
from telephony.agents.staff import Staff
from telephony.handoff import Outcome
from voice.dialogue.hours import Hours

START = datetime(2026, 11, 23, 16, 50, tzinfo=UTC)
QUEUES = ("general", "cards", "lending")
RULES = Rules(
    queues={
        "general": QueueRules(overflow="cards", overflow_seconds=60, wrap_up_seconds=60),
        "cards": QueueRules(priority=2),
        "lending": QueueRules(hours=Hours(opens=9 * 60, closes=17 * 60), overflow="general", overflow_seconds=30),
    },
    tiers={"premier": 1},
    offer_seconds=90,
)
AGENTS = (
    Agent(AgentId("ana"), "Ana", Address("simulated", "ana"), frozenset(QUEUES), frozenset({"en", "es"})),
    Agent(AgentId("ben"), "Ben", Address("simulated", "ben"), frozenset({"general", "cards"})),
    Agent(AgentId("eva"), "Eva", Address("simulated", "eva"), frozenset({"cards"}), tiers=frozenset({"premier"})),
    Agent(AgentId("tom"), "Tom", Address("simulated", "tom"), frozenset({"lending"})),
)
names = st.sampled_from([agent.id for agent in AGENTS])


class Shift(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.now_ms = 0
        self.unreachable: set[str] = set()
        self.callers: dict[str, tuple[str, Needs]] = {}
        self.looking: set[str] = set()
        self.places: dict[str, Waiting] = {}
        self.knows: dict[str, str | None] = {}
        self.asking: dict[str, str] = {}  # handoff → agent
        self.excluded: dict[str, frozenset[str]] = {}
        self.count = 0
        self.staff = Staff(
            roster=Roster(AGENTS),
            needs={name: Needs(frozenset({name})) for name in QUEUES},
            now_ms=lambda: self.now_ms,
            rules=RULES,
            clock=lambda: START + timedelta(milliseconds=self.now_ms),
            reachable=lambda agent: agent.id not in self.unreachable,
        )

    @rule(
        queue=st.sampled_from(QUEUES),
        language=st.sampled_from((None, "en", "es", "fi")),
        tier=st.sampled_from((None, "standard", "premier")),
        known=st.none() | names,
    )
    def somebody_asks(self, queue: str, language: str | None, tier: str | None, known: str | None) -> None:
        self.count += 1
        handoff = f"h{self.count}"
        self.staff.join("c", handoff, queue, language=language, tier=tier)
        if known is not None:
            self.staff.prefer(handoff, known)
        self.callers[handoff] = queue, Needs(frozenset({queue}), language or "en", tier)
        self.knows[handoff] = known
        priority = RULES.priority(queue, tier)
        self.places[handoff] = Waiting(handoff, "c", Needs(), self.now_ms, priority, queue)
        self.excluded[handoff] = frozenset()
        self.looks(handoff)

    @rule(seconds=st.integers(1, 150))
    def time_passes(self, seconds: int) -> None:
        self.now_ms += seconds * 1000
        for seat in self.staff.roster.expire(self.now_ms):
            for handoff in [h for h, agent in self.asking.items() if agent == seat.agent.id]:
                del self.asking[handoff]
        self.everybody_looks()

    @rule(agent=names, presence=st.sampled_from((Presence.AVAILABLE, Presence.AWAY)))
    def an_agent_chooses(self, agent: str, presence: Presence) -> None:
        self.staff.roster.choose(agent, presence, self.now_ms)
        self.everybody_looks()

    @rule(agent=names)
    def a_desk_opens_or_closes(self, agent: str) -> None:
        self.unreachable ^= {agent}
        self.everybody_looks()

    @precondition(lambda self: self.asking)
    @rule(data=st.data(), outcome=st.sampled_from((Outcome.DECLINED, Outcome.NO_ANSWER, Outcome.BUSY)))
    def an_agent_does_not_take_it(self, data: st.DataObject, outcome: Outcome) -> None:
        handoff = data.draw(st.sampled_from(sorted(self.asking)))
        agent = self.asking.pop(handoff)
        self.excluded[handoff] |= {agent}
        self.staff.release(agent, outcome)
        self.everybody_looks()

    @precondition(lambda self: self.asking)
    @rule(data=st.data())
    def an_agent_takes_it(self, data: st.DataObject) -> None:
        handoff = data.draw(st.sampled_from(sorted(self.asking)))
        agent = self.asking.pop(handoff)
        self.staff.on_call(agent)
        self.gone(handoff, served=True)

    @rule(agent=names)
    def a_conversation_ends(self, agent: str) -> None:
        if self.staff.roster.seat(agent).presence is Presence.ON_CALL:
            self.staff.release(agent, Outcome.BRIDGED)

    @rule(agent=names)
    def an_agent_has_wrapped_up(self, agent: str) -> None:
        self.staff.wrapped_up(agent)
        self.everybody_looks()

    @precondition(lambda self: self.callers)
    @rule(data=st.data())
    def a_caller_hangs_up(self, data: st.DataObject) -> None:
        handoff = data.draw(st.sampled_from(sorted(self.callers)))
        if (agent := self.asking.pop(handoff, None)) is not None:
            self.staff.release(agent, Outcome.ABANDONED)
        self.gone(handoff, served=False)
        self.everybody_looks()

    def gone(self, handoff: str, *, served: bool) -> None:
        queue, _ = self.callers.pop(handoff)
        self.looking -= {handoff}
        self.staff.leave(handoff, queue, served=served)

    def everybody_looks(self) -> None:
        """The latest first: the order must not depend on who asks."""
        for handoff in reversed(list(self.callers)):
            if handoff not in self.asking:
                self.looks(handoff)

    def looks(self, handoff: str) -> None:
        queue, needs = self.callers[handoff]
        free = {i for i, seat in self.staff.roster.seats.items() if seat.presence is Presence.AVAILABLE}
        found = self.staff.reserve(handoff, queue, self.excluded[handoff])
        self.looking |= {handoff}
        if found is None:
            return
        assert found.id in free
        assert found.id not in self.unreachable
        assert found.id not in self.excluded[handoff]
        assert found.id not in self.asking.values(), "two callers, one agent"
        assert self.may_take(found.id, queue, needs)
        self.nobody_is_passed_over(handoff, found.id, free)
        self.asking[handoff] = found.id
        self.looking -= {handoff}

    def may_take(self, agent: str, queue: str, needs: Needs, *, own_queue: bool = False) -> bool:
        """`own_queue`: without what they overflow to, for which it would matter since when they wait."""
        chain = list(RULES.chain(queue))[: 1 if own_queue else None]
        at = START + timedelta(milliseconds=self.now_ms)
        asked = [
            relaxed(Needs(frozenset({name}), needs.language, needs.tier), AGENTS)
            for name in chain
            if RULES.of(name).hours.is_open(at)
        ]
        return any(fits(self.staff.roster.seat(agent).agent, one) for one in asked)

    def nobody_is_passed_over(self, handoff: str, agent: str, free: set[str]) -> None:
        """Whoever goes first and may take this agent has another one to take, or waits for whom they know."""
        for place in in_order([self.places[one] for one in self.callers], self.now_ms):
            if place.handoff == handoff:
                return
            queue, needs = self.callers[place.handoff]
            theirs = free - self.unreachable - self.excluded[place.handoff]
            able = {one for one in theirs if self.may_take(one, queue, needs, own_queue=True)}
            waits = self.knows[place.handoff] is not None
            assert place.handoff not in self.looking or agent not in able or len(able) > 1 or waits

    @invariant()
    def who_is_asked_is_reserved(self) -> None:
        for agent in self.asking.values():
            assert self.staff.roster.seat(agent).presence in BUSY

    def teardown(self) -> None:
        """Everyone comes to work and takes every call, and new callers never stop: all who waited are served."""
        self.unreachable.clear()
        for handoff in list(self.asking):
            self.staff.release(self.asking.pop(handoff), Outcome.WITHDRAWN)
        for handoff in self.excluded:
            self.excluded[handoff] = frozenset()
        self.looking.clear()  # the queue knows whom they ask again once each has looked again
        waiting = set(self.callers)
        for _ in range(400):
            if not waiting & set(self.callers):
                return
            self.now_ms += 60_000
            self.staff.roster.expire(self.now_ms)
            for agent in AGENTS:
                seat = self.staff.roster.seat(agent.id)
                if seat.presence is Presence.ON_CALL:
                    self.staff.release(agent.id, Outcome.BRIDGED)
                self.staff.wrapped_up(agent.id)
                if self.staff.roster.seat(agent.id).presence in (Presence.AWAY, Presence.NOT_RESPONDING):
                    self.staff.roster.set(agent.id, Presence.AVAILABLE, self.now_ms)
            for _ in AGENTS:
                self.somebody_asks("cards", None, "premier", None)
            self.everybody_looks()
            self.everybody_looks()
            for handoff, agent_id in list(self.asking.items()):
                del self.asking[handoff]
                self.staff.on_call(agent_id)
                self.gone(handoff, served=True)
        raise AssertionError(f"everyone to be served in the end expected, {sorted(waiting & set(self.callers))} wait")


TestShift = Shift.TestCase
TestShift.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
