"""Who is offered a call."""

import pytest

from telephony.agents import Address, Agent, AgentId, Needs, Presence, Roster, choose
from telephony.agents.roster import Seat
from telephony.errors import IllegalMove

P = Presence


def agent(name: str, *skills: str, languages: str = "en", tiers: str = "") -> Agent:
    return Agent(
        AgentId(name), name.title(), Address("webrtc", name), frozenset(skills), frozenset(languages.split()),
        frozenset(tiers.split()),
    )  # fmt: skip


def seat(agent: Agent, presence: Presence = P.AVAILABLE, *, idle_since_ms: int = 0) -> Seat:
    return Seat(agent, presence, since_ms=idle_since_ms, idle_since_ms=idle_since_ms)


CARDS = Needs(frozenset({"cards"}))


def test_an_agent_without_a_needed_skill_is_not_chosen() -> None:
    both = Needs(frozenset({"cards", "disputes"}))
    assert choose([seat(agent("ben", "cards"))], both) is None
    ana = agent("ana", "cards", "disputes", "lending")
    assert choose([seat(agent("ben", "cards")), seat(ana)], both) is ana


def test_an_agent_who_does_not_speak_the_callers_language_is_not_chosen() -> None:
    spanish = Needs(frozenset({"cards"}), language="es")
    eva = agent("eva", "cards", languages="en es")
    assert choose([seat(agent("ben", "cards")), seat(eva)], spanish) is eva


def test_a_customers_tier_goes_to_those_who_take_it_or_take_every_tier() -> None:
    gold = Needs(frozenset({"cards"}), tier="gold")
    assert choose([seat(agent("ben", "cards", tiers="basic"))], gold) is None
    for tiers in ("gold basic", ""):
        able = agent("ana", "cards", tiers=tiers)
        assert choose([seat(able)], gold) is able


@pytest.mark.parametrize("presence", [p for p in P if p is not P.AVAILABLE])
def test_only_an_available_agent_is_chosen(presence: Presence) -> None:
    assert choose([seat(agent("ana", "cards"), presence)], CARDS) is None


def test_the_longest_idle_goes_first() -> None:
    ana, ben = agent("ana", "cards"), agent("ben", "cards")
    assert choose([seat(ana, idle_since_ms=5000), seat(ben, idle_since_ms=2000)], CARDS) is ben


def test_who_knows_the_caller_goes_before_the_longest_idle() -> None:
    ana, ben = agent("ana", "cards"), agent("ben", "cards")
    assert choose([seat(ana, idle_since_ms=5000), seat(ben, idle_since_ms=2000)], CARDS, sticky="ana") is ana


def test_who_was_asked_for_this_call_is_not_asked_again_even_when_sticky() -> None:
    assert choose([seat(agent("ana", "cards"))], CARDS, excluding={"ana"}, sticky="ana") is None


# --- the roster -------------------------------------------------------------------------------------------------------


def roster() -> Roster:
    here = Roster([agent("ana", "cards"), agent("ben", "cards")])
    here.set("ana", P.AVAILABLE, 1000)
    return here


def test_an_agent_can_be_reserved_once() -> None:
    here = roster()
    assert here.reserve("ana", 2000)
    assert not here.reserve("ana", 2000)
    assert not here.reserve("ben", 2000), "away"


def test_a_change_is_told_after_it_happened_until_the_listener_leaves() -> None:
    here = roster()
    told: list[tuple[str, Presence]] = []
    leave = here.subscribe(lambda seat: told.append((seat.agent.id, here.seat(seat.agent.id).presence)))
    here.set("ana", P.OFFERED, 2000)
    leave()
    here.set("ana", P.ON_CALL, 3000)
    assert told == [("ana", P.OFFERED)]


def test_an_offer_that_led_nowhere_does_not_send_the_agent_to_the_end_of_the_line() -> None:
    here = roster()
    here.set("ana", P.OFFERED, 5000)
    assert here.set("ana", P.AVAILABLE, 9000).idle_since_ms == 1000


def test_after_a_call_the_idle_time_starts_anew() -> None:
    here = roster()
    for presence, at in ((P.OFFERED, 2000), (P.ON_CALL, 3000), (P.WRAPPING, 60_000), (P.AVAILABLE, 70_000)):
        here.set("ana", presence, at)
    assert here.seat("ana").idle_since_ms == 70_000


def test_going_away_during_a_call_holds_once_the_work_is_done() -> None:
    here = roster()
    for presence in (P.OFFERED, P.ON_CALL):
        here.set("ana", presence, 2000)
    assert here.choose("ana", P.AWAY, 3000).presence is P.ON_CALL
    here.set("ana", P.WRAPPING, 4000)
    assert here.set("ana", P.AVAILABLE, 5000).presence is P.AWAY
    assert here.choose("ana", P.AVAILABLE, 6000).presence is P.AVAILABLE


def test_a_move_outside_the_table_raises_and_changes_nothing() -> None:
    here = roster()
    with pytest.raises(IllegalMove, match="agent ben: from away only available"):
        here.set("ben", P.ON_CALL, 2000)
    assert here.seat("ben").presence is P.AWAY
