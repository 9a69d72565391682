"""Whole calls through the real service, a real Asterisk and real SIP phones: their recordings show who heard whom."""

from __future__ import annotations

import asyncio
from itertools import groupby
from pathlib import Path

import numpy as np
import pytest

from telephony.events import (
    AgentAccepted,
    AgentAnswered,
    AgentDeclined,
    AgentOffered,
    CallAnswered,
    CallEnded,
    HandoffMoved,
    Held,
    KeyPressed,
    Problem,
    Said,
    Unbridged,
)
from tests.sip import tones
from tests.sip.capture import Capture
from tests.sip.phone import Phone
from tests.sip.service import BRIEF, HERE_IS, SYSTEM, House, house
from tests.sip.test_transfer import replaces

pytestmark = pytest.mark.sip

CALLER, ANA, BEN = 1400, 880, 1900


async def asks(house: House, caller: Phone) -> None:
    """Dials, hears a while of the greeting, and presses 0."""
    await caller.dial(house.number)
    await house.until(CallAnswered)
    await asyncio.sleep(1.5)
    await caller.do("sndcode", "0")
    await house.until(AgentOffered)


async def accepts(house: House, agent: Phone) -> None:
    """Hears a while of the brief, and presses 1. The caller has heard who it is when this returns."""
    await house.until(AgentAnswered)
    await asyncio.sleep(2)
    await agent.do("sndcode", "1")
    await house.until(HandoffMoved, lambda moved: moved.state == "bridged")
    await house.until(Said, lambda said: said.prompt == "seek.coming")


async def talk(house: House, caller: Phone, ana: Phone) -> None:
    """Until the two are joined."""
    house.available("ana")
    await asks(house, caller)
    await accepts(house, ana)


async def hangs_up(house: House, caller: Phone) -> None:
    """The call is over, and nothing of it is left in the PBX."""
    await caller.do("hangup")
    await house.until(CallEnded)
    assert await house.is_empty()


def bridging_ms(house: House) -> int:
    """From the key that accepts to both in one bridge."""
    accepted = next(record.at_ms for record in house.records if isinstance(record.entry, AgentAccepted))
    bridged = next(r.at_ms for r in house.records if isinstance(r.entry, HandoffMoved) and r.entry.state == "bridged")
    return bridged - accepted


async def test_a_caller_is_greeted_asks_for_a_person_and_talks_with_the_briefed_agent(
    tmp_path: Path, record_property: pytest.RecordProperty
) -> None:
    async with (
        house(tmp_path) as at,
        Phone.caller(tmp_path, at.pbx, pitch=CALLER) as caller,
        Phone.agent(tmp_path, at.pbx, 100, pitch=ANA) as ana,
    ):
        await talk(at, caller, ana)
        await asyncio.sleep(3)
        assert any(name.startswith("wl-room") for name in await at.holds())
        await hangs_up(at, caller)
        await ana.call_event("CALL_CLOSED")
        record_property("accept_to_bridge_asterisk_ms", bridging_ms(at))
        assert at.all(CallEnded)[0].outcome == "transferred"
        assert not at.all(Problem)
        assert sum(at.line.dropped.values()) == 0
    caller_heard, ana_heard = tones.order(caller.heard()), tones.order(ana.heard())
    assert caller_heard[0] == SYSTEM
    assert BRIEF not in caller_heard
    assert BRIEF in ana_heard
    assert ana_heard[-1] == CALLER
    assert caller_heard[-1] == ANA


async def test_who_is_coming_is_said_to_the_caller_alone(tmp_path: Path) -> None:
    """They are in the room by then: it is whispered to them."""
    async with (
        house(tmp_path) as at,
        Phone.caller(tmp_path, at.pbx, pitch=CALLER) as caller,
        Phone.agent(tmp_path, at.pbx, 100, pitch=ANA) as ana,
    ):
        await talk(at, caller, ana)
        await caller.do("hangup")
        await at.until(CallEnded)
    assert any({HERE_IS, ANA} <= pitches for pitches in windows(caller))
    assert not any(HERE_IS in pitches for pitches in windows(ana))


def windows(phone: Phone) -> list[set[int]]:
    """What the phone heard, in steps of 200 ms: all pitches of each."""
    samples = phone.heard()
    width = round(tones.WINDOW_SECONDS * tones.RATE)
    return [tones.pitches(samples[at : at + width]) for at in range(0, len(samples) - width, width)]


async def test_keys_pressed_while_they_talk_are_on_record_once(tmp_path: Path) -> None:
    async with (
        house(tmp_path) as at,
        Phone.caller(tmp_path, at.pbx) as caller,
        Phone.agent(tmp_path, at.pbx, 100) as ana,
    ):
        await talk(at, caller, ana)
        await caller.do("sndcode", "5")
        await at.until(KeyPressed, count=3)
        await asyncio.sleep(0.5)
        await caller.do("hangup")
        await at.until(CallEnded)
    assert [key.speaker for key in at.all(KeyPressed)] == ["caller", "agent", "caller"]


async def test_an_agent_who_rejects_the_call_is_busy_and_the_next_one_takes_it(tmp_path: Path) -> None:
    async with (
        house(tmp_path) as at,
        Phone.caller(tmp_path, at.pbx, pitch=CALLER) as caller,
        Phone.agent(tmp_path, at.pbx, 100, pitch=ANA, auto=False) as ana,
        Phone.agent(tmp_path, at.pbx, 101, pitch=BEN) as ben,
    ):
        at.available("ana", "ben")
        await asks(at, caller)
        await ana.call_event("CALL_INCOMING")
        await ana.do("hangup")
        await at.until(AgentDeclined)
        await accepts(at, ben)
        await asyncio.sleep(1)
        await hangs_up(at, caller)
    assert [(entry.agent, entry.by) for entry in at.all(AgentDeclined)] == [("ana", "busy")]
    assert tones.order(caller.heard())[-1] == BEN


async def test_an_agent_whose_phone_is_not_there_has_failed_and_the_next_one_takes_it(tmp_path: Path) -> None:
    async with (
        house(tmp_path) as at,
        Phone.caller(tmp_path, at.pbx) as caller,
        Phone.agent(tmp_path, at.pbx, 101) as ben,
    ):
        at.available("ana", "ben")
        await asks(at, caller)
        await accepts(at, ben)
        await hangs_up(at, caller)
    assert [(entry.agent, entry.by) for entry in at.all(AgentDeclined)] == [("ana", "failed")]


async def test_a_caller_who_hangs_up_while_it_rings_silences_the_agents_phone(tmp_path: Path) -> None:
    async with (
        house(tmp_path) as at,
        Phone.caller(tmp_path, at.pbx) as caller,
        Phone.agent(tmp_path, at.pbx, 100, auto=False) as ana,
    ):
        at.available("ana")
        await asks(at, caller)
        await ana.call_event("CALL_INCOMING")
        await caller.do("hangup")
        await ana.call_event("CALL_CLOSED")
        await at.until(CallEnded)
        assert await at.is_empty()
    assert at.all(CallEnded)[0].outcome == "abandoned"


async def test_a_caller_whose_agent_hangs_up_hears_the_system_again(tmp_path: Path) -> None:
    async with (
        house(tmp_path) as at,
        Phone.caller(tmp_path, at.pbx, pitch=CALLER) as caller,
        Phone.agent(tmp_path, at.pbx, 100, pitch=ANA) as ana,
    ):
        await talk(at, caller, ana)
        await asyncio.sleep(2)
        await ana.do("hangup")
        await at.until(Unbridged)
        await asyncio.sleep(2)
        await hangs_up(at, caller)
    assert tones.order(caller.heard())[-2:] == [ANA, SYSTEM]


async def test_whom_the_agent_transfers_the_caller_to_stands_in_their_place(tmp_path: Path) -> None:
    """A blind REFER. The colleague's leg is the agent's from then on: heard, and ended with the call."""
    async with (
        house(tmp_path) as at,
        Phone.caller(tmp_path, at.pbx, pitch=CALLER) as caller,
        Phone.agent(tmp_path, at.pbx, 100, pitch=ANA) as ana,
        Phone.agent(tmp_path, at.pbx, 101, pitch=BEN) as ben,
    ):
        await talk(at, caller, ana)
        await asyncio.sleep(1)
        await ana.do("transfer", f"sip:101@{at.pbx.address}")
        await ben.call_event("CALL_ESTABLISHED")
        await asyncio.sleep(2)
        assert not at.all(Unbridged)
        await caller.do("hangup")
        await at.until(CallEnded)
        await ben.call_event("CALL_CLOSED")
        assert await at.is_empty()
    assert tones.order(caller.heard())[-2:] == [ANA, BEN]
    assert tones.order(ben.heard()) == [CALLER]


async def test_a_colleague_who_hangs_up_after_a_transfer_leaves_the_caller_with_the_system(tmp_path: Path) -> None:
    async with (
        house(tmp_path) as at,
        Phone.caller(tmp_path, at.pbx, pitch=CALLER) as caller,
        Phone.agent(tmp_path, at.pbx, 100, pitch=ANA) as ana,
        Phone.agent(tmp_path, at.pbx, 101, pitch=BEN) as ben,
    ):
        await talk(at, caller, ana)
        await ana.do("transfer", f"sip:101@{at.pbx.address}")
        await ben.call_event("CALL_ESTABLISHED")
        await asyncio.sleep(1)
        await ben.do("hangup")
        await at.until(Unbridged)
        await asyncio.sleep(2)
        await hangs_up(at, caller)
    assert tones.order(caller.heard())[-1] == SYSTEM


async def test_an_agent_who_holds_leaves_the_caller_with_words_and_music_until_they_are_back(tmp_path: Path) -> None:
    async with (
        house(tmp_path) as at,
        Phone.caller(tmp_path, at.pbx, pitch=CALLER) as caller,
        Phone.agent(tmp_path, at.pbx, 100, pitch=ANA) as ana,
    ):
        await talk(at, caller, ana)
        await asyncio.sleep(1)
        await ana.do("hold")
        await at.until(Held, lambda held: held.on)
        await at.until(Said, lambda said: said.prompt.startswith("held"))
        await asyncio.sleep(2)
        await ana.do("resume")
        await at.until(Held, lambda held: not held.on)
        await asyncio.sleep(2)
        await hangs_up(at, caller)
    heard = tones.order(caller.heard())
    assert heard[-1] == ANA
    assert SYSTEM in heard[heard.index(ANA) : -1]
    assert longest_silence_seconds(caller, since=ANA) < 0.6


def longest_silence_seconds(phone: Phone, *, since: int) -> float:
    """From the first of a pitch on."""
    samples = phone.heard().astype(float)
    width = tones.RATE // 10
    levels = [float(np.abs(samples[at : at + width]).max()) for at in range(0, len(samples) - width, width)]
    first = next(at for at in range(len(levels)) if tones.strength(samples[at * width :][:width], since) > tones.FLOOR)
    runs = [len(list(group)) for quiet, group in groupby(level < 100 for level in levels[first:]) if quiet]
    return max(runs, default=0) / 10


async def test_an_agent_who_asks_a_colleague_first_may_put_them_in_their_place(tmp_path: Path) -> None:
    """An attended transfer: hold, a call to 101, REFER with Replaces."""
    async with (
        Capture() as capture,
        house(tmp_path) as at,
        Phone.caller(tmp_path, at.pbx, pitch=CALLER) as caller,
        Phone.agent(tmp_path, at.pbx, 100, pitch=ANA) as ana,
        Phone.agent(tmp_path, at.pbx, 101, pitch=BEN) as ben,
    ):
        await talk(at, caller, ana)
        first = (await ana.call_event("CALL_ESTABLISHED"))["id"]
        await ana.do("hold")
        await at.until(Held, lambda held: held.on)
        await ana.dial(f"sip:101@{at.pbx.address}")
        second = (await ana.call_event("CALL_ESTABLISHED"))["id"]
        await ben.call_event("CALL_ESTABLISHED")
        await asyncio.sleep(1)
        await ana.do("callfind", first)
        await ana.do("transfer", f"sip:101@{at.pbx.address}?{replaces(capture, second)}")
        await at.until(Held, lambda held: not held.on)
        await asyncio.sleep(2)
        assert not at.all(Unbridged)
        await caller.do("hangup")
        await at.until(CallEnded)
        await ben.call_event("CALL_CLOSED")
        assert await at.is_empty()
    assert BEN in windows(caller)[-2]
    assert tones.order(ben.heard())[-1] == CALLER


async def test_a_transfer_to_nobody_brings_the_caller_back_to_the_system(tmp_path: Path) -> None:
    async with (
        house(tmp_path) as at,
        Phone.caller(tmp_path, at.pbx, pitch=CALLER) as caller,
        Phone.agent(tmp_path, at.pbx, 100, pitch=ANA) as ana,
    ):
        await talk(at, caller, ana)
        await ana.do("transfer", f"sip:101@{at.pbx.address}")
        await at.until(Unbridged)
        await asyncio.sleep(2)
        await hangs_up(at, caller)
    assert tones.order(caller.heard())[-1] == SYSTEM


async def test_calls_come_in_again_after_the_pbx_was_restarted(tmp_path: Path) -> None:
    async with house(tmp_path) as at, Phone.caller(tmp_path, at.pbx) as caller:
        await caller.dial(at.number)
        await at.until(Said)
        await at.pbx.restart()
        await at.until(CallEnded)
        async with asyncio.timeout(20):
            await at.line.listening.wait()
        await caller.dial(at.number)
        await at.until(CallAnswered, count=2)
        await caller.do("hangup")
        await at.until(CallEnded, count=2)
