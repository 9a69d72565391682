"""Hold and resume, by either party: told to the application at once, and nobody hears anybody meanwhile."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest

from tests.sip.ari import Ari
from tests.sip.asterisk import Asterisk
from tests.sip.capture import Capture
from tests.sip.phone import Phone
from tests.sip.stage import with_agent

pytestmark = pytest.mark.sip


@pytest.mark.parametrize("who", ["agent", "caller"])
async def test_hold_silences_the_other_side_and_resume_brings_both_back(
    pbx: Asterisk, ari: Ari, folder: Path, who: Literal["agent", "caller"]
) -> None:
    """Without music files the party that waits gets no packet at all: whoever wants it to hear something plays it."""
    async with (
        Capture() as capture,
        Phone.caller(folder, pbx) as caller,
        Phone.agent(folder, pbx, 100) as agent,
    ):
        call = await with_agent(ari, pbx, caller)
        await capture.hears(caller, 880)
        await capture.hears(agent, 1400)
        holds, waits = (agent, caller) if who == "agent" else (caller, agent)
        channel = call.agent if who == "agent" else call.caller
        await holds.do("hold")
        held = await ari.log.next("ChannelHold")
        assert held["channel"]["id"] == channel
        await capture.quiet(waits)
        await capture.quiet(holds)
        await holds.do("resume")
        resumed = await ari.log.next("ChannelUnhold")
        assert resumed["channel"]["id"] == channel
        await capture.hears(caller, 880)
        await capture.hears(agent, 1400)
