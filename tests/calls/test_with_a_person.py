"""What a caller has of a person once joined: hold and its end, and being given back to the system with a note."""

import asyncio
from pathlib import Path

import numpy as np

from models.brief import Part
from telephony.agents.agent import Presence
from telephony.errors import IllegalMove
from telephony.events import Bridged, BriefReady, HandedBack, Held, Said, Unbridged
from telephony.sim.agent import SimAgent
from telephony.sim.attention import is_loud
from telephony.sim.script import Key, Speak, Wait
from tests.sim.virtual import WORDS, Call, Town, play
from voice.audio import FRAME_MS, Pcm
from voice.events import Escalated

TALKATIVE = SimAgent((Wait(1000), Key("1"), *([Speak(WORDS)] * 60)), ring_seconds=1.0)
"""Takes the call and then talks without a pause."""


def asks(town: Town) -> Call:
    return town.ring(Wait(1000), Key("0"), stays_ms=180_000)


def heard(town: Town, call: Call, from_ms: int, to_ms: int) -> list[Pcm]:
    return list(town.carrier.calls[call.sid].media.heard[from_ms // FRAME_MS : to_ms // FRAME_MS])


def is_said(records: Call, prompt: str) -> list[Said]:
    return [said for said in records.all(Said) if said.prompt == prompt]


def test_on_hold_the_caller_hears_who_holds_them_then_music_and_never_the_agent(tmp_path: Path) -> None:
    async def story(town: Town) -> tuple[Call, list[Pcm], list[Pcm]]:
        call = asks(town)
        await call.until(Bridged)
        seeking = next(iter(town.service.switchboard.calls.values())).seeking
        assert seeking is not None
        await asyncio.sleep(3)
        await seeking.agent_holds(True)
        await seeking.agent_holds(True)
        await asyncio.sleep(40)
        began = call.at_ms(Held)
        music = heard(town, call, began + 6000, began + 20_000)
        await seeking.agent_holds(False)
        await asyncio.sleep(4)
        back = heard(town, call, began + 41_000, began + 44_000)
        await call.hangs_up()
        return call, music, back

    call, music, back = play(story, tmp_path, agents={"ana": TALKATIVE}, carrier_line={"bridge": "relay"})
    assert [entry.on for entry in call.all(Held)] == [True, False]
    assert len(is_said(call, "held")) == 1
    assert len(is_said(call, "held.again")) == 1
    speech = [np.abs(frame.astype(np.int32)).max() for frame in back if is_loud(frame)]
    assert len(speech) > len(back) // 3  # the agent again
    quiet = [np.abs(frame.astype(np.int32)).max() for frame in music]
    assert max(quiet) < max(speech) / 2  # nothing of the agent, who never stopped talking
    assert np.mean([is_loud(frame) for frame in music]) > 0.9  # and no dead line


def test_an_agent_gives_the_caller_back_with_a_note_and_the_system_goes_on_with_it(tmp_path: Path) -> None:
    async def story(town: Town) -> tuple[Call, Presence]:
        call = asks(town)
        await call.until(Bridged)
        conduct = next(iter(town.service.switchboard.calls.values()))
        await asyncio.sleep(3)
        assert conduct.seeking is not None
        conduct.seeking.agent_hands_back("book an appointment please")
        await call.until(Unbridged)
        await asyncio.sleep(20)
        assert town.leg_of("ana").status == "completed"
        await call.hangs_up()
        return call, town.presence("ana")

    call, ana = play(story, tmp_path, agents={"ana": TALKATIVE})
    assert [(entry.agent, entry.notes) for entry in call.all(HandedBack)] == [("ana", "book an appointment please")]
    assert [entry.by for entry in call.all(Unbridged)] == ["agent"]
    after = [said.prompt for said in call.all(Said)]
    assert "seek.handed_back" in after
    assert after[after.index("seek.handed_back") + 1].startswith(("identity", "appointment"))
    assert ana is not Presence.ON_CALL
    assert call.outcome == "transferred"


def test_hold_and_handing_back_need_a_bridge(tmp_path: Path) -> None:
    async def story(town: Town) -> int:
        call = town.ring(Wait(1000), Key("0"))
        refused = 0
        await call.until(Said)
        await asyncio.sleep(4)
        seeking = next(iter(town.service.switchboard.calls.values())).seeking
        assert seeking is not None
        try:
            await seeking.agent_holds(True)
        except IllegalMove:
            refused += 1
        try:
            seeking.agent_hands_back("")
        except IllegalMove:
            refused += 1
        await call.hangs_up()
        assert not call.all(Held)
        return refused

    assert play(story, tmp_path) == 2


def test_an_agent_passes_the_caller_on_and_the_next_person_reads_the_note_first(tmp_path: Path) -> None:
    async def story(town: Town) -> Call:
        call = asks(town)
        await call.until(Bridged)
        conduct = next(iter(town.service.switchboard.calls.values()))
        await asyncio.sleep(3)
        assert conduct.seeking is not None
        conduct.seeking.agent_hands_back("lost the card on a boat, wants it stopped", "cards")
        await asyncio.sleep(60)
        await call.hangs_up()
        return call

    call = play(story, tmp_path, agents={"ana": TALKATIVE, "ben": TALKATIVE})
    one, other = [entry.agent for entry in call.all(Bridged)]
    assert {one, other} == {"ana", "ben"}
    assert [entry.to for entry in call.all(HandedBack)] == ["cards"]
    passed = [entry for entry in call.all(Escalated) if entry.trigger == "passed_on"]
    assert [(entry.queue, "boat" in entry.evidence[0]) for entry in passed] == [("cards", True)]
    brief = call.all(BriefReady)[-1].brief
    assert any("boat" in line.text for line in brief.part(Part.WHY))
    after = [said.prompt for said in call.all(Said)]
    assert after.index("seek.passed_on") > 0
    assert call.outcome == "transferred"
