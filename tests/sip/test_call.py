"""A call in and a call out, on a real Asterisk with real phones: what everything else here stands on."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.sip import tones
from tests.sip.ari import Ari
from tests.sip.asterisk import Asterisk
from tests.sip.phone import Phone

pytestmark = pytest.mark.sip


async def test_a_caller_and_the_machine_hear_each_other_once_it_answers(pbx: Asterisk, ari: Ari, folder: Path) -> None:
    async with Phone.caller(folder, pbx) as caller:
        await caller.dial(f"sip:+15550199@{pbx.address}")
        channel = await ari.caller()
        await ari.post(f"channels/{channel}/ring")
        await caller.call_event("CALL_RINGING")
        await ari.post(f"channels/{channel}/answer")
        await caller.call_event("CALL_ESTABLISHED")
        media = await ari.socket_leg()
        await ari.bridge(channel, media.start["channel_id"])
        await media.play(tones.tone(440, 2))
        await asyncio.sleep(2.5)
        await caller.do("hangup")
        await ari.left(channel)
    assert 440 in tones.order(caller.heard())
    assert tones.order(media.heard) == [1400]
