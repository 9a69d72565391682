"""The search for a person, as whole calls: who is asked, what they hear, and that nobody is left hanging."""

import asyncio
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from telephony.agents.agent import Presence
from telephony.events import (
    AgentAccepted,
    AgentAnswered,
    AgentDeclined,
    AgentOffered,
    Bridged,
    CallAnswered,
    CallbackAgreed,
    CallEnded,
    KeyPressed,
    Said,
    Unbridged,
    WrappedUp,
)
from telephony.sim.agent import (
    SimAgent,
    accepts,
    accepts_at_once,
    cannot_be_reached,
    dawdles,
    declines,
    hangs_up_in_brief,
    is_busy,
    never_answers,
    voicemail,
)
from telephony.sim.attention import is_loud
from telephony.sim.script import HangUp, Key, Wait
from tests.sim.virtual import WORDS, Call, Town, play
from voice.audio import silence

QUICK = accepts_at_once(after_seconds=1.0, ring_seconds=1.0)
ALONE_MS = 5_000
FIRST, SECOND = "+12025550143", "+12025550144"


def asks(town: Town, number: str = FIRST, stays_ms: int = 120_000) -> Call:
    return town.ring(Wait(1000), Key("0"), number=number, stays_ms=stays_ms)


def prompts(call: Call) -> list[str]:
    return [said.prompt for said in call.all(Said)]


def declined(call: Call) -> list[tuple[str, str]]:
    return [(entry.agent, entry.by) for entry in call.all(AgentDeclined)]


def ends_with_ben(ana: SimAgent, folder: Path, *, ben: SimAgent = QUICK, **changes: Any) -> Call:
    """Ana, who sorts first, does as given; Ben takes the call."""

    async def story(town: Town) -> Call:
        call = asks(town)
        await call.until(Bridged)
        await call.hangs_up()
        return call

    call = play(story, folder, agents={"ana": ana, "ben": ben}, **changes)
    assert [entry.agent for entry in call.all(AgentOffered)] == ["ana", "ben"]
    assert [entry.agent for entry in call.all(Bridged)] == ["ben"]
    assert call.outcome == "transferred"
    assert call.company.alone_max_ms <= ALONE_MS
    return call


@pytest.mark.parametrize(
    ("ana", "by"),
    [
        (declines(ring_seconds=1), "key"),
        (is_busy(), "busy"),
        (cannot_be_reached(), "failed"),
        (hangs_up_in_brief(after_seconds=3), "hung_up"),
    ],
    ids=["declines by key", "is busy", "cannot be reached", "hangs up during the brief"],
)
def test_the_next_agent_is_asked_when_the_first(ana: SimAgent, by: str, tmp_path: Path) -> None:
    call = ends_with_ben(ana, tmp_path)
    assert declined(call) == [("ana", by)]


def test_an_agent_who_does_not_answer_is_not_asked_again_and_counts_as_not_responding(tmp_path: Path) -> None:
    async def story(town: Town) -> tuple[Call, Presence]:
        call = asks(town)
        await call.until(Bridged)
        await call.hangs_up()
        return call, town.presence("ana")

    call, ana = play(story, tmp_path, agents={"ana": never_answers(), "ben": QUICK}, handoff={"ring_seconds": 5.0})
    assert declined(call) == [("ana", "no_answer")]
    assert ana is Presence.NOT_RESPONDING


def test_an_agent_who_answers_and_presses_nothing_loses_the_call_to_the_next(tmp_path: Path) -> None:
    call = ends_with_ben(dawdles(ring_seconds=1), tmp_path)
    assert declined(call) == [("ana", "no_answer")]


def test_a_voicemail_is_never_bridged(tmp_path: Path) -> None:
    """Its greeting speaks over our brief, and its beep over our question; only a key or the right words are a yes."""
    greeting = np.concatenate([WORDS, silence(500), WORDS, silence(300), WORDS])
    call = ends_with_ben(voicemail(greeting, ring_seconds=1), tmp_path, lines=["please leave a message"] * 5)
    assert [entry.agent for entry in call.all(AgentAnswered)] == ["ana", "ben"]
    assert [entry.agent for entry in call.all(AgentAccepted)] == ["ben"]


def test_the_caller_hears_of_each_agent_who_is_rung(tmp_path: Path) -> None:
    call = ends_with_ben(declines(ring_seconds=1), tmp_path, ben=accepts_at_once(after_seconds=1.0, ring_seconds=8.0))
    said = [said.text for said in call.all(Said) if said.prompt == "seek.ringing"]
    assert said == ["I'm calling Ana Silva now.", "I'm calling Ben Okafor now."]


def test_a_caller_who_waits_long_hears_that_the_search_goes_on(tmp_path: Path) -> None:
    async def story(town: Town) -> Call:
        call = asks(town)
        await call.until(AgentAnswered)
        await asyncio.sleep(110)
        await call.hangs_up()
        return call

    agents = {
        "ana": SimAgent((Key("3", after_prompt=True), Key("3", after_prompt=True), Wait(100_000)), ring_seconds=1)
    }
    call = play(story, tmp_path, agents=agents, handoff={"decide_seconds": 150.0})
    assert "seek.callback_hint" in prompts(call)
    assert call.company.alone_max_ms <= ALONE_MS


def test_a_caller_who_hangs_up_while_it_rings_leaves_no_leg_behind(tmp_path: Path) -> None:
    async def story(town: Town) -> tuple[Call, str, Presence]:
        call = asks(town)
        await call.until(AgentOffered)
        await asyncio.sleep(2)
        await call.hangs_up()
        await asyncio.sleep(1)
        return call, town.leg_of("ana").status, town.presence("ana")

    call, leg, ana = play(story, tmp_path, agents={"ana": accepts(ring_seconds=10)})
    assert call.outcome == "abandoned"
    assert leg == "canceled"
    assert ana is Presence.AVAILABLE
    assert not call.all(AgentAnswered)


def test_a_caller_who_hangs_up_during_the_brief_is_announced_to_the_agent(tmp_path: Path) -> None:
    async def story(town: Town) -> tuple[Call, int, str, Presence]:
        call = asks(town)
        await call.until(AgentAnswered)
        await asyncio.sleep(2)
        await call.hangs_up()
        await asyncio.sleep(1)
        leg = town.leg_of("ana")
        heard_after = sum(is_loud(frame) for frame in leg.media.heard[2000 // 20 :]) * 20
        return call, heard_after, leg.status, town.presence("ana")

    call, farewell_ms, leg, ana = play(story, tmp_path, agents={"ana": dawdles(ring_seconds=1)})
    assert call.outcome == "abandoned"
    assert 1500 <= farewell_ms <= 4000  # "The caller has hung up. Thank you, goodbye.", and no more of the brief
    assert leg == "completed"
    assert ana is Presence.AVAILABLE


def test_nobody_is_free_until_somebody_is(tmp_path: Path) -> None:
    async def story(town: Town) -> Call:
        call = asks(town)
        town.service.staff.roster.set("ana", Presence.AWAY, 0)
        await asyncio.sleep(30)
        assert not call.all(AgentOffered)
        town.available("ana")
        await call.until(Bridged, seconds=10)
        await call.hangs_up()
        return call

    call = play(story, tmp_path, agents={"ana": QUICK})
    assert "seek.nobody" in prompts(call)
    assert "seek.offer_callback" in prompts(call)
    assert call.outcome == "transferred"
    assert call.company.alone_max_ms <= ALONE_MS


def test_two_callers_and_one_agent_come_first_come_first_served(tmp_path: Path) -> None:
    async def story(town: Town) -> tuple[Call, Call]:
        first = asks(town, FIRST)
        await first.until(AgentOffered)
        second = asks(town, SECOND)
        await first.until(Bridged)
        await asyncio.sleep(15)
        assert not second.all(AgentOffered)
        await first.hangs_up()
        await first.until(WrappedUp)
        await second.until(Bridged, seconds=10)
        await second.hangs_up()
        return first, second

    first, second = play(story, tmp_path, agents={"ana": QUICK})
    assert (first.outcome, second.outcome) == ("transferred", "transferred")
    assert "seek.nobody" in prompts(second)


def test_the_one_who_waits_longest_gets_the_agent_who_comes(tmp_path: Path) -> None:
    async def story(town: Town) -> tuple[Call, Call]:
        town.service.staff.roster.set("ana", Presence.AWAY, 0)
        first = asks(town, FIRST)
        await asyncio.sleep(5)
        second = asks(town, SECOND)
        await asyncio.sleep(5)
        town.available("ana")
        await first.until(Bridged, seconds=10)
        assert not second.all(AgentOffered)
        await first.hangs_up()
        await second.until(Bridged, seconds=20)
        await second.hangs_up()
        return first, second

    play(story, tmp_path, agents={"ana": QUICK})


def test_an_agent_who_leaves_gives_the_caller_back_to_the_system(tmp_path: Path) -> None:
    async def story(town: Town) -> Call:
        call = asks(town)
        await call.until(Unbridged)
        await asyncio.sleep(6)
        call.caller.presses("0")
        await call.until(Bridged, count=2)
        await call.hangs_up()
        return call

    agents = {"ana": accepts_at_once(Wait(4000), HangUp(), after_seconds=1, ring_seconds=1), "ben": QUICK}
    call = play(story, tmp_path, agents=agents)
    assert call.all(Unbridged)[0].by == "agent"
    assert "seek.left" in prompts(call)
    assert len(call.all(Bridged)) == 2
    assert call.company.alone_max_ms <= ALONE_MS


# --- no room ----------------------------------------------------------------------------------------------------------


def test_a_caller_for_whom_there_is_no_room_hears_so_and_may_be_called_back(tmp_path: Path) -> None:
    async def story(town: Town) -> tuple[Call, Call]:
        first = asks(town, FIRST)
        await first.until(CallAnswered)
        second = town.ring(Key("1", after_prompt=True), number=SECOND)
        await second.over()
        await first.hangs_up()
        return first, second

    first, second = play(story, tmp_path, service={"max_calls": 1})
    assert prompts(second) == ["busy", "busy.offer", "rescue.callback"]
    assert second.all(CallbackAgreed)[0].number == SECOND
    assert second.outcome == "callback"
    assert not second.all(CallAnswered)[0].recorded
    assert first.outcome == "abandoned"


def test_a_caller_for_whom_there_is_no_room_and_who_does_nothing_hears_a_goodbye(tmp_path: Path) -> None:
    async def story(town: Town) -> Call:
        first = asks(town, FIRST)
        await first.until(CallAnswered)
        second = town.ring(number=SECOND)
        await second.over()
        third = town.ring(number="anonymous")
        await third.over()
        await first.hangs_up()
        return second

    call = play(story, tmp_path, service={"max_calls": 1})
    assert prompts(call) == ["busy", "busy.offer", "goodbye"]
    ended = call.all(CallEnded)[0]
    assert (ended.outcome, ended.by, ended.reason) == ("ended", "system", "full")


def test_those_who_hear_that_there_is_no_room_take_no_room(tmp_path: Path) -> None:
    async def story(town: Town) -> Call:
        first = asks(town, FIRST)
        await first.until(CallAnswered)
        second = town.ring(number=SECOND)
        await second.until(CallAnswered)
        await first.hangs_up()
        third = asks(town, "+12025550145")
        await third.until(KeyPressed)
        await asyncio.sleep(6)
        await third.hangs_up()
        await second.over()
        return third

    assert "seek.nobody" in prompts(play(story, tmp_path, service={"max_calls": 1})), "a person is sought for them"


def test_a_service_that_drains_ends_its_calls_and_refuses_new_ones_honestly(tmp_path: Path) -> None:
    async def story(town: Town) -> tuple[Call, Call, bool]:
        first = asks(town, FIRST)
        await first.until(Bridged)
        draining = asyncio.create_task(town.service.switchboard.drain(60))
        second = town.ring(number=SECOND)
        await second.over()
        assert not draining.done()
        await first.hangs_up()
        return first, second, await draining

    first, second, all_ended = play(story, tmp_path, agents={"ana": QUICK})
    assert all_ended
    assert first.outcome == "transferred"
    assert prompts(second)[0] == "busy"


def test_a_drain_does_not_wait_for_ever(tmp_path: Path) -> None:
    async def story(town: Town) -> bool:
        call = asks(town, FIRST)
        await call.until(Bridged)
        drained = await town.service.switchboard.drain(5)
        await call.hangs_up()
        return drained

    assert play(story, tmp_path, agents={"ana": QUICK}) is False
