"""An agent passes the caller on: to a colleague's number at once (blind), or after a word with them (attended).

Warmline's line relies on this order: Asterisk makes a Local channel for the colleague, tells it by a StasisStart with
`replace_channel`, and puts it into the agent's place in the bridge by itself; then the agent's channel leaves.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.sip.ari import Ari, Refused
from tests.sip.asterisk import Asterisk
from tests.sip.capture import Capture
from tests.sip.phone import Phone
from tests.sip.stage import with_agent

pytestmark = pytest.mark.sip


async def replacement(ari: Ari, channel: str) -> dict[str, Any]:
    """The channel that takes the place of one of ours."""
    event = await ari.log.next("StasisStart", lambda event: event.get("replace_channel", {}).get("id") == channel)
    assert event["args"] == []
    found: dict[str, Any] = event["channel"]
    return found


async def test_a_blind_transfer_puts_the_colleague_into_the_agents_place(pbx: Asterisk, ari: Ari, folder: Path) -> None:
    async with (
        Capture() as capture,
        Phone.caller(folder, pbx) as caller,
        Phone.agent(folder, pbx, 100) as agent,
        Phone.agent(folder, pbx, 101, pitch=1000) as colleague,
    ):
        call = await with_agent(ari, pbx, caller)
        await capture.hears(caller, 880)
        await agent.do("transfer", f"sip:101@{pbx.address}")
        place = await replacement(ari, call.agent)
        assert place["name"].startswith("Local/101@warmline-agents")
        await ari.left(call.agent)
        await ari.log.next("ChannelStateChange", lambda e: e["channel"]["id"] == place["id"] and is_up(e))
        await capture.hears(caller, 1000)
        await capture.hears(colleague, 1400)
        assert await ari.in_bridge(call.bridge) == {call.caller, place["id"]}


async def test_a_caller_who_hangs_up_after_a_transfer_leaves_the_colleague_to_the_application(
    pbx: Asterisk, ari: Ari, folder: Path
) -> None:
    async with (
        Phone.caller(folder, pbx) as caller,
        Phone.agent(folder, pbx, 100) as agent,
        Phone.agent(folder, pbx, 101) as colleague,
    ):
        call = await with_agent(ari, pbx, caller)
        await agent.do("transfer", f"sip:101@{pbx.address}")
        place = await replacement(ari, call.agent)
        await colleague.call_event("CALL_ESTABLISHED")
        await caller.do("hangup")
        await ari.left(call.caller)
        assert not colleague.events.find("CALL_CLOSED")
        await ari.delete(f"channels/{place['id']}")
        await colleague.call_event("CALL_CLOSED")


async def test_a_transfer_to_a_colleague_who_is_not_there_ends_the_replacement(
    pbx: Asterisk, ari: Ari, folder: Path
) -> None:
    """101 is not registered: the caller stays in the bridge, alone, and the line must fetch them."""
    async with Phone.caller(folder, pbx) as caller, Phone.agent(folder, pbx, 100) as agent:
        call = await with_agent(ari, pbx, caller)
        await agent.do("transfer", f"sip:101@{pbx.address}")
        place = await replacement(ari, call.agent)
        await ari.left(place["id"])
        assert await ari.in_bridge(call.bridge) == {call.caller}


async def test_a_transfer_to_a_number_outside_is_refused(pbx: Asterisk, ari: Ari, folder: Path) -> None:
    """The agents' context has no way to a trunk, so a phone cannot dial the world on the house's account."""
    async with Capture() as capture, Phone.caller(folder, pbx) as caller, Phone.agent(folder, pbx, 100) as agent:
        await with_agent(ari, pbx, caller)
        await capture.hears(caller, 880)
        await agent.do("transfer", f"sip:+15550777@{pbx.address}")
        failed = await agent.call_event("TRANSFER_FAILED")
        assert "404" in failed["param"]
        assert not [text for text in capture.sip() if text.startswith("INVITE") and "+15550777" in text]
        assert not ari.log.find("StasisStart", lambda event: "replace_channel" in event)


async def test_an_attended_transfer_joins_caller_and_colleague(pbx: Asterisk, ari: Ari, folder: Path) -> None:
    async with (
        Capture() as capture,
        Phone.caller(folder, pbx) as caller,
        Phone.agent(folder, pbx, 100) as agent,
        Phone.agent(folder, pbx, 101, pitch=1000) as colleague,
    ):
        call = await with_agent(ari, pbx, caller)
        first = (await agent.call_event("CALL_ESTABLISHED"))["id"]
        await agent.do("hold")
        await ari.log.next("ChannelHold")
        await agent.dial(f"sip:101@{pbx.address}")
        second = (await agent.call_event("CALL_ESTABLISHED"))["id"]
        await capture.hears(agent, 1000)
        await agent.do("callfind", first)
        await agent.do("transfer", f"sip:101@{pbx.address}?{replaces(capture, second)}")
        place = await replacement(ari, call.agent)
        assert place["name"].startswith("Local/_attended@transfer")
        await ari.left(call.agent)
        await capture.hears(caller, 1000)
        await capture.hears(colleague, 1400)
        assert await ari.in_bridge(call.bridge) == {call.caller, place["id"]}


async def test_asked_to_the_application_decides_about_a_transfer_and_tells_the_phone(
    pbx: Asterisk, ari: Ari, folder: Path
) -> None:
    """PJSIP_TRANSFER_HANDLING=ari-only: Asterisk moves nothing; whoever dials the colleague says how it goes."""
    async with Phone.caller(folder, pbx) as caller, Phone.agent(folder, pbx, 100) as agent:
        call = await with_agent(ari, pbx, caller, variables={"PJSIP_TRANSFER_HANDLING()": "ari-only"})
        await agent.do("transfer", f"sip:101@{pbx.address}")
        asked = await ari.log.next("ChannelTransfer")
        assert asked["refer_to"]["requested_destination"] == {"destination": "101"}
        assert asked["referred_by"]["source_channel"]["id"] == call.agent
        assert asked["referred_by"]["connected_channel"]["id"] == call.caller
        with pytest.raises(Refused, match="400"):
            await ari.post(f"channels/{call.agent}/transfer_progress", states="unheard-of")
        await ari.post(f"channels/{call.agent}/transfer_progress", states="channel_progress")
        assert not ari.log.find("StasisEnd")
        await ari.post(f"channels/{call.agent}/transfer_progress", states="channel_answered")
        await ari.left(call.agent)
        assert not ari.log.find("StasisStart", lambda event: "replace_channel" in event)


async def test_a_caller_cannot_transfer_anybody(pbx: Asterisk, ari: Ari, folder: Path) -> None:
    async with (
        Capture() as capture,
        Phone.caller(folder, pbx) as caller,
        Phone.agent(folder, pbx, 100) as agent,
        Phone.agent(folder, pbx, 101) as colleague,
    ):
        await with_agent(ari, pbx, caller)
        await capture.hears(agent, 1400)
        await caller.do("transfer", f"sip:101@{pbx.address}")
        await caller.call_event("TRANSFER_FAILED")
        assert not colleague.events.find("CALL_INCOMING")


def is_up(event: dict[str, Any]) -> bool:
    return bool(event["channel"]["state"] == "Up")


def replaces(capture: Capture, call_id: str) -> str:
    """The Replaces part of a Refer-To (RFC 3891) for a call this phone began, read off its 200 OK."""
    ok = next(
        text for text in capture.sip() if text.startswith("SIP/2.0 200") and call_id in text and " INVITE" in text
    )
    ours = re.search(r"^From:.*;tag=(\S+)", ok, re.M)
    theirs = re.search(r"^To:.*;tag=(\S+)", ok, re.M)
    assert ours and theirs
    return f"Replaces={call_id}%3Bto-tag%3D{theirs[1]}%3Bfrom-tag%3D{ours[1]}"
