"""What the settings say of routing, at work: language, tier, priority, overflow, hours, acquaintance, deadlines."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from telephony.agents.agent import Address, Agent, AgentId, Presence
from telephony.agents.roster import Roster
from telephony.agents.routing import Needs, relaxed
from telephony.agents.rules import QueueRules, Rules
from telephony.agents.staff import Found, Staff
from telephony.agents.waits import ENOUGH, Standing, Waited
from telephony.handoff import Outcome
from telephony.sim.clock import run_virtual
from voice.dialogue.hours import Hours

MONDAY_9 = datetime(2026, 11, 23, 9, tzinfo=UTC)
NOBODY: frozenset[str] = frozenset()
P = Presence


class House:
    """A staff with two queues, `general` and `cards`, whose time the test moves."""

    def __init__(self, *agents: Agent, rules: Rules | None = None) -> None:
        self.now_ms = 0
        self.unreachable: set[str] = set()
        self.staff = Staff(
            roster=Roster(agents),
            needs={name: Needs(frozenset({name})) for name in ("general", "cards")},
            now_ms=lambda: self.now_ms,
            rules=rules,
            clock=lambda: MONDAY_9 + timedelta(milliseconds=self.now_ms),
            reachable=lambda agent: agent.id not in self.unreachable,
        )
        for one in agents:
            self.staff.roster.set(one.id, P.AVAILABLE, 0)

    def at(self, seconds: float) -> "House":
        self.now_ms = round(seconds * 1000)
        self.staff.roster.expire(self.now_ms)
        return self

    def looks(self, handoff: str, queue: str = "general", **known: str) -> str | None:
        """Joins, unless they did, and looks for an agent."""
        self.staff.join(f"call of {handoff}", handoff, queue, **known)
        return self.again(handoff, queue)

    def again(self, handoff: str, queue: str = "general", excluding: frozenset[str] = NOBODY) -> str | None:
        found: Found | None = self.staff.reserve(handoff, queue, excluding)
        return found.id if found else None

    def sets(self, agent: str, *presences: Presence) -> None:
        for presence in presences:
            self.staff.roster.set(agent, presence, self.now_ms)

    def presence(self, agent: str) -> Presence:
        return self.staff.roster.seat(agent).presence


def agent(name: str, skills: str = "general cards", *, languages: str = "en", tiers: str = "") -> Agent:
    return Agent(
        AgentId(name), name.title(), Address("simulated", name), frozenset(skills.split()),
        frozenset(languages.split()), frozenset(tiers.split()),
    )  # fmt: skip


# --- who fits ---------------------------------------------------------------------------------------------------------


def test_a_callers_language_reaches_routing() -> None:
    house = House(agent("ana"), agent("eva", languages="en es"))
    assert house.looks("h1", language="es") == "eva"


def test_a_callers_tier_reaches_routing() -> None:
    house = House(agent("ana", tiers="standard"), agent("eva", tiers="premier"))
    assert house.looks("h1", tier="premier") == "eva"


def test_nobody_waits_for_a_language_that_nobody_here_speaks() -> None:
    assert House(agent("ana")).looks("h1", language="fi", tier="premier") == "ana"


def test_a_skill_is_never_given_up() -> None:
    needs = Needs(frozenset({"lending"}), "fi", "premier")
    assert relaxed(needs, [agent("ana")]) == needs


def test_what_is_learnt_while_waiting_counts_and_the_place_in_time_is_kept() -> None:
    house = House(agent("eva", languages="en es"), agent("ana"), rules=Rules(tiers={"premier": 1}))
    house.sets("ana", P.AWAY)
    house.sets("eva", P.AWAY)
    assert house.looks("early") is None
    assert house.at(60).looks("late") is None
    house.staff.know("late", "general", language="es", tier="premier")
    house.sets("eva", P.AVAILABLE)
    assert house.again("early") is None
    assert house.again("late") == "eva", "a tier's step outweighs a minute"


# --- order across queues ----------------------------------------------------------------------------------------------


def test_two_queues_that_share_an_agent_keep_one_order() -> None:
    house = House(agent("ana"))
    house.sets("ana", P.AWAY)
    assert house.looks("first", "general") is None
    assert house.at(5).looks("second", "cards") is None
    house.sets("ana", P.AVAILABLE)
    assert house.again("second", "cards") is None
    assert house.again("first", "general") == "ana"


def test_a_queues_priority_goes_before_age_until_age_has_caught_up() -> None:
    rules = Rules(queues={"cards": QueueRules(priority=1)})
    for late_by, first in ((60, "urgent"), (180, "patient")):
        house = House(agent("ana"), rules=rules)
        house.sets("ana", P.AWAY)
        assert house.looks("patient", "general") is None
        assert house.at(late_by).looks("urgent", "cards") is None
        house.sets("ana", P.AVAILABLE)
        queues = {"urgent": "cards", "patient": "general"}
        other = next(name for name in queues if name != first)
        assert house.again(other, queues[other]) is None
        assert house.again(first, queues[first]) == "ana"


def test_a_caller_of_another_queue_is_in_nobodys_way_where_they_share_no_agent() -> None:
    house = House(agent("ana", "general"), agent("ben", "cards"))
    house.sets("ana", P.AWAY)
    assert house.looks("first", "general") is None
    assert house.looks("second", "cards") == "ben"


# --- overflow and hours -----------------------------------------------------------------------------------------------

OVERFLOW = Rules(queues={"general": QueueRules(overflow="cards", overflow_seconds=60)})


def test_after_a_while_the_next_queues_agents_are_asked_and_the_place_is_kept() -> None:
    house = House(agent("ana", "general"), agent("ben", "cards"), rules=OVERFLOW)
    house.sets("ana", P.OFFERED, P.ON_CALL)
    assert house.looks("h1") is None
    assert house.at(59).again("h1") is None
    assert house.at(61).looks("h2", "cards") is None, "who has waited longer goes first there too"
    assert house.again("h1") == "ben"


def test_the_own_queues_agents_go_before_those_of_the_next() -> None:
    house = House(agent("ben", "cards"), agent("zoe", "general"), rules=OVERFLOW)
    house.staff.join("c", "h1", "general")
    assert house.at(120).again("h1") == "zoe"


def test_with_nobody_at_work_the_next_queue_is_asked_at_once() -> None:
    house = House(agent("ana", "general"), agent("ben", "cards"), rules=OVERFLOW)
    house.sets("ana", P.AWAY)
    assert house.looks("h1") == "ben"


def closed_until_10(overflow: str | None = None) -> Rules:
    return Rules(queues={"general": QueueRules(hours=Hours(opens=600, closes=1080), overflow=overflow)})


def test_a_closed_queue_asks_nobody_and_says_when_it_opens() -> None:
    house = House(agent("ana"), rules=closed_until_10())
    assert house.looks("h1") is None
    outlook = house.staff.outlook("h1", "general")
    assert (outlook.is_open, outlook.opens) == (False, "today at 10 AM")


def test_a_closed_queue_goes_on_to_an_open_one_at_once() -> None:
    house = House(agent("ana", "general"), agent("ben", "cards"), rules=closed_until_10(overflow="cards"))
    assert house.looks("h1") == "ben"
    assert house.staff.outlook("h1", "general").is_open


def test_once_it_opens_whoever_still_waits_is_served() -> None:
    house = House(agent("ana"), rules=closed_until_10())
    assert house.looks("h1") is None
    assert house.at(3600).again("h1") == "ana"


# --- who knows the caller ---------------------------------------------------------------------------------------------


def test_who_knows_the_caller_is_asked_first() -> None:
    house = House(agent("ana"), agent("ben"))
    house.staff.join("c", "h1", "general")
    house.staff.prefer("h1", "ben")
    assert house.again("h1") == "ben"


def test_they_are_waited_for_while_they_are_busy_but_not_for_long_and_block_nobody() -> None:
    house = House(agent("ana"), agent("ben"), rules=Rules(sticky_seconds=20))
    house.sets("ben", P.OFFERED, P.ON_CALL)
    house.staff.join("c", "h1", "general")
    house.staff.prefer("h1", "ben")
    assert house.again("h1") is None
    assert house.at(19).looks("h2") == "ana", "nobody else waits with them"
    house.staff.release("ana", Outcome.DECLINED)
    assert house.at(21).again("h1") == "ana"


@pytest.mark.parametrize("gone", [P.AWAY, P.NOT_RESPONDING])
def test_nobody_waits_for_one_who_is_not_there(gone: Presence) -> None:
    house = House(agent("ana"), agent("ben"))
    house.sets("ben", *((P.OFFERED, gone) if gone is P.NOT_RESPONDING else (gone,)))
    house.staff.join("c", "h1", "general")
    house.staff.prefer("h1", "ben")
    assert house.again("h1") == "ana"


def test_one_who_knows_the_caller_and_left_the_house_is_forgotten() -> None:
    house = House(agent("ana"))
    house.staff.join("c", "h1", "general")
    house.staff.prefer("h1", "somebody-of-last-year")
    assert house.again("h1") == "ana"


def test_one_who_declined_is_not_asked_again_for_knowing_the_caller() -> None:
    house = House(agent("ana"), agent("ben"))
    house.staff.join("c", "h1", "general")
    house.staff.prefer("h1", "ben")
    assert house.again("h1", excluding=frozenset({"ben"})) == "ana"


# --- places that were kept --------------------------------------------------------------------------------------------


def test_a_place_that_was_kept_goes_before_those_who_came_meanwhile() -> None:
    house = House(agent("ana"))
    house.sets("ana", P.AWAY)
    assert house.at(3600).looks("here") is None
    house.staff.join("c", "promised", "general", waited_ms=600_000)
    house.sets("ana", P.AVAILABLE)
    assert house.staff.claim("promised", "general")
    assert house.again("here") is None, "she is left alone while the promised caller's telephone rings"
    house.staff.leave("promised", "general", served=False)
    assert house.again("here") == "ana"


def test_what_was_waited_on_an_earlier_call_says_nothing_of_todays_wait() -> None:
    house = House(agent("ana"))
    house.sets("ana", P.OFFERED, P.ON_CALL)
    house.at(7200)
    for number in range(ENOUGH):
        house.staff.join("c", f"h{number}", "general", waited_ms=3_600_000)
    house.at(7200 + 240)
    for number in range(ENOUGH):
        house.staff.leave(f"h{number}", "general", served=True)
    assert house.looks("me") is None
    wait = house.staff.outlook("me", "general").wait
    assert wait is not None
    assert wait.minutes == (4, 4)


# --- deadlines --------------------------------------------------------------------------------------------------------


def test_an_offer_nobody_took_back_ends_as_not_responding() -> None:
    house = House(agent("ana"), rules=Rules(offer_seconds=90))
    assert house.looks("h1") == "ana"
    assert house.at(89).presence("ana") is P.OFFERED
    assert house.at(90).presence("ana") is P.NOT_RESPONDING


def test_a_wrap_up_ends_after_its_queues_time() -> None:
    house = House(agent("ana"), rules=Rules(queues={"cards": QueueRules(wrap_up_seconds=30)}))
    assert house.looks("h1", "cards") == "ana"
    house.staff.on_call("ana")
    house.at(100).staff.release("ana", Outcome.BRIDGED)
    assert house.at(129).presence("ana") is P.WRAPPING
    assert house.at(130).presence("ana") is P.AVAILABLE


def test_who_goes_home_during_a_wrap_up_is_away_once_its_time_is_over() -> None:
    house = House(agent("ana"))
    assert house.looks("h1") == "ana"
    house.staff.on_call("ana")
    house.staff.release("ana", Outcome.BRIDGED)
    house.staff.roster.choose("ana", P.AWAY, house.now_ms)
    assert house.presence("ana") is P.WRAPPING
    assert house.at(121).presence("ana") is P.AWAY


def test_who_cannot_be_reached_is_not_offered_and_does_not_count() -> None:
    house = House(agent("ana"))
    house.unreachable.add("ana")
    assert house.looks("h1") is None
    assert house.staff.outlook("h1", "general").staff == 0
    house.unreachable.clear()
    assert house.again("h1") == "ana"


def test_a_caller_whose_place_was_lost_is_served_all_the_same() -> None:
    assert House(agent("ana")).again("never joined") == "ana"


# --- the outlook ------------------------------------------------------------------------------------------------------


def test_the_outlook_counts_those_before_the_caller_and_the_agents_they_share() -> None:
    house = House(agent("ana"), agent("ben", "cards"))
    house.sets("ana", P.OFFERED, P.ON_CALL)
    house.sets("ben", P.OFFERED, P.ON_CALL)
    for handoff, queue in (("h1", "general"), ("h2", "cards"), ("h3", "general")):
        assert house.looks(handoff, queue) is None
    outlook = house.staff.outlook("h3", "general")
    assert (outlook.place, outlook.staff, outlook.free, outlook.wait) == (3, 1, 0, None)


def test_what_was_waited_before_a_restart_is_known_again() -> None:
    house = House(agent("ana"))
    house.sets("ana", P.OFFERED, P.ON_CALL)
    for _ in range(ENOUGH):
        house.staff.remember("general", Waited(Standing(1, 1, 0), 240_000, True))
    assert house.looks("h1") is None
    wait = house.staff.outlook("h1", "general").wait
    assert wait is not None
    assert wait.minutes == (4, 4)


# --- the deadlines are kept by a task ---------------------------------------------------------------------------------


class Clocked(House):
    """In virtual time."""

    def __init__(self, *agents: Agent, rules: Rules) -> None:
        super().__init__(*agents, rules=rules)
        loop = asyncio.get_running_loop()
        self.staff._now_ms = lambda: round(loop.time() * 1000)
        self.staff._clock = lambda: MONDAY_9 + timedelta(seconds=loop.time())

    async def waits_for(self, handoff: str, queue: str = "general") -> tuple[str, float]:
        """Looks as `Finding` does, and says who came when."""
        self.staff.join("c", handoff, queue)
        while (found := self.again(handoff, queue)) is None:
            await self.staff.changed()
        return found, asyncio.get_running_loop().time()


def kept(rules: Rules, *agents: Agent, busy: str = "") -> tuple[str, float]:
    async def story() -> tuple[str, float]:
        house = Clocked(*agents, rules=rules)
        keeping = asyncio.create_task(house.staff.run())
        if busy:
            house.sets(busy, P.OFFERED, P.ON_CALL)
        try:
            async with asyncio.timeout(7200):
                return await house.waits_for("h1")
        finally:
            keeping.cancel()

    return run_virtual(story())


def test_a_caller_is_served_at_the_moment_the_queue_opens() -> None:
    assert kept(closed_until_10(), agent("ana")) == ("ana", pytest.approx(3600, abs=0.01))


def test_a_caller_overflows_at_the_moment_it_is_due() -> None:
    found = kept(OVERFLOW, agent("ana", "general"), agent("ben", "cards"), busy="ana")
    assert found == ("ben", pytest.approx(60, abs=0.01))
