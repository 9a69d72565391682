"""The system stays with a caller while a person is sought: measured in what they hear, in whole calls."""

import asyncio
from pathlib import Path

import pytest

from telephony.agents.agent import Presence
from telephony.events import AgentAccepted, AgentAnswered, Bridged, CallbackAgreed, Said
from telephony.sim.agent import SimAgent, accepts_at_once
from telephony.sim.script import Item, Key, LetPromptPass, SpeakAfterPrompt, Wait
from tests.sim.company import FIRST_MS, Sound
from tests.sim.virtual import WORDS, Call, Town, play
from voice.audio import FRAME_MS
from voice.events import Corrected, Escalated, MusicChosen

BUSY_THINKING = SimAgent((Wait(200_000),), ring_seconds=3)
"""Answers, and does not say yes or no for minutes."""

SPEAKS = SpeakAfterPrompt(WORDS)
KEY_0: tuple[Item, ...] = (Wait(1000), Key("0"))
LONG = {"handoff": {"decide_seconds": 200.0}}


def waits(folder: Path, *script: Item, seconds: float, lines: list[str] | None = None) -> Call:
    """The caller does as scripted and is then silent; the agent who was rung never answers the question."""

    async def story(town: Town) -> Call:
        call = town.ring(*script, stays_ms=400_000)
        await call.until(Escalated)
        await asyncio.sleep(seconds)
        await call.hangs_up()
        return call

    return play(story, folder, agents={"ana": BUSY_THINKING}, lines=lines or [], **LONG)


def test_a_silent_caller_has_company_however_long_it_takes(tmp_path: Path) -> None:
    """In the first minute at most a tenth of silence or music, and nothing twice; then soft music between words."""
    call = waits(tmp_path, *KEY_0, seconds=110)
    heard, (since, until) = call.company, call.company.sought[0]
    assert (heard.quiet_share() or 1) <= 0.10
    assert heard.between_words_max_ms(since + FIRST_MS, until) <= 30_000
    assert heard.alone_max_ms <= 5_000
    assert Sound.MUSIC in heard.sounds[(since + FIRST_MS) // FRAME_MS :]
    assert Sound.MUSIC not in heard.sounds[: (since + FIRST_MS) // FRAME_MS]
    texts = [said.text for said in call.all(Said) if said.start_ms < since + FIRST_MS]
    assert len(texts) == len(set(texts))


@pytest.mark.parametrize("lines", [["agent"], ["what is my balance", "agent"]], ids=["at once", "in a task"])
def test_a_caller_who_asks_aloud_and_then_falls_silent_has_company_too(lines: list[str], tmp_path: Path) -> None:
    call = waits(tmp_path, *[SPEAKS] * len(lines), seconds=62, lines=lines)
    assert (call.company.quiet_share() or 1) <= 0.10


@pytest.mark.parametrize(
    ("script", "lines"), [((Wait(8000), Key("3")), []), ((SPEAKS,), ["play some music"])], ids=["by key", "by voice"]
)
def test_music_plays_for_who_chooses_it(script: tuple[Item, ...], lines: list[str], tmp_path: Path) -> None:
    call = waits(tmp_path, *KEY_0, *script, seconds=40, lines=lines)
    assert call.all(MusicChosen) == [MusicChosen(on=True)]
    heard = call.company
    chosen = sum(sound is Sound.CHOSEN for sound in heard.sounds) * FRAME_MS
    assert chosen >= 15_000
    assert heard.alone_max_ms <= 5_000


def test_music_stops_on_request(tmp_path: Path) -> None:
    script = (*KEY_0, Wait(8000), Key("3"), Wait(12_000), Key("3"))
    call = waits(tmp_path, *script, seconds=50)
    assert [choice.on for choice in call.all(MusicChosen)] == [True, False]
    last = max(at for at, sound in enumerate(call.company.sounds) if sound is Sound.CHOSEN) * FRAME_MS
    ended = next(r.at_ms for r in call.records if isinstance(r.entry, MusicChosen) and not r.entry.on)
    assert last <= ended + 300


# --- it stops when somebody has taken the call ------------------------------------------------------------------------


@pytest.mark.parametrize("after_seconds", [1.0, 4.1, 6.3])
def test_what_is_being_said_stops_within_300_ms_of_the_accept(after_seconds: float, tmp_path: Path) -> None:
    async def story(town: Town) -> Call:
        call = town.ring(*KEY_0)
        await call.until(Bridged)
        await asyncio.sleep(2)
        await call.hangs_up()
        return call

    agents = {"ana": accepts_at_once(after_seconds=after_seconds, ring_seconds=4)}
    call = play(story, tmp_path, agents=agents, carrier_line={"bridge": "relay"})
    accepted = call.at_ms(AgentAccepted)
    before = [said for said in call.all(Said) if said.start_ms < accepted]
    assert before[-1].cut
    assert before[-1].end_ms <= accepted + 300
    assert call.all(Said)[len(before)].prompt == "seek.coming"


def test_music_stops_within_300_ms_of_the_accept(tmp_path: Path) -> None:
    async def story(town: Town) -> Call:
        call = town.ring(*KEY_0, Wait(3000), Key("3"))
        await call.until(Bridged)
        await call.hangs_up()
        return call

    call = play(story, tmp_path, agents={"ana": accepts_at_once(after_seconds=15, ring_seconds=4)}, **LONG)
    sounds, accepted = call.company.sounds, call.at_ms(AgentAccepted)
    assert Sound.CHOSEN in sounds
    assert max(at for at, sound in enumerate(sounds) if sound is Sound.CHOSEN) * FRAME_MS <= accepted + 300


# --- the caller stays in control --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("script", "lines"), [((Wait(6000), Key("2")), []), ((SPEAKS,), ["never mind"])], ids=["by key", "by voice"]
)
def test_the_transfer_is_cancelled(script: tuple[Item, ...], lines: list[str], tmp_path: Path) -> None:
    async def story(town: Town) -> tuple[Call, Presence]:
        call = town.ring(*KEY_0, *script)
        await call.until(AgentAnswered)
        await asyncio.sleep(25)
        await call.hangs_up()
        return call, town.presence("ana")

    call, ana = play(story, tmp_path, agents={"ana": BUSY_THINKING}, lines=lines, **LONG)
    assert "no_longer_sought" in [said.prompt for said in call.all(Said)]
    assert not call.all(Bridged)
    assert ana is Presence.AVAILABLE


def test_the_transfer_is_exchanged_for_a_callback(tmp_path: Path) -> None:
    async def story(town: Town) -> tuple[Call, Presence]:
        call = town.ring(*KEY_0, Wait(6000), Key("1"), LetPromptPass(), Key("1", after_prompt=True))
        await call.until(CallbackAgreed)
        await call.over()
        return call, town.presence("ana")

    call, ana = play(story, tmp_path, agents={"ana": BUSY_THINKING}, **LONG)
    assert call.outcome == "callback"
    assert ana is Presence.AVAILABLE


def test_what_is_missing_is_collected_for_the_person(tmp_path: Path) -> None:
    """The amount of a dispute, asked while the agent is being told what is known."""
    lines = ["i want to dispute a charge", "agent", "yes", "eighty four dollars"]

    async def story(town: Town) -> Call:
        call = town.ring(*[SPEAKS] * 3, LetPromptPass(), SPEAKS, stays_ms=60_000)
        await call.until(Corrected)
        await call.hangs_up()
        return call

    call = play(story, tmp_path, agents={"ana": BUSY_THINKING}, lines=lines, **LONG)
    assert "disputed_charge.ask_amount" in [said.prompt for said in call.all(Said)]
