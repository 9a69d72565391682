"""Warmline is not there: before a call, in the middle of one, and when it comes back."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

from tests.sip.ari import Ari
from tests.sip.asterisk import Asterisk
from tests.sip.capture import Capture
from tests.sip.phone import Phone
from tests.sip.stage import NUMBER, with_agent, with_machine

pytestmark = pytest.mark.sip

GUARD = Path(__file__).resolve().parents[2] / "deploy/asterisk/guard"


async def test_without_the_application_a_caller_still_reaches_a_person(pbx: Asterisk, folder: Path) -> None:
    async with (
        Capture() as capture,
        Phone.caller(folder, pbx) as caller,
        Phone.agent(folder, pbx, 100) as agent,
    ):
        await caller.dial(f"sip:{NUMBER}@{pbx.address}")
        await agent.call_event("CALL_ESTABLISHED")
        await capture.hears(caller, 880)
        await capture.hears(agent, 1400)


async def test_a_call_that_the_application_gives_back_reaches_a_person(pbx: Asterisk, ari: Ari, folder: Path) -> None:
    async with Capture() as capture, Phone.caller(folder, pbx) as caller, Phone.agent(folder, pbx, 101):
        await caller.dial(f"sip:{NUMBER}@{pbx.address}")
        channel = await ari.caller()
        await ari.post(f"channels/{channel}/continue")
        await capture.hears(caller, 880)


async def test_two_people_go_on_talking_when_the_events_break_off(pbx: Asterisk, ari: Ari, folder: Path) -> None:
    async with Capture() as capture, Phone.caller(folder, pbx) as caller, Phone.agent(folder, pbx, 100):
        call = await with_agent(ari, pbx, caller)
        await capture.hears(caller, 880)
        await ari.disconnect()
        await capture.hears(caller, 880)
        await ari.connect()
        await ari.remain(call.caller, call.agent)
        await ari.delete(f"channels/{call.agent}")
        await ari.left(call.agent)


async def test_what_happened_meanwhile_is_not_told_later(pbx: Asterisk, ari: Ari, folder: Path) -> None:
    """So whoever connects again must look: GET channels and GET bridges say what is left."""
    async with Phone.caller(folder, pbx) as caller, Phone.agent(folder, pbx, 100):
        call = await with_agent(ari, pbx, caller)
        await ari.disconnect()
        await caller.do("hangup")
        await caller.call_event("CALL_CLOSED")
        await ari.connect()
        await ari.remain(call.agent)
        assert not ari.log.find("StasisEnd")
        assert await ari.in_bridge(call.bridge) == {call.agent}


async def test_a_caller_whose_machine_died_is_left_in_silence_until_the_guard_finds_a_person(
    pbx: Asterisk, folder: Path
) -> None:
    async with Capture() as capture, Phone.caller(folder, pbx) as caller, Phone.agent(folder, pbx, 100) as agent:
        async with Ari(pbx) as warmline:
            call = await with_machine(warmline, pbx, caller)
            await call.media.hears(1400)
        await capture.quiet(caller)
        assert not agent.events.find("CALL_INCOMING")
        settings = folder / "asterisk.env"
        settings.write_text("ARI_BIND=127.0.0.1\nARI_USER=warmline\nARI_APP=warmline\n")
        with settings.open("a") as more:
            more.writelines(f"{name}={pbx.settings[name]}\n" for name in ("ARI_PORT", "ARI_PASSWORD"))
        guard = await asyncio.create_subprocess_exec(sys.executable, str(GUARD), str(settings), "0.5")
        try:
            await agent.call_event("CALL_ESTABLISHED")
            await capture.hears(caller, 880)
        finally:
            guard.terminate()
            await guard.wait()


async def test_a_second_connection_takes_the_application_over(pbx: Asterisk, ari: Ari) -> None:
    async with Ari(pbx, serve_media=False) as second:
        assert await ari.log.next("ApplicationReplaced")
        assert not second.log.find("ApplicationReplaced")


async def test_a_media_server_that_is_not_there_ends_the_leg_and_not_the_call(pbx: Asterisk, folder: Path) -> None:
    async with Ari(pbx, serve_media=False) as ari, Phone.caller(folder, pbx) as caller:
        await caller.dial(f"sip:{NUMBER}@{pbx.address}")
        channel = await ari.caller()
        await ari.post(f"channels/{channel}/answer")
        leg = await ari.ask_for_socket_leg()
        assert (await ari.ended(leg))["cause"] != 16
        await ari.remain(channel)


async def test_an_asterisk_that_starts_again_is_found_again(pbx: Asterisk, ari: Ari, folder: Path) -> None:
    await ari.disconnect()
    await pbx.restart()
    await ari.connect()
    async with Phone.caller(folder, pbx) as caller:
        await caller.dial(f"sip:{NUMBER}@{pbx.address}")
        assert await ari.caller()
