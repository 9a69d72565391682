"""Words so far of an utterance that goes on: whoever looks at the call reads them, and nothing else comes of them."""

import asyncio
from pathlib import Path

from telephony.being_said import BeingSaid
from telephony.events import Bridged, Heard, Said
from telephony.sim.agent import accepts_at_once
from telephony.sim.script import Key, Speak, SpeakAfterPrompt, Wait
from tests.sim.virtual import WORDS, Call, Town, play

OFTEN = {"ear": {"partial_ms": 300}}


class Eyes:
    """An onlooker; `open` while somebody looks."""

    def __init__(self, *, open: bool = True) -> None:
        self.open = open
        self.read: list[BeingSaid] = []

    def looks_at(self, call: str) -> bool:
        return self.open

    def being_said(self, said: BeingSaid) -> None:
        self.read.append(said)


def said_to(eyes: Eyes, folder: Path, *lines: str) -> Call:
    async def story(town: Town) -> Call:
        town.service.switchboard.house.onlookers.add(eyes)
        call = town.ring(SpeakAfterPrompt(WORDS), stays_ms=10_000)
        await call.over()
        return call

    return play(story, folder, lines=lines * 9, hearing=OFTEN)


def test_words_are_read_while_they_are_said_and_only_the_whole_is_on_record(tmp_path: Path) -> None:
    eyes = Eyes()
    call = said_to(eyes, tmp_path, "what is my balance")
    assert eyes.read and {(said.speaker, said.text) for said in eyes.read} == {("caller", "what is my balance")}
    assert [heard.text for heard in call.all(Heard)] == ["what is my balance"]


def test_nothing_is_recognised_ahead_while_nobody_looks(tmp_path: Path) -> None:
    eyes = Eyes(open=False)
    call = said_to(eyes, tmp_path, "what is my balance")
    assert eyes.read == []
    assert [heard.text for heard in call.all(Heard)] == ["what is my balance"]


def test_a_long_number_is_masked_in_them_as_in_the_whole(tmp_path: Path) -> None:
    eyes = Eyes()
    call = said_to(eyes, tmp_path, "it is four one one one one one one one one one")
    assert {said.text for said in eyes.read} == {heard.text for heard in call.all(Heard)}
    assert "one" not in eyes.read[0].text


def test_an_onlooker_that_fails_touches_neither_the_call_nor_the_others(tmp_path: Path) -> None:
    class Broken(Eyes):
        def being_said(self, said: BeingSaid) -> None:
            raise RuntimeError("no page")

    seen = Eyes()

    async def story(town: Town) -> Call:
        for eyes in (Broken(), seen):
            town.service.switchboard.house.onlookers.add(eyes)
        call = town.ring(SpeakAfterPrompt(WORDS), stays_ms=10_000)
        await call.over()
        return call

    call = play(story, tmp_path, lines=["what is my balance"] * 9, hearing=OFTEN)
    assert seen.read
    assert [heard.text for heard in call.all(Heard)] == ["what is my balance"]


def test_on_a_bridge_the_agent_is_read_too(tmp_path: Path) -> None:
    eyes = Eyes()

    async def story(town: Town) -> Call:
        call = town.ring(Wait(1000), Key("0"), stays_ms=120_000)
        await call.until(Bridged)
        town.service.switchboard.house.onlookers.add(eyes)
        await asyncio.sleep(20)
        await call.hangs_up()
        return call

    talks = accepts_at_once(Wait(3000), Speak(WORDS), Wait(2000), Speak(WORDS), after_seconds=1.0, ring_seconds=1.0)
    play(story, tmp_path, agents={"ana": talks}, lines=["hello there"] * 60, hearing=OFTEN)
    assert {said.speaker for said in eyes.read} == {"agent"}


def test_the_systems_own_words_are_read_as_they_begin_whole_and_without_guessing(tmp_path: Path) -> None:
    read: list[BeingSaid] = []
    said_before: list[int] = []

    async def story(town: Town) -> Call:
        town.service.switchboard.house.onlookers.reads(read.append)
        call = town.ring(SpeakAfterPrompt(WORDS), stays_ms=10_000)
        town.service.switchboard.house.onlookers.reads(lambda begun: said_before.append(len(call.all(Said))))
        await call.over()
        return call

    call = play(story, tmp_path, lines=["what is my balance"] * 9)
    told = [said.text for said in call.all(Said)]
    assert {begun.speaker for begun in read} == {"system"}
    assert told and [begun.text for begun in read][: len(told)] == told
    assert all(before <= place for place, before in enumerate(said_before)), "each before it was said"
