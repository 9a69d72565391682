"""Whole calls behind a simulated Asterisk, told as stories: the real service, in virtual time."""

import asyncio
import json
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from telephony import events as entries
from telephony.agents.agent import Presence
from telephony.errors import ConfigError
from telephony.events import (
    AgentAccepted,
    AgentAnswered,
    AgentDeclined,
    AgentOffered,
    Bridged,
    Entry,
    Heard,
    KeyPressed,
    Problem,
    Said,
    Silent,
    Unbridged,
)
from telephony.lines.asterisk import AsteriskLine
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
from telephony.sim.asterisk import Phone, declines_call, phone_of
from telephony.sim.attention import is_loud
from telephony.sim.script import HangUp, Key, Speak, Wait
from telephony.sim.socket import HandshakeRefused, InMemory
from tests.lines.stage import tone
from tests.sim.virtual import WORDS, Call, _silences
from tests.sim.virtual_pbx import PbxTown, play
from voice.audio import FRAME_MS, RATE, Pcm

QUICK = accepts_at_once(after_seconds=1.0, ring_seconds=1.0)
TALKS = accepts_at_once(Wait(1500), Speak(tone(60_000, hz=880)), after_seconds=1.0, ring_seconds=1.0)
Told = Callable[[str], list[str]]


def asks(town: PbxTown, *then: Any, number: str = "+12025550143") -> Call:
    return town.ring(Wait(1000), Key("0"), *then, number=number, stays_ms=120_000)


def hears(frames: list[Pcm], hz: float) -> bool:
    """Whether a tone is in there."""
    sound = np.concatenate(frames).astype(np.float64)
    at = np.exp(-2j * np.pi * hz * np.arange(len(sound)) / RATE)
    return bool(len(sound)) and abs(np.sum(sound * at)) / len(sound) > 300


def line_of(town: PbxTown) -> AsteriskLine:
    line = town.service.switchboard.house.lines["asterisk"]
    assert isinstance(line, AsteriskLine)
    return line


def is_empty(town: PbxTown) -> bool:
    """Nothing is left in the PBX, and the service broke none of its rules."""
    assert town.pbx.violations == []
    return not town.pbx.channels and not town.pbx.bridges


def prompts(call: Call) -> list[str]:
    return [said.prompt for said in call.all(Said)]


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


def call_heard(town: PbxTown, call: Call) -> list[Pcm]:
    return town.pbx.calls[call.sid].media.heard


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


# --- what goes wrong -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "command", ["POST /bridges/wl-room-.*", "POST /channels/.*/snoop/.*", "POST .*room.*/addChannel"]
)
def test_where_the_pbx_cannot_join_them_this_process_does(command: str, tmp_path: Path) -> None:
    async def story(town: PbxTown) -> Call:
        town.ari.fail[command] = 500
        call = asks(town)
        await call.until(Bridged)
        await asyncio.sleep(5)
        assert hears(call_heard(town, call)[-50:], 880)
        await call.hangs_up()
        town.ari.fail.clear()
        await asyncio.sleep(2)
        return call

    call = play(story, tmp_path, agents={"ana": TALKS})
    assert [entry.part for entry in call.all(Problem)] == ["bridge"]


def test_a_caller_whose_media_do_not_come_goes_on_in_the_dialplan(tmp_path: Path) -> None:
    async def story(town: PbxTown) -> bool:
        town.ari.fail["POST /channels/externalMedia"] = 500
        call = town.ring(Wait(60_000))
        await call.over()
        return town.pbx.calls[call.sid].went_on

    assert play(story, tmp_path)


def test_a_caller_whose_media_break_goes_on_in_the_dialplan(tmp_path: Path) -> None:
    async def story(town: PbxTown) -> bool:
        call = town.ring(Wait(60_000))
        await call.until(Said)
        media = next(channel for channel in town.pbx.channels.values() if channel.kind == "media")
        town.pbx.end(media)
        await call.over()
        await asyncio.sleep(1)
        assert is_empty(town)
        return town.pbx.calls[call.sid].went_on

    assert play(story, tmp_path, agents={})


def test_a_caller_nobody_listens_for_goes_on_in_the_dialplan(tmp_path: Path) -> None:
    """Fail-safe: our app is not connected, so Stasis() passes the caller on."""

    async def story(town: PbxTown) -> bool:
        town.pbx.down = True
        town.pbx.hang_up_events()
        await asyncio.sleep(5)
        call = town.pbx.call(from_="+12025550143", to="+12025550100", party=QUICK.answer())
        return (await call).went_on

    assert play(story, tmp_path)


def test_repeated_late_and_senseless_events_change_nothing(tmp_path: Path) -> None:
    async def story(town: PbxTown) -> tuple[Call, dict[str, int]]:
        late: list[str] = []

        def mangle(text: str) -> list[str]:
            """Each event twice, the second time behind the next one, and rubbish between them."""
            sent = [text, *late, "{", json.dumps({"type": "StasisStart"}), json.dumps({"type": 1}), "[" * 10_000]
            late[:] = [text]
            return sent

        town.pbx.mangle = mangle
        call = asks(town)
        await call.until(Bridged)
        town.pbx.say(json.dumps({"type": "StasisEnd", "application": "another", "channel": {"id": call.sid}}))
        town.pbx.say(json.dumps({"type": "ChannelDestroyed", "application": "warmline", "channel": {"id": "nobody"}}))
        await asyncio.sleep(3)
        assert not call.all(Unbridged)
        await call.hangs_up()
        await asyncio.sleep(2)
        assert is_empty(town)
        return call, dict(line_of(town).dropped)

    call, dropped = play(story, tmp_path, agents={"ana": QUICK})
    assert call.outcome == "transferred"
    assert {"bad_json", "bad_shape", "wrong_app", "repeated"} <= dropped.keys()


def test_an_outage_at_the_moment_of_joining_leaves_both_where_they_are(tmp_path: Path) -> None:
    """They are joined in this process instead: their media do not depend on ARI."""

    async def story(town: PbxTown) -> Call:
        call = asks(town)
        await call.until(Bridged)
        town.pbx.down = True
        town.pbx.hang_up_events()
        await asyncio.sleep(5)
        assert hears(call_heard(town, call)[-50:], 880)
        town.pbx.down = False
        await asyncio.sleep(12)
        await call.hangs_up()
        await asyncio.sleep(1)
        assert is_empty(town)
        return call

    assert play(story, tmp_path, agents={"ana": TALKS}).outcome == "transferred"


@pytest.mark.parametrize("kind", [Bridged, AgentOffered])
def test_a_caller_who_hangs_up_while_we_do_not_hear_of_it_is_gone_once_we_do(kind: type[Entry], tmp_path: Path) -> None:
    async def story(town: PbxTown) -> Call:
        call = asks(town)
        await call.until(kind)
        town.pbx.down = True
        town.pbx.hang_up_events()
        call.caller.leaves = True
        await asyncio.sleep(3)
        town.pbx.down = False
        await call.over()
        await asyncio.sleep(12)
        assert is_empty(town)
        return call

    ana = accepts_at_once(after_seconds=1.0, ring_seconds=1.0 if kind is Bridged else 15.0)
    assert play(story, tmp_path, agents={"ana": ana}).outcome in ("transferred", "abandoned")


def test_they_talk_on_while_the_events_are_away_and_the_call_ends_as_ever(tmp_path: Path) -> None:
    async def story(town: PbxTown) -> Call:
        call = asks(town)
        await call.until(Bridged)
        await asyncio.sleep(3)
        town.pbx.down = True
        town.pbx.hang_up_events()
        await asyncio.sleep(5)
        assert hears(call_heard(town, call)[-50:], 880)
        town.pbx.down = False
        await asyncio.sleep(12)
        assert not call.all(Unbridged)
        await call.hangs_up()
        await asyncio.sleep(1)
        assert is_empty(town)
        return call

    assert play(story, tmp_path, agents={"ana": TALKS}).outcome == "transferred"


def test_an_agent_who_answers_while_the_events_are_away_is_briefed_after(tmp_path: Path) -> None:
    async def story(town: PbxTown) -> Call:
        call = asks(town)
        await call.until(AgentOffered)
        await asyncio.sleep(1)
        town.pbx.hang_up_events()
        town.pbx.down = True
        await asyncio.sleep(4)
        town.pbx.down = False
        await call.until(Bridged)
        await call.hangs_up()
        return call

    ana = accepts_at_once(after_seconds=8.0, ring_seconds=2.0)
    assert [entry.agent for entry in play(story, tmp_path, agents={"ana": ana}).all(Bridged)] == ["ana"]


def test_what_an_earlier_process_left_is_cleared_and_its_callers_go_on_in_the_dialplan(tmp_path: Path) -> None:
    async def story(town: PbxTown) -> None:
        town.pbx.down = True
        town.pbx.hang_up_events()
        town.pbx.listen()  # the process before this one
        ringing = asyncio.create_task(
            town.pbx.call(from_="+12025550143", to="+12025550100", party=SimAgent((Wait(60_000),)).answer())
        )
        await asyncio.sleep(0.1)
        caller = next(iter(town.pbx.channels.values()))
        town.pbx.spy_on(caller, "wl-spy-of-before")
        town.pbx.bridges["wl-home-of-before"] = []
        town.pbx.bridges["somebody-elses"] = []
        town.pbx.down = False
        await asyncio.sleep(12)
        assert (await ringing).went_on
        assert not town.pbx.channels
        assert list(town.pbx.bridges) == ["somebody-elses"]

    play(story, tmp_path)


def test_two_who_talk_on_after_a_crash_are_left_alone_until_one_of_them_leaves(tmp_path: Path) -> None:
    async def story(town: PbxTown) -> None:
        town.pbx.down = True
        town.pbx.hang_up_events()
        town.pbx.listen()  # the process before this one
        party = SimAgent((Wait(20_000), HangUp())).answer()
        calling = asyncio.create_task(town.pbx.call(from_="+12025550143", to="+12025550100", party=party))
        await asyncio.sleep(0.1)
        caller = next(iter(town.pbx.channels.values()))
        town.pbx.phones["PJSIP/ana"] = phone_of(SimAgent((Wait(60_000),), ring_seconds=0.1))
        town.pbx.ring("wl-agent-of-before", "PJSIP/ana", seconds=20)
        await asyncio.sleep(0.5)
        town.pbx.bridges["wl-room-of-before-0"] = []
        for channel in (caller, town.pbx.agent_at("PJSIP/ana")):
            town.pbx.put("wl-room-of-before-0", channel)
        town.pbx.down = False
        await asyncio.sleep(12)
        assert sorted(channel.kind for channel in town.pbx.bridges["wl-room-of-before-0"]) == ["agent", "caller"]
        assert await line_of(town).still_up("wl-agent-of-before")
        assert not (await calling).went_on
        await asyncio.sleep(1)
        assert not town.pbx.channels
        assert not await line_of(town).still_up("wl-agent-of-before")

    play(story, tmp_path)


def test_an_app_that_another_process_listens_to_is_not_fought_for(tmp_path: Path) -> None:
    async def story(town: PbxTown) -> None:
        theirs = town.pbx.listen()
        await asyncio.sleep(30)
        assert theirs.empty()
        assert not line_of(town).listening.is_set()
        await asyncio.sleep(60)
        assert line_of(town).listening.is_set()

    play(story, tmp_path)


def test_a_caller_to_whom_nothing_is_said_still_gets_packets(tmp_path: Path) -> None:
    """Asterisk sends nothing of its own: a carrier would take the call for dead."""

    async def story(town: PbxTown) -> int:
        call = town.ring(Wait(60_000))
        await call.until(Said)
        media = next(channel.media for channel in town.pbx.channels.values() if channel.media is not None)
        await call.until(Silent)
        frames = media.frames
        await asyncio.sleep(4)
        await call.hangs_up()
        return media.frames - frames

    assert play(story, tmp_path) >= 3


def test_an_asterisk_that_is_too_old_is_refused_before_any_call(tmp_path: Path) -> None:
    async def story(town: PbxTown) -> None:
        raise AssertionError("never reached")

    with pytest.raises(ConfigError, match=r"22\.8\.0.*got 22\.6\.0"):
        play(story, tmp_path, version="22.6.0")


def test_media_without_the_token_given_out_for_them_are_not_let_in(tmp_path: Path) -> None:
    async def story(town: PbxTown) -> int:
        for token in ("", "guessed", "0" * 48):
            with pytest.raises(HandshakeRefused):
                await InMemory(town.service.app).connect(f"ws://127.0.0.1/asterisk/media?t={token}", {})
        return line_of(town).refusals["media_token"]

    assert play(story, tmp_path) == 3


def test_a_token_is_good_for_the_channel_it_was_made_for_and_once(tmp_path: Path) -> None:
    async def story(town: PbxTown) -> None:
        tokens: list[str] = []
        opened = town.pbx.open_media

        def overheard(channel: str, token: str) -> None:
            tokens.append(token)
            if len(tokens) == 1:  # somebody who read it comes first, with a channel of their own
                town.pbx.open_media = opened  # type: ignore[method-assign]
                opened(channel.replace("media", "other"), token)
            opened(channel, token)

        town.pbx.open_media = overheard  # type: ignore[method-assign]
        call = town.ring(Wait(60_000))
        await call.over()
        assert town.pbx.calls[call.sid].went_on
        again = town.ring(Wait(60_000), number="+12025550144")
        await again.until(Said)
        with pytest.raises(HandshakeRefused):
            await InMemory(town.service.app).connect(f"ws://127.0.0.1/asterisk/media?t={tokens[0]}", {})
        await again.hangs_up()

    play(story, tmp_path)
