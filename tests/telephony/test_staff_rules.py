"""What the settings say of routing, at work: language, tier, priority, overflow, hours, acquaintance."""

import pytest

from telephony.agents.agent import Presence
from telephony.agents.routing import Needs, relaxed
from telephony.agents.rules import QueueRules, Rules
from telephony.agents.waits import ENOUGH
from telephony.handoff import Outcome
from tests.telephony.staff_house import OVERFLOW, House, P, agent, closed_until_10

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
