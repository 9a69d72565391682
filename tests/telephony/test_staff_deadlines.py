"""What ends by itself at the desk: offers, wrap-ups, waiting; and what a caller is told of the wait."""

import asyncio
from datetime import timedelta

import pytest

from telephony.agents.agent import Agent
from telephony.agents.rules import QueueRules, Rules
from telephony.agents.waits import ENOUGH, Standing, Waited
from telephony.handoff import Outcome
from telephony.sim.clock import run_virtual
from tests.telephony.staff_house import MONDAY_9, OVERFLOW, House, P, agent, closed_until_10

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
