"""Whole calls in which a caller speaks over a prompt: what they hear, and what is on record of it."""

from collections.abc import Sequence
from pathlib import Path

from telephony.events import BargedIn, Heard, PromptWentOn, Said, Understood
from telephony.sim.script import BargeIn, Item, Wait
from telephony.sim.stream import Capture
from tests.sim.virtual import WORDS, Call, Town, play

MM_HM = WORDS[: 8 * 700]
"""Something short in a human voice. What is understood of it stands in each story."""

LISTENS = Wait(16_000)


def told(folder: Path, *script: Item, lines: Sequence[str]) -> tuple[Call, Capture]:
    async def story(town: Town) -> tuple[Call, Capture]:
        call = town.ring(*script, LISTENS, stays_ms=0)
        return call, (await call.over()).media

    return play(story, folder, lines=lines)


def greeting(call: Call) -> Said:
    return next(said for said in call.all(Said) if said.prompt == "greeting")


def test_who_speaks_over_the_greeting_is_answered(tmp_path: Path) -> None:
    call, media = told(tmp_path, BargeIn(WORDS, after_ms=2500), lines=["what is my balance"] * 3)
    spoke_ms = call.caller.done[0].start_ms
    assert media.clears == 1
    assert media.happened("clear")[0].at_ms - spoke_ms <= 600  # the clip begins with 300 ms of a room
    assert greeting(call).cut
    assert [understood.intent for understood in call.all(Understood)] == ["balance"]
    assert call.all(PromptWentOn) == []
    (barged_in,) = call.all(BargedIn)
    assert abs(greeting(call).end_ms - greeting(call).start_ms - barged_in.played_ms) <= 20
    assert greeting(call).end_ms <= call.all(Heard)[0].end_ms  # it stopped before they had finished


def test_an_mm_hm_over_the_greeting_is_not(tmp_path: Path) -> None:
    call, media = told(tmp_path, BargeIn(MM_HM, after_ms=2500), lines=["mm-hm"] * 3)
    assert media.clears == 1
    (went_on,) = call.all(PromptWentOn)
    assert (went_on.prompt, went_on.why) == ("greeting", "back_channel")
    said = greeting(call)
    assert not said.cut
    assert said.start_ms <= 100
    assert call.all(Heard) == []
    assert call.all(BargedIn) == []
    assert "no_match" not in [one.prompt for one in call.all(Said)]
    assert media.underruns <= 1 + media.clears  # each prompt ends somewhere inside a frame
