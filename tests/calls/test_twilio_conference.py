"""Caller and agent joined in a Twilio conference: what each hears, what is written down, and every way it may end."""

import asyncio
from pathlib import Path

import numpy as np
import pytest

from telephony.events import AgentAccepted, Bridged, HandedBack, Heard, Problem, Said, Unbridged
from telephony.sim.agent import accepts_at_once
from telephony.sim.attention import is_loud
from telephony.sim.carrier import CarrierCall
from telephony.sim.conference import Room
from telephony.sim.faults import Delivery, Drop, Fault
from telephony.sim.script import HangUp, Key, Speak, Wait
from tests.sim.virtual import WORDS, Call, Town, play

QUICK = accepts_at_once(after_seconds=1.0, ring_seconds=1.0)
TALKS = accepts_at_once(Wait(2000), Speak(WORDS), Wait(60_000), after_seconds=1.0, ring_seconds=1.0)
LEAVES = accepts_at_once(Wait(6000), HangUp(), after_seconds=1.0, ring_seconds=1.0)
MOVE = r"POST .*/Calls/CA\w+\.json"


def asks(town: Town, *then: object, stays_ms: int = 120_000) -> Call:
    return town.ring(Wait(1000), Key("0"), *then, stays_ms=stays_ms)


def move_of(call: CarrierCall) -> str:
    return rf"POST .*/Calls/{call.sid}\.json"


def problems(call: Call) -> list[str]:
    return [f"{problem.part}: {problem.what}" for problem in call.all(Problem)]


def after(call: Call, kind: type) -> list[str]:
    """Prompts said after the first entry of `kind`."""
    at = next(record.seq for record in call.records if isinstance(record.entry, kind))
    return [record.entry.prompt for record in call.records if isinstance(record.entry, Said) and record.seq > at]


def room(town: Town) -> Room:
    (one,) = town.carrier.rooms.values()
    return one


def fine(town: Town) -> None:
    """Neither REST nor TwiML nor a media stream broke Twilio's rules."""
    assert town.rest.violations == []
    assert [wrong for call in town.carrier.calls.values() for wrong in call.violations] == []


def test_they_talk_in_a_conference_and_both_sides_are_still_written_down(tmp_path: Path) -> None:
    async def story(town: Town) -> tuple[Call, CarrierCall]:
        call = asks(town, Wait(12_000), Speak(WORDS))
        await call.until(Bridged)
        await call.until(Heard, count=2)
        carried = await call.hangs_up()
        await asyncio.sleep(2)
        assert town.leg_of("ana").status == "completed"
        assert room(town).told[:3] == ["participant-join", "participant-join", "conference-start"]
        assert room(town).name.startswith("warmline-")
        fine(town)
        return call, carried

    call, carried = play(story, tmp_path, agents={"ana": TALKS}, lines=["this is ana", "thank you ana"])
    assert [(heard.speaker, heard.text) for heard in call.all(Heard)] == [
        ("agent", "this is ana"),
        ("caller", "thank you ana"),
    ]
    assert len(carried.streams) == 1
    assert [tap.track for tap in carried.taps] == ["both_tracks"]
    assert problems(call) == []
    assert call.outcome == "transferred"


def test_the_record_keeps_what_the_agent_said_in_the_conference(tmp_path: Path) -> None:
    async def story(town: Town) -> tuple[list[np.ndarray], list[np.ndarray]]:
        call = asks(town)
        kept: list[np.ndarray] = []
        await call.until(Bridged)
        conduct = next(iter(town.service.switchboard.calls.values()))
        keep = conduct._recorder.heard
        conduct._recorder.heard = lambda pcm: (kept.append(pcm), keep(pcm))  # type: ignore[method-assign]
        await asyncio.sleep(8)
        heard = list(town.carrier.calls[call.sid].phone.heard[-300:])
        await call.hangs_up()
        return kept, heard

    kept, heard = play(story, tmp_path, agents={"ana": TALKS})
    loud_kept = sum(is_loud(frame) for piece in kept for frame in np.split(piece, len(piece) // 160))
    assert loud_kept == pytest.approx(sum(is_loud(frame) for frame in heard), rel=0.1)


def test_when_the_agent_leaves_the_caller_is_with_the_system_again(tmp_path: Path) -> None:
    async def story(town: Town) -> tuple[Call, CarrierCall]:
        call = asks(town)
        await call.until(Unbridged)
        await asyncio.sleep(6)
        carried = await call.hangs_up()
        fine(town)
        return call, carried

    call, carried = play(story, tmp_path, agents={"ana": LEAVES})
    assert [left.by for left in call.all(Unbridged)] == ["agent"]
    assert after(call, Unbridged)[0] == "seek.left"
    assert len(carried.streams) == 2
    assert any(is_loud(frame) for frame in carried.streams[1].heard)
    assert problems(call) == []


def test_a_second_person_can_be_brought_in_after_the_first(tmp_path: Path) -> None:
    async def story(town: Town) -> Call:
        call = asks(town, Wait(15_000), Key("0"))
        await call.until(Bridged, count=2)
        await asyncio.sleep(3)
        assert len(town.carrier.rooms) == 2
        await call.hangs_up()
        fine(town)
        return call

    call = play(story, tmp_path, agents={"ana": LEAVES, "ben": QUICK})
    assert len(call.all(Unbridged)) == 2
    assert problems(call) == []


def test_a_caller_who_is_handed_back_is_fetched_before_the_agent_is_gone(tmp_path: Path) -> None:
    async def story(town: Town) -> Call:
        call = asks(town)
        await call.until(Bridged)
        await asyncio.sleep(3)
        seeking = next(iter(town.service.switchboard.calls.values())).seeking
        assert seeking is not None
        seeking.agent_hands_back("book an appointment please")
        await call.until(HandedBack)
        await asyncio.sleep(8)
        assert town.leg_of("ana").status == "completed"
        assert town.carrier.calls[call.sid].status == "in-progress"
        await call.hangs_up()
        fine(town)
        return call

    call = play(story, tmp_path, agents={"ana": TALKS})
    assert "seek.handed_back" in after(call, Unbridged)
    assert problems(call) == []


def test_on_hold_the_caller_hears_the_carrier_play_and_the_agent_does_not_count_as_heard(tmp_path: Path) -> None:
    async def story(town: Town) -> Call:
        call = asks(town)
        await call.until(Bridged)
        await asyncio.sleep(1)
        seeking = next(iter(town.service.switchboard.calls.values())).seeking
        assert seeking is not None
        await seeking.agent_holds(True)
        (held,) = (one for one in room(town).participants.values() if one.hold)
        assert held.call_sid == call.sid
        await asyncio.sleep(5)
        await seeking.agent_holds(False)
        assert not any(one.hold for one in room(town).participants.values())
        await call.hangs_up()
        fine(town)
        return call

    call = play(story, tmp_path, agents={"ana": TALKS}, lines=["music is no speech"] * 3)
    assert call.all(Heard) == []  # the agent spoke while the caller was on hold, and nobody was to hear it
    assert [said for said in call.all(Said) if said.prompt.startswith("held")] == []


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


def test_where_the_relay_is_chosen_nobody_is_moved(tmp_path: Path) -> None:
    async def story(town: Town) -> Call:
        call = asks(town)
        await call.until(Bridged)
        await asyncio.sleep(3)
        await call.hangs_up()
        assert town.carrier.rooms == {}
        return call

    call = play(story, tmp_path, agents={"ana": QUICK}, carrier_line={"bridge": "relay"})
    assert call.outcome == "transferred"
