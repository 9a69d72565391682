"""Who is given the next free agent: in order, and nobody stands in the way of a caller they cannot be served before."""

from telephony.agents.agent import Address, Agent, AgentId, Presence
from telephony.agents.roster import Roster
from telephony.agents.routing import Needs
from telephony.agents.staff import Staff
from telephony.handoff import Outcome

QUEUE = "general"
NOBODY: frozenset[str] = frozenset()


def staff(*ids: str) -> Staff:
    agents = [Agent(AgentId(one), one.title(), Address("twilio", one)) for one in ids]
    made = Staff(roster=Roster(agents), needs={QUEUE: Needs()}, now_ms=lambda: 0)
    for one in ids:
        made.roster.set(one, Presence.AVAILABLE, 0)
    return made


def looks(made: Staff, handoff: str, excluding: frozenset[str] = NOBODY) -> str | None:
    made.join(f"call of {handoff}", handoff, QUEUE)
    found = made.reserve(handoff, QUEUE, excluding)
    return found.id if found else None


def test_who_came_first_is_given_the_free_agent() -> None:
    made = staff("ana")
    made.roster.set("ana", Presence.AWAY, 0)
    assert looks(made, "h1") is None
    assert looks(made, "h2") is None
    made.roster.set("ana", Presence.AVAILABLE, 0)
    assert looks(made, "h2") is None
    assert looks(made, "h1") == "ana"


def test_a_second_agent_is_asked_for_the_second_caller_while_the_first_one_still_rings() -> None:
    made = staff("ana", "ben")
    assert looks(made, "h1") == "ana"
    assert looks(made, "h2") == "ben"


def test_an_agent_who_declined_the_first_caller_is_free_for_the_second() -> None:
    made = staff("ana")
    assert looks(made, "h1") == "ana"
    made.release("ana", Outcome.DECLINED)
    assert looks(made, "h1", frozenset({"ana"})) is None
    assert looks(made, "h2") == "ana"


def test_a_caller_who_has_left_stands_in_nobodys_way() -> None:
    made = staff("ana")
    made.roster.set("ana", Presence.AWAY, 0)
    assert looks(made, "h1") is None
    made.leave("h1", QUEUE, served=False)
    made.roster.set("ana", Presence.AVAILABLE, 0)
    assert looks(made, "h2") == "ana"


def test_the_agent_that_only_the_first_caller_can_take_is_left_to_them() -> None:
    made = staff("ana", "ben")
    made.roster.set("ana", Presence.AWAY, 0)
    made.roster.set("ben", Presence.AWAY, 0)
    assert looks(made, "h1", frozenset({"ben"})) is None
    assert looks(made, "h2") is None
    made.roster.set("ana", Presence.AVAILABLE, 0)
    made.roster.set("ben", Presence.AVAILABLE, 0)
    assert looks(made, "h2") == "ben"
    assert looks(made, "h1", frozenset({"ben"})) == "ana"


def test_who_was_named_for_a_caller_is_asked_before_all_others() -> None:
    made = staff("ana", "ben", "eve")
    made.join("c1", "h1", QUEUE)
    made.ask_first("h1", "eve")
    found = made.reserve("h1", QUEUE, NOBODY)
    assert found and found.id == "eve"


def test_who_was_named_and_declines_is_followed_by_the_queue() -> None:
    made = staff("ana", "ben", "eve")
    made.join("c1", "h1", QUEUE)
    made.ask_first("h1", "eve")
    made.reserve("h1", QUEUE, NOBODY)
    made.release("eve", Outcome.DECLINED)
    found = made.reserve("h1", QUEUE, frozenset({"eve"}))
    assert found and found.id == "ana"


def test_who_was_named_is_asked_whatever_the_queue_asks_of_its_own() -> None:
    boats = Agent(AgentId("eve"), "Eve", Address("twilio", "eve"), frozenset({"boats"}))
    cards = Agent(AgentId("ana"), "Ana", Address("twilio", "ana"), frozenset({"cards"}))
    needs = {"cards": Needs(frozenset({"cards"})), "boats": Needs(frozenset({"boats"}))}
    made = Staff(roster=Roster([boats, cards]), needs=needs, now_ms=lambda: 0)
    for one in ("ana", "eve"):
        made.roster.set(one, Presence.AVAILABLE, 0)
    made.join("c1", "h1", "cards")
    made.ask_first("h1", "eve")
    found = made.reserve("h1", "cards", NOBODY)
    assert found and found.id == "eve"
    assert (made.queue_of("eve", "cards"), made.queue_of("ana", "cards")) == ("boats", "cards")


def test_who_was_named_and_is_busy_is_waited_for_a_little_and_who_is_away_is_not() -> None:
    made = staff("ana", "ben", "eve")
    made.roster.reserve("eve", 0)
    made.roster.set("ben", Presence.AWAY, 0)
    for handoff, named in (("h1", "eve"), ("h2", "ben")):
        made.join("c1", handoff, QUEUE)
        made.ask_first(handoff, named)
    assert made.reserve("h1", QUEUE, NOBODY) is None
    found = made.reserve("h2", QUEUE, NOBODY)
    assert found and found.id == "ana"


def test_colleagues_are_those_at_work_the_free_ones_first() -> None:
    made = staff("ana", "ben", "eve", "zoe")
    made.roster.reserve("ben", 0)
    made.roster.set("eve", Presence.AWAY, 0)
    assert [seat.agent.id for seat in made.colleagues("ana")] == ["zoe", "ben"]
