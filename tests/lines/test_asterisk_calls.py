"""Whole calls behind a simulated Asterisk, told as stories: the real service, in virtual time."""

import asyncio
import wave
from pathlib import Path

import numpy as np
import pytest

from telephony import events as entries
from telephony.agents.agent import Presence
from telephony.events import (
    AgentAccepted,
    AgentAnswered,
    AgentDeclined,
    AgentOffered,
    Bridged,
    Heard,
    KeyPressed,
    Problem,
    Unbridged,
)
from telephony.sim.agent import (
    SimAgent,
    accepts,
    accepts_at_once,
    cannot_be_reached,
    declines,
    hangs_up_in_brief,
    is_busy,
    never_answers,
)
from telephony.sim.asterisk import Phone, declines_call
from telephony.sim.attention import is_loud
from telephony.sim.script import HangUp, Speak, Wait
from tests.lines.pbx import QUICK, TALKS, asks, call_heard, hears, is_empty, line_of, prompts
from tests.lines.stage import tone
from tests.sim.virtual import WORDS, Call, _silences
from tests.sim.virtual_pbx import PbxTown, play
from voice.audio import FRAME_MS, RATE

# --- a call as it should be ------------------------------------------------------------------------------------------


def test_a_caller_and_an_agent_talk_in_one_bridge_of_the_pbx_and_nothing_is_left_of_it(tmp_path: Path) -> None:
    async def story(town: PbxTown) -> Call:
        call = asks(town, Wait(3500), Speak(tone(20_000, hz=1400)))
        await call.until(Bridged)
        await asyncio.sleep(5)
        agent = town.pbx.agent_at("PJSIP/ana")
        rooms = [{channel.kind for channel in there} for there in town.pbx.bridges.values()]
        assert {"caller", "agent"} in rooms
        assert hears(call_heard(town, call)[-50:], 880)
        assert hears(agent.capture.heard[-50:], 1400)
        await call.hangs_up()
        await asyncio.sleep(2)
        assert is_empty(town)
        return call

    call = play(story, tmp_path, agents={"ana": TALKS})
    assert call.outcome == "transferred"
    assert not call.all(Problem)


def test_the_caller_and_the_brief_are_never_in_one_bridge_before_the_agent_accepts(tmp_path: Path) -> None:
    async def story(town: PbxTown) -> Call:
        call = asks(town)
        await call.until(AgentAnswered)
        while not call.all(AgentAccepted):
            kinds = [sorted(channel.kind for channel in there) for there in town.pbx.bridges.values()]
            assert all(there in ([], ["caller", "media"], ["agent", "media"], ["media"]) for there in kinds)
            await asyncio.sleep(0.1)
        await call.until(Bridged)
        return call

    play(story, tmp_path, agents={"ana": accepts()})


def test_both_are_heard_and_labelled_while_they_talk_in_the_pbx(tmp_path: Path) -> None:
    async def story(town: PbxTown) -> Call:
        call = asks(town, Wait(12_000), Speak(WORDS))
        await call.until(Bridged)
        await asyncio.sleep(15)
        await call.hangs_up()
        return call

    ana = accepts_at_once(Wait(2000), Speak(WORDS), after_seconds=1.0, ring_seconds=1.0)
    call = play(story, tmp_path, agents={"ana": ana}, lines=["good morning", "that is right"])
    bridged = call.at_ms(Bridged)
    heard = [r.entry for r in call.records if isinstance(r.entry, Heard) and r.at_ms > bridged]
    assert [(entry.speaker, entry.text) for entry in heard] == [("agent", "good morning"), ("caller", "that is right")]


def test_a_key_pressed_while_they_talk_is_on_record_once(tmp_path: Path) -> None:
    async def story(town: PbxTown) -> Call:
        call = asks(town)
        await call.until(Bridged)
        call.caller.presses("5")
        await asyncio.sleep(2)
        await call.hangs_up()
        return call

    call = play(story, tmp_path, agents={"ana": QUICK})
    pressed = [entry.speaker for entry in call.all(KeyPressed)]
    assert pressed == ["caller", "agent", "caller"]


def test_the_caller_hears_who_is_there_although_they_are_in_the_room_already(tmp_path: Path) -> None:
    async def story(town: PbxTown) -> Call:
        call = asks(town)
        await call.until(Bridged)
        before = len(call_heard(town, call))
        await asyncio.sleep(3)
        assert any(is_loud(frame) for frame in call_heard(town, call)[before:])
        await call.hangs_up()
        return call

    assert "seek.coming" in prompts(play(story, tmp_path, agents={"ana": QUICK}))


def test_what_lies_ahead_in_the_pbx_is_never_more_than_a_barge_in_may_cost(tmp_path: Path) -> None:
    async def story(town: PbxTown) -> tuple[int, int]:
        call = asks(town)
        await call.until(Bridged)
        await call.hangs_up()
        await asyncio.sleep(1)
        return town.pbx.longest_ahead_ms, town.pbx.flushes

    ahead_ms, flushes = play(story, tmp_path, agents={"ana": QUICK})
    assert ahead_ms <= 100
    assert flushes >= 1  # key 0 cut the greeting


# --- agents who do not take it ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ana", "by"),
    [
        (is_busy(), "busy"),
        (declines_call(), "declined"),
        (cannot_be_reached(), "failed"),
        (declines(ring_seconds=1), "key"),
        (hangs_up_in_brief(after_seconds=3), "hung_up"),
        (never_answers(), "no_answer"),
    ],
    ids=["busy", "declines the call", "cannot be reached", "declines by key", "hangs up in the brief", "no answer"],
)
def test_the_next_agent_is_asked_when_the_first_is(ana: SimAgent | Phone, by: str, tmp_path: Path) -> None:
    async def story(town: PbxTown) -> Call:
        call = asks(town)
        await call.until(Bridged)
        await call.hangs_up()
        await asyncio.sleep(2)
        assert is_empty(town)
        return call

    call = play(story, tmp_path, agents={"ana": ana, "ben": QUICK}, handoff={"ring_seconds": 5.0})
    assert [(entry.agent, entry.by) for entry in call.all(AgentDeclined)] == [("ana", by)]
    assert [entry.agent for entry in call.all(Bridged)] == ["ben"]


def test_a_caller_who_hangs_up_while_it_rings_leaves_no_phone_ringing(tmp_path: Path) -> None:
    async def story(town: PbxTown) -> tuple[Call, Presence]:
        call = asks(town)
        await call.until(AgentOffered)
        await asyncio.sleep(2)
        await call.hangs_up()
        await asyncio.sleep(1)
        assert is_empty(town)
        return call, town.presence("ana")

    call, ana = play(story, tmp_path, agents={"ana": accepts(ring_seconds=10)})
    assert call.outcome == "abandoned"
    assert not call.all(AgentAnswered)
    assert ana is Presence.AVAILABLE


def test_a_caller_who_hangs_up_before_media_flow_is_no_mystery(tmp_path: Path) -> None:
    async def story(town: PbxTown) -> Call:
        call = town.ring(HangUp())
        await call.over()
        await asyncio.sleep(1)
        assert is_empty(town)
        return call

    assert play(story, tmp_path).outcome in ("ended", "abandoned")


def test_a_caller_whose_agent_hangs_up_is_with_the_system_again(tmp_path: Path) -> None:
    async def story(town: PbxTown) -> Call:
        call = asks(town)
        await call.until(Unbridged)
        await asyncio.sleep(3)
        home = next(there for there in town.pbx.bridges.values() if any(c.kind == "caller" for c in there))
        assert sorted(channel.kind for channel in home) == ["caller", "media"]
        assert any(is_loud(frame) for frame in call_heard(town, call)[-150:])
        await call.hangs_up()
        return call

    ana = accepts_at_once(Wait(3000), HangUp(), after_seconds=1.0, ring_seconds=1.0)
    call = play(story, tmp_path, agents={"ana": ana})
    assert [entry.by for entry in call.all(Unbridged)] == ["agent"]


# --- transfer and hold -----------------------------------------------------------------------------------------------


def test_whom_the_agent_transfers_the_caller_to_stands_in_their_place(tmp_path: Path) -> None:
    async def story(town: PbxTown) -> Call:
        call = asks(town)
        await call.until(Bridged)
        town.pbx.transfer(town.pbx.agent_at("PJSIP/ana"), SimAgent((Speak(tone(4000, hz=700)), HangUp())))
        await asyncio.sleep(2)
        assert hears(call_heard(town, call)[-50:], 700)
        assert not call.all(Unbridged)
        await call.until(Unbridged)
        await call.hangs_up()
        await asyncio.sleep(1)
        assert is_empty(town)
        return call

    call = play(story, tmp_path, agents={"ana": QUICK})
    assert len(call.all(AgentOffered)) == 1


def test_a_caller_cannot_transfer_themselves_into_the_dialplan(tmp_path: Path) -> None:
    async def story(town: PbxTown) -> Call:
        call = asks(town)
        await call.until(Bridged)
        local = town.pbx.transfer(town.pbx.channels[call.sid], SimAgent((Wait(60_000),)))
        await call.over()
        await asyncio.sleep(2)
        assert local.id not in town.pbx.channels
        assert line_of(town).dropped["not_transferable"] == 1
        assert is_empty(town)
        return call

    play(story, tmp_path, agents={"ana": QUICK})


def test_music_from_an_agent_who_holds_is_not_taken_for_speech(tmp_path: Path) -> None:
    async def story(town: PbxTown) -> Call:
        call = asks(town)
        await call.until(Bridged)
        agent = town.pbx.agent_at("PJSIP/ana")
        town.pbx.tell("ChannelHold", agent)  # and the phone goes on sending, as one with music of its own does
        await asyncio.sleep(8)
        await call.hangs_up()
        return call

    ana = accepts_at_once(Wait(2000), Speak(WORDS), after_seconds=1.0, ring_seconds=1.0)
    call = play(story, tmp_path, agents={"ana": ana}, lines=["this is music"])
    assert not [entry for entry in call.all(Heard) if entry.speaker == "agent"]


def test_an_agent_who_holds_on_their_phone_leaves_the_caller_with_words_and_music_until_they_are_back(
    tmp_path: Path,
) -> None:
    async def story(town: PbxTown) -> Call:
        call = asks(town)
        await call.until(Bridged)
        await asyncio.sleep(3)
        town.pbx.hold(town.pbx.agent_at("PJSIP/ana"), True)
        town.pbx.hold(town.pbx.agent_at("PJSIP/ana"), True)
        await asyncio.sleep(8)
        held = call_heard(town, call)[-400:]
        assert max(_silences(held)) * FRAME_MS < 1000
        assert not hears(held[-50:], 880)
        town.pbx.hold(town.pbx.agent_at("PJSIP/ana"), False)
        await asyncio.sleep(4)
        assert hears(call_heard(town, call)[-50:], 880)
        await call.hangs_up()
        await asyncio.sleep(1)
        assert is_empty(town)
        return call

    call = play(story, tmp_path, agents={"ana": TALKS})
    assert [entry.on for entry in call.all(entries.Held)] == [True, False]
    assert "held" in prompts(call)


def test_the_recording_has_the_agents_words_although_they_never_pass_through_here(tmp_path: Path) -> None:
    async def story(town: PbxTown) -> None:
        call = asks(town)
        await call.until(Bridged)
        await asyncio.sleep(6)
        await call.hangs_up()

    play(story, tmp_path, agents={"ana": TALKS})
    (path,) = (tmp_path / "recordings").rglob("*.wav")
    with wave.open(str(path), "rb") as recording:
        both = np.frombuffer(recording.readframes(recording.getnframes()), np.int16).reshape(-1, 2)
    assert hears([both[-RATE:, 1]], 880)
    assert not hears([both[-RATE:, 0]], 880)
