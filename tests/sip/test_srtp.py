"""Encrypted sound (SRTP with keys in the SDP): proven by the packets, since a phone may fall back to clear unsaid."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sip import tones
from tests.sip.ari import Ari
from tests.sip.asterisk import Asterisk
from tests.sip.capture import Capture, sound
from tests.sip.phone import Phone
from tests.sip.stage import with_agent
from tests.sip.waiting import until

pytestmark = pytest.mark.sip

AUTHENTICATION_BYTES = 10  # AES_CM_128_HMAC_SHA1_80, RFC 4568


async def test_an_encrypted_phone_hears_and_is_heard_and_its_packets_say_nothing(
    pbx: Asterisk, ari: Ari, folder: Path
) -> None:
    async with (
        Capture() as capture,
        Phone.caller(folder, pbx) as caller,
        Phone.agent(folder, pbx, 102, encrypted=True) as agent,
    ):
        await with_agent(ari, pbx, caller, endpoint="PJSIP/agent102")
        await capture.hears(caller, 880)
        await until(lambda: len(capture.rtp(to=agent)) > 60, "the phone was sent over a second of sound")
        await agent.do("hangup")
        await agent.call_event("CALL_CLOSED")
    for packets in (capture.rtp(to=agent), capture.rtp(by=agent)):
        assert {len(rtp.sound) for rtp in packets} == {160 + AUTHENTICATION_BYTES}
        assert all(tones.strength(sound(packets), pitch) < tones.PEAK / 8 for pitch in (880, 1400))
    assert 1400 in tones.order(agent.heard())
    assert any("RTP/SAVP" in text and "a=crypto:" in text for text in capture.sip())


async def test_a_clear_phone_is_not_let_into_an_encrypted_account(pbx: Asterisk, ari: Ari, folder: Path) -> None:
    async with Phone.caller(folder, pbx) as caller, Phone.agent(folder, pbx, 102) as agent:
        leg = await ari.dial("PJSIP/agent102")
        gone = await ari.ended(leg)
        assert gone["cause"] != 16
        assert not agent.events.find("CALL_ESTABLISHED")
        assert not caller.events.find("CALL_ESTABLISHED")
