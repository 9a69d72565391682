"""A Twilio conference that goes wrong: who cannot be moved, who leaves on the way, who is no longer heard."""

import asyncio
from pathlib import Path

import pytest

from telephony.events import AgentAccepted, Bridged, Heard, Unbridged
from telephony.sim.agent import accepts_at_once
from telephony.sim.attention import is_loud
from telephony.sim.carrier import CarrierCall
from telephony.sim.faults import Delivery, Drop, Fault
from telephony.sim.script import Key, Speak, Wait
from tests.calls.conferring import LEAVES, MOVE, QUICK, asks, fine, move_of, problems, room
from tests.sim.virtual import WORDS, Call, Town, play


@pytest.mark.parametrize("who", ["caller", "ana"])
def test_who_cannot_be_moved_is_joined_in_this_process_instead_and_the_caller_never_left(
    who: str, tmp_path: Path
) -> None:
    async def story(town: Town) -> tuple[Call, CarrierCall]:
        call = asks(town, Wait(14_000), Speak(WORDS))
        await call.until(AgentAccepted, seconds=30)
        moved = town.carrier.calls[call.sid] if who == "caller" else town.leg_of("ana")
        town.rest.faults.append(Fault(move_of(moved), 503, times=4))
        await call.until(Heard, count=2)
        carried = await call.hangs_up()
        fine(town)
        return call, carried

    agents = {"ana": accepts_at_once(Wait(7000), Speak(WORDS), Wait(60_000), after_seconds=1.0, ring_seconds=1.0)}
    call, carried = play(story, tmp_path, agents=agents, lines=["this is ana", "thank you ana"])
    assert len(carried.streams) == 1
    assert any("relayed in this process instead" in problem and "503" in problem for problem in problems(call))
    assert [heard.speaker for heard in call.all(Heard)] == ["agent", "caller"]
    assert call.outcome == "transferred"


def test_a_move_that_fails_once_is_tried_again(tmp_path: Path) -> None:
    async def story(town: Town) -> Call:
        call = asks(town)
        town.rest.faults.append(Fault(MOVE, 429, 20429))
        town.rest.faults.append(Fault(MOVE, 500))
        await call.until(Bridged)
        await asyncio.sleep(4)
        assert room(town).running
        await call.hangs_up()
        return call

    assert problems(play(story, tmp_path, agents={"ana": QUICK})) == []


def test_a_move_carried_out_although_its_request_failed_is_no_lost_caller(tmp_path: Path) -> None:
    async def story(town: Town) -> Call:
        call = asks(town)
        await call.until(AgentAccepted, seconds=30)
        town.rest.faults.append(Fault(move_of(town.carrier.calls[call.sid]), 503, times=4, carried_out=True))
        await call.until(Bridged)
        await asyncio.sleep(10)
        assert town.carrier.calls[call.sid].status == "in-progress"
        assert len(call.all(Unbridged)) == 0
        await call.hangs_up()
        return call

    assert play(story, tmp_path, agents={"ana": QUICK}).outcome == "transferred"


def test_a_conference_that_never_begins_brings_both_back_and_they_talk_over_us(tmp_path: Path) -> None:
    async def story(town: Town) -> tuple[Call, CarrierCall]:
        call = asks(town, Wait(25_000), Speak(WORDS))
        town.carrier.webhooks.deliveries.append(Delivery("conference-start", lost=True))
        await call.until(Heard, count=1)
        carried = await call.hangs_up()
        fine(town)
        return call, carried

    call, carried = play(story, tmp_path, agents={"ana": QUICK}, lines=["are you there"])
    assert any("expected a conference within 4.0 s" in problem for problem in problems(call))
    assert len(carried.streams) == 2
    assert call.outcome == "transferred"


def test_a_caller_who_leaves_while_being_moved_is_told_to_the_agent(tmp_path: Path) -> None:
    async def story(town: Town) -> tuple[Call, CarrierCall]:
        call = asks(town)
        await call.until(AgentAccepted, seconds=30)
        town.rest.faults.append(Fault(move_of(town.carrier.calls[call.sid]), 400, 21220))
        await asyncio.sleep(0.1)
        call.caller.leaves = True
        await call.over()
        await asyncio.sleep(10)
        fine(town)
        return call, town.leg_of("ana")

    call, ana = play(story, tmp_path, agents={"ana": QUICK})
    assert call.outcome == "abandoned"
    assert len(ana.streams) == 2
    assert any(is_loud(frame) for frame in ana.streams[1].heard)  # our voice: the caller has hung up
    assert ana.status == "completed"
    assert [left.by for left in call.all(Unbridged)] == ["caller"]


def test_an_agent_who_leaves_while_being_moved_costs_the_caller_nothing(tmp_path: Path) -> None:
    async def story(town: Town) -> tuple[Call, CarrierCall]:
        call = asks(town)
        await call.until(AgentAccepted, seconds=30)
        town.rest.faults.append(Fault(move_of(town.leg_of("ana")), 400, 21220))
        await call.until(Bridged, count=2)
        await asyncio.sleep(3)
        carried = await call.hangs_up()
        return call, carried

    call, carried = play(story, tmp_path, agents={"ana": QUICK, "ben": QUICK})
    assert [one.agent for one in call.all(Bridged)] == ["ana", "ben"]
    assert [one.by for one in call.all(Unbridged)] == ["agent", "caller"]
    assert len(carried.streams) == 1
    assert call.outcome == "transferred"


def test_news_of_a_conference_twice_late_or_out_of_order_change_nothing(tmp_path: Path) -> None:
    async def story(town: Town) -> Call:
        town.carrier.webhooks.deliveries += [
            Delivery("participant-join", copies=2),
            Delivery("participant-join", after_next=True),
            Delivery("conference-start", copies=3),
            Delivery("participant-leave", late_seconds=5.0),
        ]
        call = asks(town)
        await call.until(Unbridged)
        await asyncio.sleep(7)
        assert town.carrier.calls[call.sid].status == "in-progress"
        await call.hangs_up()
        fine(town)
        return call

    call = play(story, tmp_path, agents={"ana": LEAVES})
    assert [left.by for left in call.all(Unbridged)] == ["agent"]
    assert problems(call) == []


def test_a_stream_of_the_conference_that_breaks_is_opened_again_while_the_two_talk(tmp_path: Path) -> None:
    async def story(town: Town) -> tuple[Call, CarrierCall]:
        call = asks(town, Wait(15_000), Speak(WORDS))
        await call.until(Bridged)
        await asyncio.sleep(2)
        (sid,) = town.carrier.taps
        town.carrier.taps[sid].cancel()
        await call.until(Heard)
        assert room(town).running
        carried = await call.hangs_up()
        fine(town)
        return call, carried

    call, carried = play(story, tmp_path, agents={"ana": QUICK}, lines=["are you there"])
    assert [(heard.speaker, heard.text) for heard in call.all(Heard)] == [("caller", "are you there")]
    assert [tap.track for tap in carried.taps] == ["both_tracks", "both_tracks"]
    assert len(carried.streams) == 1
    assert call.outcome == "transferred"


def test_a_conference_that_can_no_longer_be_heard_costs_the_transcript_and_not_the_talk(tmp_path: Path) -> None:
    async def story(town: Town) -> Call:
        town.rest.faults.append(Fault(r"POST .*/Streams\.json", 503, times=9))
        call = asks(town)
        await call.until(Bridged)
        await asyncio.sleep(2)
        (sid,) = town.carrier.taps
        town.carrier.taps[sid].cancel()
        await asyncio.sleep(15)
        assert room(town).running
        await call.hangs_up()
        return call

    assert play(story, tmp_path, agents={"ana": QUICK}).outcome == "transferred"


def test_a_stream_that_breaks_is_opened_again_and_the_same_conversation_goes_on(tmp_path: Path) -> None:
    async def story(town: Town) -> tuple[Call, CarrierCall]:
        town.carrier.drops.append(Drop(after_seconds=6.0))
        call = town.ring(Wait(12_000), Key("0"), stays_ms=60_000)
        await call.until(Bridged)
        carried = await call.hangs_up()
        return call, carried

    call, carried = play(story, tmp_path, agents={"ana": QUICK})
    assert len(carried.streams) == 2
    assert carried.happened("dial")[0].startswith("warmline-")
    assert call.outcome == "transferred"
