"""Calls over the Twilio line, from the caller's and the agent's telephone, in virtual time and over real sockets."""

import socket

import numpy as np
import pytest

from telephony.leg import Leg, LegEnded
from telephony.sim.caller import Caller
from telephony.sim.clock import run_virtual
from telephony.sim.script import BargeIn, HangUp, Key, LetPromptPass, Speak, SpeakAfterPrompt, Wait
from tests.lines.stage import Echo, Talker, converse, listening, stage, tone

CALLER, US = "+15550123", "+15550100"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_the_caller_hears_the_prompt_whole_and_its_mark_comes_back():
    talker = Talker(tone(1000))

    async def story():
        async with stage(serve=lambda leg: converse(leg, talker)) as it:
            caller = Caller([LetPromptPass(), Wait(500), HangUp()])
            return await it.carrier.call(from_=CALLER, to=US, party=caller)

    call = run_virtual(story())
    heard = np.abs(np.concatenate(call.media.heard)) > 200
    assert call.violations == []
    assert heard.sum() == pytest.approx(8000 * 0.98, rel=0.03)  # one second of tone, less its zero crossings
    assert call.media.marks == ["prompt-1"]
    assert talker.played == ["prompt-1"]
    assert call.media.underruns <= 1


def test_at_most_100_ms_are_sent_ahead():
    async def story():
        async with stage(serve=lambda leg: converse(leg, Talker(tone(3000)))) as it:
            return await it.carrier.call(from_=CALLER, to=US, party=Caller([LetPromptPass(), HangUp()]))

    assert 60 <= run_virtual(story()).media.longest_ahead_ms <= 100


def test_a_barge_in_clears_what_the_carrier_holds():
    async def story():
        async with stage(serve=lambda leg: converse(leg, Talker(tone(5000)))) as it:
            caller = Caller([BargeIn(tone(600, hz=300), after_ms=1000), Wait(1000), HangUp()])
            return await it.carrier.call(from_=CALLER, to=US, party=caller)

    call = run_virtual(story())
    heard = np.concatenate(call.media.heard)
    last_sound_ms = int(np.flatnonzero(np.abs(heard) > 200)[-1]) / 8
    assert call.media.clears == 1
    assert last_sound_ms < 1500  # began within 100 ms, spoken over at 1000, 200 ms of speech, then silence
    assert call.violations == []


def test_protected_audio_is_not_cleared():
    async def story():
        async with stage(serve=lambda leg: converse(leg, Talker(tone(2000), interruptible=False))) as it:
            caller = Caller([BargeIn(tone(600), after_ms=500), Wait(2000), HangUp()])
            return await it.carrier.call(from_=CALLER, to=US, party=caller)

    call = run_virtual(story())
    assert call.media.clears == 0
    assert np.count_nonzero(np.abs(np.concatenate(call.media.heard)) > 200) > 8000 * 1.9


def test_keys_arrive():
    talker = Talker(tone(300))

    async def story():
        async with stage(serve=lambda leg: converse(leg, talker)) as it:
            caller = Caller([Key("1", after_prompt=True), Key("#", after_prompt=True), Wait(200), HangUp()])
            return await it.carrier.call(from_=CALLER, to=US, party=caller)

    run_virtual(story())
    assert talker.keys == ["1", "#"]


def test_a_caller_who_hangs_up_ends_the_leg():
    ends: list[LegEnded] = []

    async def serve(leg: Leg) -> None:
        ends.append(await converse(leg, Echo()))

    async def story():
        async with stage(serve=serve) as it:
            call = await it.carrier.call(from_=CALLER, to=US, party=Caller([Wait(300), HangUp()]))
            return call, dict(it.line.refusals)

    call, refusals = run_virtual(story())
    assert ends == [LegEnded.HUNG_UP]
    assert call.happened("status") == ["completed"]
    assert refusals == {}


def test_when_we_hang_up_the_caller_is_not_sent_to_the_fallback():
    async def serve(leg: Leg) -> None:
        await leg.media()
        await leg.hang_up("said goodbye")

    async def story():
        async with stage(serve=serve) as it:
            return await it.carrier.call(from_=CALLER, to=US, party=Caller([]))

    call = run_virtual(story())
    assert call.happened("dial") == []
    assert call.status == "completed"


def test_a_stream_that_breaks_leaves_the_caller_with_a_person():
    async def serve(leg: Leg) -> None:
        await leg.media()
        leg.end(LegEnded.FAILED)

    async def story():
        async with stage(serve=serve) as it:
            return await it.carrier.call(from_=CALLER, to=US, party=Caller([]))

    assert run_virtual(story()).happened("dial") == ["+15550199"]


def test_a_call_that_nobody_serves_goes_to_the_fallback_and_the_leg_fails():
    async def story():
        async with stage() as it:
            return await it.carrier.call(from_=CALLER, to=US, party=Caller([])), it.line.refusals

    call, _ = run_virtual(story())
    assert call.happened("say") == ["Please hold for a person."]


def test_with_no_room_left_a_caller_is_put_through_at_once():
    from tests.lines.stage import with_settings

    async def story():
        async with stage(settings=with_settings(waiting_calls_max=1)) as it:
            it.line.ring(call_sid="CA1", caller=None, called=None)
            call = await it.carrier.call(from_=CALLER, to=US, party=Caller([]))
            return call, it.line.refusals["no_room"]

    call, no_room = run_virtual(story())
    assert call.happened("dial") == ["+15550199"]
    assert no_room == 1


def test_the_same_call_runs_the_same_twice_in_virtual_time():
    async def story():
        async with stage(serve=lambda leg: converse(leg, Talker(tone(900)))) as it:
            caller = Caller([SpeakAfterPrompt(tone(700)), Key("5", after_prompt=True), Wait(400), HangUp()])
            return await it.carrier.call(from_=CALLER, to=US, party=caller)

    one, other = run_virtual(story()), run_virtual(story())
    assert one.media.moments == other.media.moments
    assert np.array_equal(one.media.stereo(), other.media.stereo())


async def test_over_real_sockets_a_voice_is_echoed_and_a_barge_in_clears():
    port = free_port()
    talker = Talker(tone(3000))
    async with stage(serve=lambda leg: converse(leg, talker), port=port) as it, listening(it.app, port):
        caller = Caller([BargeIn(tone(600), after_ms=500), Wait(400), HangUp()])
        call = await it.carrier.call(from_=CALLER, to=US, party=caller, max_seconds=20)
    assert call.violations == []
    assert call.media.clears == 1
    assert talker.loud_frames == 30
    assert call.happened("status") == ["completed"]


async def test_over_real_sockets_an_echo_is_what_was_said():
    port = free_port()
    async with stage(serve=lambda leg: converse(leg, Echo()), port=port) as it, listening(it.app, port):
        caller = Caller([Wait(200), Speak(tone(500, hz=700)), Wait(500), HangUp()])
        call = await it.carrier.call(from_=CALLER, to=US, party=caller, max_seconds=20)
    spoken, heard = (np.abs(side).max(axis=0) for side in (call.media.stereo()[:, :1], call.media.stereo()[:, 1:]))
    assert heard == pytest.approx(spoken, rel=0.05)
    assert np.count_nonzero(call.media.stereo()[:, 1]) == pytest.approx(4000, rel=0.05)
