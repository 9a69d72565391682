"""Two who talk inside Asterisk: a supervisor hears both by the spies there, and is whispered to one or to both."""

import asyncio
from functools import partial
from pathlib import Path

from telephony.events import Bridged, CompanionJoined, CompanionOver
from telephony.sim.agent import SimAgent
from telephony.sim.script import Key, Speak, Wait
from telephony.supervision.modes import Mode
from telephony.supervision.phone import Phone
from telephony.supervision.room import Supervision
from tests.lines.pbx import TALKS, asks, call_heard, hears
from tests.lines.stage import tone
from tests.sim.virtual_pbx import PbxTown, play
from tests.supervision.floor import SAM, Remembered

AGENT, CALLER, BOSS = 880, 1400, 600
BOSS_TALKS = SimAgent((Speak(tone(120_000, hz=BOSS)),), ring_seconds=1.0)
SEAT = {"id": "sam", "name": "Sam", "skills": ["supervising"], "line": "asterisk", "address": "sam"}

Ears = dict[str, set[int]]


def test_who_hears_whom_where_the_pbx_joins_them(tmp_path: Path) -> None:
    async def story(town: PbxTown) -> dict[Mode, Ears]:
        switchboard = town.service.switchboard
        call = asks(town, Wait(3500), Speak(tone(110_000, hz=CALLER)))
        await call.until(Bridged)
        phone = partial(Phone, switchboard.house)
        room = Supervision(phone=phone, calls=switchboard, audit=Remembered(), names={"sam": "Sam"}.get)
        leg = await switchboard.house.lines["asterisk"].dial("sam", ring_seconds=20, call="wall", attempt="wall-sam")
        await room.connect(SAM, leg)
        (conduct,) = switchboard.calls.values()
        await asyncio.sleep(2)
        ana, sam = town.pbx.agent_at("PJSIP/ana"), town.pbx.agent_at("PJSIP/sam")
        told: dict[Mode, Ears] = {}
        for mode in Mode:
            if mode is Mode.TOOK_OVER:
                await room.take_over(SAM, conduct.id)
            else:
                await room.attend(SAM, conduct.id, mode)
            await asyncio.sleep(6)
            at = {
                "caller": call_heard(town, call),
                "agent": ana.capture.heard,
                "boss": sam.capture.heard,
            }
            told[mode] = {
                who: {hz for hz in (AGENT, CALLER, BOSS) if hears(list(frames)[-50:], hz)} for who, frames in at.items()
            }
        await call.hangs_up()
        await room.close()
        return told

    told = play(story, tmp_path, agents={"ana": TALKS, "sam": BOSS_TALKS}, seats=[SEAT])
    assert told[Mode.LISTEN] == {"caller": {AGENT}, "agent": {CALLER}, "boss": {AGENT, CALLER}}
    assert told[Mode.COACH] == {"caller": {AGENT}, "agent": {CALLER, BOSS}, "boss": {AGENT, CALLER}}
    assert told[Mode.BARGE] == {"caller": {AGENT, BOSS}, "agent": {CALLER, BOSS}, "boss": {AGENT, CALLER}}
    assert told[Mode.TOOK_OVER]["caller"] == {BOSS}
    assert told[Mode.TOOK_OVER]["boss"] == {CALLER}


def test_who_is_brought_in_hears_both_there_and_is_heard_by_both_and_goes_on_alone(tmp_path: Path) -> None:
    async def story(town: PbxTown) -> tuple[Ears, Ears]:
        call = asks(town, Wait(3500), Speak(tone(110_000, hz=CALLER)))
        await call.until(Bridged)
        await asyncio.sleep(2)
        (conduct,) = town.service.switchboard.calls.values()
        await town.service.front.line.bring_in("ana", conduct.id, "sam", "")
        await call.until(CompanionJoined)
        await asyncio.sleep(8)
        ana, sam = town.pbx.agent_at("PJSIP/ana"), town.pbx.agent_at("PJSIP/sam")

        def heard() -> Ears:
            at = {"caller": call_heard(town, call), "agent": ana.capture.heard, "boss": sam.capture.heard}
            return {
                who: {hz for hz in (AGENT, CALLER, BOSS) if hears(list(frames)[-50:], hz)} for who, frames in at.items()
            }

        three = heard()
        await town.service.front.line.hang_up("ana", conduct.id)
        await call.until(CompanionOver)
        await asyncio.sleep(4)
        alone = heard()
        await call.hangs_up()
        return three, alone

    joins = SimAgent((Wait(1000), Key("1"), Speak(tone(120_000, hz=BOSS))), ring_seconds=1.0)
    three, alone = play(story, tmp_path, agents={"ana": TALKS, "sam": joins}, seats=[SEAT])
    assert three == {"caller": {AGENT, BOSS}, "agent": {CALLER, BOSS}, "boss": {AGENT, CALLER}}
    assert (alone["caller"], alone["boss"]) == ({BOSS}, {CALLER})
