"""A number keyed for an agent behind Asterisk: the caller leaves the room for it, hears the agent, and comes back."""

import asyncio
from pathlib import Path

from telephony.events import Bridged, KeyPressed, KeysTaken, Problem
from telephony.sim.script import Key, Speak, Wait
from tests.lines.pbx import TALKS, asks, call_heard, hears, is_empty
from tests.lines.stage import tone
from tests.sim.virtual import Call
from tests.sim.virtual_pbx import PbxTown, play
from voice.dialogue.business import KeypadItem

PIN = KeypadItem("PIN", "your four digit PIN", digits=4)
KEYS = [item for key in "7391" for item in (Wait(600), Key(key))]


def test_a_pin_is_keyed_out_of_the_agents_hearing_and_the_two_talk_again(tmp_path: Path) -> None:
    async def story(town: PbxTown) -> Call:
        call = asks(town, Wait(3500), Speak(tone(20_000, hz=1400)), *KEYS, Speak(tone(20_000, hz=1400)))
        await call.until(Bridged)
        await asyncio.sleep(6)
        agent = town.pbx.agent_at("PJSIP/ana")
        assert hears(agent.capture.heard[-50:], 1400)
        (conduct,) = town.service.switchboard.calls.values()
        assert conduct.seeking is not None
        await conduct.seeking.keypad.ask(PIN)
        await asyncio.sleep(12)  # the caller talks still, and the question is over
        assert not hears(agent.capture.heard[-400:], 1400)
        assert hears(call_heard(town, call)[-50:], 880)
        await call.until(KeysTaken)
        await asyncio.sleep(5)
        assert hears(agent.capture.heard[-50:], 1400)
        assert hears(call_heard(town, call)[-50:], 880)
        await call.hangs_up()
        await asyncio.sleep(2)
        assert is_empty(town)
        return call

    call = play(story, tmp_path, agents={"ana": TALKS})
    assert [(entry.outcome, entry.shown) for entry in call.all(KeysTaken)] == [("taken", "••••")]
    assert {entry.key for entry in call.all(KeyPressed) if entry.speaker == "caller"} <= {"0", "•"}
    assert not call.all(Problem)
