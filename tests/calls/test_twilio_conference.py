"""Caller and agent joined in a Twilio conference: what each hears, what is written down, and how it ends."""

import asyncio
from pathlib import Path

import numpy as np
import pytest

from telephony.events import Bridged, HandedBack, Heard, Said, Unbridged
from telephony.sim.attention import is_loud
from telephony.sim.carrier import CarrierCall
from telephony.sim.script import Key, Speak, Wait
from tests.calls.conferring import LEAVES, QUICK, TALKS, after, asks, fine, problems, room
from tests.sim.virtual import WORDS, Call, Town, play


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
