"""While three talk: on hold, while the caller keys, with a supervisor, and at the desks of both agents."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

import pytest

from telephony.desk.office import (
    CallOver,
    News,
    NotPossible,
    OfferClosed,
    Offered,
    OnCall,
    PresenceIs,
    Recorded,
    WrapUpDue,
)
from telephony.events import (
    CompanionJoined,
    CompanionOver,
)
from telephony.sim.script import Key, Wait
from telephony.supervision.modes import Mode
from tests.calls.three import COLLEAGUE, NEVER, Three, only, over, said, told, wrapped_up
from tests.supervision.floor import BOSS, SAM, talks

# --- hold, keys, supervisors ------------------------------------------------------------------------------------------


def test_on_hold_the_two_agents_talk_and_the_caller_hears_who_joined_once_they_are_back(tmp_path: Path) -> None:
    held: dict[str, Mapping[str, float]] = {}
    back: dict[str, Mapping[str, float]] = {}

    async def story(three: Three) -> None:
        await three.line.hold("ana", three.id, True)
        await asyncio.sleep(4)
        await three.joined()
        assert "Ana Silva has brought in Ben Okafor." not in said(three.call)
        held.update(await three.ears())
        await three.line.hold("ana", three.id, False)
        await asyncio.sleep(5)
        back.update(await three.ears())

    call = told(tmp_path, story)
    assert only(held["caller"]), held
    assert only(held["ana"], "colleague"), held
    assert only(held["ben"], "agent"), held
    assert only(back["caller"], "agent", "colleague"), back
    assert only(back["ben"], "caller", "agent"), back
    assert said(call).count("Ana Silva has brought in Ben Okafor.") == 1


def test_the_first_agent_who_leaves_a_held_caller_leaves_them_with_the_colleague(tmp_path: Path) -> None:
    ears: dict[str, Mapping[str, float]] = {}

    async def story(three: Three) -> None:
        await three.joined()
        await three.line.hold("ana", three.id, True)
        await asyncio.sleep(3)
        await three.line.hang_up("ana", three.id)
        await three.call.until(CompanionOver)
        await asyncio.sleep(2)
        ears.update(await three.ears("caller", "ben"))

    told(tmp_path, story)
    assert only(ears["caller"], "colleague"), ears
    assert only(ears["ben"], "caller"), ears


def test_neither_agent_hears_the_caller_who_keys(tmp_path: Path) -> None:
    ears: dict[str, Mapping[str, float]] = {}

    async def story(three: Three) -> None:
        await three.joined()
        await three.line.ask_keys("ana", three.id, "card")
        await asyncio.sleep(1)
        three.call.caller.presses("4")  # and hears the question no further
        ears.update(await three.ears(after_seconds=4))
        await three.line.stop_keys("ana", three.id)

    told(tmp_path, story)
    assert only(ears["ana"], "colleague"), ears
    assert only(ears["ben"], "agent"), ears
    assert only(ears["caller"], "agent", "colleague"), ears


def test_a_supervisor_hears_all_three_and_is_heard_by_all_who_barges_in(tmp_path: Path) -> None:
    listening: dict[str, Mapping[str, float]] = {}
    barging: dict[str, Mapping[str, float]] = {}

    async def story(three: Three) -> None:
        await three.floor.connects(SAM)
        await three.floor.room.attend(SAM, three.id, Mode.BARGE)
        await three.joined()  # who barges in does not keep a colleague out
        barging.update(await three.ears())
        await three.floor.room.attend(SAM, three.id, Mode.LISTEN)
        await asyncio.sleep(1)
        listening.update(await three.ears("sam"))

    told(tmp_path, story)
    assert BOSS is not None
    assert only(barging["caller"], "agent", "colleague", "boss"), barging
    assert only(barging["ana"], "caller", "colleague", "boss"), barging
    assert only(barging["ben"], "caller", "agent", "boss"), barging
    assert only(listening["sam"], "caller", "agent", "colleague"), listening


def test_a_supervisor_who_takes_over_lets_both_go(tmp_path: Path) -> None:
    ears: dict[str, Mapping[str, float]] = {}

    async def story(three: Three) -> None:
        await three.joined()
        await three.floor.connects(SAM)
        await three.floor.room.take_over(SAM, three.id)
        await asyncio.sleep(1)
        ears.update(await three.ears("caller"))

    call = told(tmp_path, story)
    assert only(ears["caller"], "boss"), ears
    assert over(call) == [("ben", "let_go")]
    assert wrapped_up(call) == ["ana", "ben"]


# --- at the desk -----------------------------------------------------------------------------------------------------


def test_at_the_colleagues_desk_the_offer_says_who_asks_and_the_call_ends_with_a_wrap_up(tmp_path: Path) -> None:
    news: list[News] = []

    async def story(three: Three) -> None:
        three.floor.town.service.front.watch("ben", news.append)
        await three.joined()
        await three.line.let_go("ana", three.id)
        await three.call.until(CompanionOver)

    told(tmp_path, story)
    (offered,) = [one.offer for one in news if isinstance(one, Offered)]
    assert (offered.asked_by, offered.notes, offered.brief.headline != "") == ("Ana Silva", "knows boats", True)
    kinds = [type(one) for one in news if not isinstance(one, (Recorded, PresenceIs))]
    assert kinds == [Offered, OfferClosed, OnCall, CallOver, WrapUpDue]


def test_who_declines_on_screen_says_why_to_who_asked(tmp_path: Path) -> None:
    async def story(three: Three) -> None:
        front = three.floor.town.service.front
        news: list[News] = []
        front.watch("ben", news.append)
        await three.asks()
        await asyncio.sleep(2)
        (offer,) = [one.offer for one in news if isinstance(one, Offered)]
        await front.decline("ben", offer.id, "Busy")
        await three.call.until(CompanionOver)
        with pytest.raises(NotPossible, match="no longer open"):
            await front.accept("ben", offer.id)

    call = told(tmp_path, story, ben=NEVER)
    assert [(entry.why, entry.reason) for entry in call.all(CompanionOver)] == [("declined", "Busy")]


def test_who_accepts_on_screen_proves_at_their_telephone_that_they_are_there(tmp_path: Path) -> None:
    async def story(three: Three) -> None:
        front = three.floor.town.service.front
        await three.asks()
        await asyncio.sleep(2)
        assert three.floor.conduct.seeking is not None
        await front.accept("ben", f"{three.floor.conduct.seeking.handoff.id}-b1-1")
        await three.call.until(CompanionJoined)

    call = told(tmp_path, story, ben=talks(COLLEAGUE, Wait(9000), Key("1")))
    assert over(call) == [("ben", "caller")]
