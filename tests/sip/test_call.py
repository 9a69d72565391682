"""A call in and a call out, on a real Asterisk with real phones: what everything else here stands on."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sip import tones
from tests.sip.ari import Ari
from tests.sip.asterisk import Asterisk
from tests.sip.capture import Capture
from tests.sip.phone import Phone
from tests.sip.stage import NUMBER, ringing, with_agent, with_machine

pytestmark = pytest.mark.sip


async def test_a_call_rings_until_the_application_answers_it(pbx: Asterisk, ari: Ari, folder: Path) -> None:
    async with Phone.caller(folder, pbx) as caller:
        channel = await ringing(ari, pbx, caller)
        await ari.post(f"channels/{channel}/ring")
        await caller.call_event("CALL_RINGING")
        assert not caller.events.find("CALL_ESTABLISHED")
        await ari.post(f"channels/{channel}/answer")
        await caller.call_event("CALL_ESTABLISHED")
        assert ari.log.find("StasisStart")[0]["args"] == ["caller", NUMBER]


async def test_caller_and_machine_hear_each_other(pbx: Asterisk, ari: Ari, folder: Path) -> None:
    async with Capture() as capture, Phone.caller(folder, pbx) as caller:
        call = await with_machine(ari, pbx, caller)
        await call.media.play(tones.tone(440, 2))
        await capture.hears(caller, 440)
        await call.media.hears(1400)
        await caller.do("hangup")
        await ari.left(call.caller)
    assert capture.order(to=caller) == [440]


async def test_a_key_arrives_as_an_event_and_on_the_media_socket(pbx: Asterisk, ari: Ari, folder: Path) -> None:
    async with Phone.caller(folder, pbx) as caller:
        call = await with_machine(ari, pbx, caller)
        await caller.do("sndcode", "5")
        key = await ari.log.next("ChannelDtmfReceived")
        assert (key["channel"]["id"], key["digit"]) == (call.caller, "5")


async def test_the_brief_is_heard_by_the_agent_alone_until_both_are_joined(
    pbx: Asterisk, ari: Ari, folder: Path
) -> None:
    async with Capture() as capture, Phone.caller(folder, pbx) as caller, Phone.agent(folder, pbx, 100) as agent:
        call = await with_machine(ari, pbx, caller)
        leg = await ari.dial("PJSIP/agent100")
        await ari.started(leg)
        whisper = await ari.socket_leg()
        await ari.bridge(leg, whisper.channel)
        await call.media.play(tones.tone(440, 10))
        await whisper.play(tones.tone(1000, 1))
        await whisper.command("REPORT_QUEUE_DRAINED")
        await capture.hears(agent, 1000)
        await capture.hears(caller, 440)
        await whisper.controls.next("QUEUE_DRAINED")
        await ari.delete(f"channels/{whisper.channel}")
        await ari.delete(f"channels/{call.media.channel}")
        await ari.post(f"bridges/{call.bridge}/addChannel", channel=leg)
        await capture.hears(caller, 880)
        await capture.hears(agent, 1400)
        await agent.do("hangup")
        await ari.left(leg)
    assert capture.order(to=caller) == [440, 880]
    assert capture.order(to=agent) == [1000, 1400]


async def test_a_leg_that_hangs_up_leaves_the_other_to_the_application(pbx: Asterisk, ari: Ari, folder: Path) -> None:
    async with Phone.caller(folder, pbx) as caller, Phone.agent(folder, pbx, 100) as agent:
        call = await with_agent(ari, pbx, caller)
        await caller.do("hangup")
        await ari.left(call.caller)
        await ari.remain(call.agent)
        await ari.delete(f"channels/{call.agent}")
        await agent.call_event("CALL_CLOSED")
