"""What goes wrong between the service and Asterisk: nobody is left in silence, and nothing stays in the PBX."""

import asyncio
import json
from pathlib import Path

import pytest

from telephony.errors import ConfigError
from telephony.events import (
    AgentOffered,
    Bridged,
    CallbackAgreed,
    Entry,
    Problem,
    Said,
    Silent,
    Unbridged,
)
from telephony.sim.agent import (
    SimAgent,
    accepts_at_once,
)
from telephony.sim.asterisk import phone_of
from telephony.sim.script import HangUp, Key, Wait
from telephony.sim.socket import HandshakeRefused, InMemory
from tests.lines.pbx import QUICK, TALKS, asks, call_heard, hears, is_empty, line_of
from tests.sim.virtual import Call
from tests.sim.virtual_pbx import PbxTown, play


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


def test_a_caller_whose_phone_gives_no_number_is_promised_no_call_back_to_it(tmp_path: Path) -> None:
    async def story(town: PbxTown) -> Call:
        call = town.ring(Wait(1000), Key("0"), Wait(14_000), Key("1"), Wait(6000), Key("1"), number="anonymous")
        await call.over()
        return call

    call = play(story, tmp_path)
    assert "callback.ask_number" in {said.prompt for said in call.all(Said)}
    assert not call.all(CallbackAgreed)


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
