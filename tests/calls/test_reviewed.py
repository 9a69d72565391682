"""Faults that a review found, each told as the call it would have spoiled."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from telephony.agents.agent import Presence
from telephony.desk import captions
from telephony.events import (
    AgentAccepted,
    Bridged,
    CallEnded,
    HandoffMoved,
    Heard,
    Held,
    KeyPressed,
    Problem,
    Said,
    Unbridged,
    WrappedUp,
)
from telephony.handoff import CallerLeft
from telephony.journal import Record
from telephony.records.store import InlineKeeper
from telephony.sim.agent import accepts
from telephony.sim.caller import Caller
from telephony.sim.script import Key, Speak, SpeakAfterPrompt, Wait
from tests.sim.virtual import TONES, WORDS, Call, Town, play
from voice.audio import Pcm
from voice.dialogue.rescue import WORDS as WORDS_OF_RESCUE
from voice.dialogue.rescue import RescueMind
from voice.events import Act, Answered, HangUp, PersonNews, PersonStage, Say, StopSeeking

A_PERSON = SpeakAfterPrompt(WORDS)
LINES = ["I want to talk to a person", "I will send you the form", "thank you", "goodbye"]


async def helped(town: Town) -> Call:
    """The caller talks with Ana, keys what she asks for, and is back with the system when she hangs up."""
    call = town.ring(A_PERSON, Wait(26_000), Key("4"), Key("1"), Key("1"), stays_ms=4_000)
    await call.over()
    return call


ANA = {"ana": accepts(Wait(2000), Speak(WORDS), stays_seconds=20)}


def test_keys_pressed_while_talking_with_a_person_are_not_kept(tmp_path: Path) -> None:
    call = play(helped, tmp_path, agents=ANA, lines=LINES, carrier_line={"bridge": "relay"})
    bridged, unbridged = call.at_ms(Bridged), call.at_ms(Unbridged)
    keys = [r.entry.key for r in call.records if isinstance(r.entry, KeyPressed) and bridged < r.at_ms < unbridged]
    assert keys == ["•"] * 3


def test_no_two_turns_of_a_call_have_one_number(tmp_path: Path) -> None:
    call = play(helped, tmp_path, agents=ANA, lines=LINES)
    turns = Counter(entry.turn for entry in (*call.all(Said), *call.all(Heard)) if entry.turn)
    assert sorted(turns) == list(range(1, len(turns) + 1))
    assert set(turns.values()) == {1}


def test_the_turns_go_on_where_a_mind_that_failed_had_stopped(tmp_path: Path) -> None:
    async def story(town: Town) -> Call:
        call = town.ring(A_PERSON, Wait(26_000), stays_ms=4_000)
        await call.until(Said)
        conduct = next(iter(town.service.switchboard.calls.values()))
        conduct._mind.on = fails
        await call.over()
        return call

    def fails(event: object, now_ms: int) -> Sequence[Act]:
        raise KeyError(type(event).__name__)

    call = play(story, tmp_path, agents=ANA, lines=LINES)
    assert call.all(Bridged)
    turns = [entry.turn for entry in (*call.all(Said), *call.all(Heard)) if entry.turn]
    assert sorted(turns) == list(range(1, len(turns) + 1))


def test_what_the_agent_promised_stands_in_the_draft_of_the_summary(tmp_path: Path) -> None:
    call = play(helped, tmp_path, agents=ANA, lines=LINES)
    assert "I will send you the form" in call.all(WrappedUp)[0].summary


def test_a_caller_who_hangs_up_after_the_agent_did_ended_the_call(tmp_path: Path) -> None:
    call = play(helped, tmp_path, agents={"ana": accepts(stays_seconds=11)}, lines=LINES)
    assert call.all(Unbridged)[0].by == "agent"
    assert call.all(CallEnded)[0].by == "caller"


def test_an_agent_on_a_line_that_is_not_open_costs_the_caller_no_call(tmp_path: Path) -> None:
    async def story(town: Town) -> Call:
        call = town.ring(A_PERSON, stays_ms=30_000)
        await call.until(Said)
        lines = town.service.switchboard.house.lines
        assert isinstance(lines, dict)
        del lines["twilio"]
        await call.over()
        return call

    call = play(story, tmp_path, agents=ANA, lines=LINES)
    assert [problem.part for problem in call.all(Problem)] == ["line"]
    assert call.outcome == "abandoned"


def test_a_caller_who_takes_it_back_while_being_joined_is_joined(tmp_path: Path) -> None:
    async def story(town: Town) -> Call:
        call = town.ring(A_PERSON, stays_ms=30_000)
        await call.until(AgentAccepted)
        conduct = next(iter(town.service.switchboard.calls.values()))
        conduct._office.asked(StopSeeking("cancelled"))
        await call.over()
        return call

    class Slow(InlineKeeper):
        async def kept(self, record: Record) -> None:
            if isinstance(record.entry, Bridged):
                await asyncio.sleep(1)

    call = play(story, tmp_path, agents=ANA, lines=LINES, keeper=Slow())
    assert call.outcome == "transferred"


def test_a_voice_that_fails_in_a_way_nobody_foresaw_speaks_again_at_the_next_prompt(tmp_path: Path) -> None:
    class Once:
        """Fails at the first sentence of a call."""

        voice_key = TONES.voice_key
        failed = False

        async def stream(self, text: str) -> AsyncGenerator[Pcm, None]:
            if not self.failed and text.startswith("Hello"):
                self.failed = True
                raise RuntimeError("the engine is gone")
            async for piece in TONES.stream(text):
                yield piece

        async def close(self) -> None:
            pass

    voice = Once()

    async def story(town: Town) -> Call:
        call = town.ring(stays_ms=20_000)
        await call.over()
        return call

    call = play(story, tmp_path, voice=lambda _: voice)
    assert [problem.part for problem in call.all(Problem)] == ["voice"]
    assert call.all(Said), call.told()


def test_a_call_that_cannot_be_made_ends_alone(tmp_path: Path) -> None:
    async def story(town: Town) -> Call:
        house = town.service.switchboard.house
        ids = iter(("", "call-2"))  # an empty name is none for a recording
        town.service.switchboard.house = replace(house, new_id=lambda: next(ids))
        lost = await town.carrier.call(from_="+12025550111", to="+12025550100", party=Caller(()))
        assert lost.status == "completed"
        call = town.ring(stays_ms=20_000)
        await call.over()
        return call

    assert play(story, tmp_path).all(Said)


def test_an_agent_chosen_as_the_search_ends_is_free_again(tmp_path: Path) -> None:
    async def story(town: Town) -> Presence:
        call = town.ring(A_PERSON, stays_ms=30_000)
        await call.until(HandoffMoved)
        conduct = next(iter(town.service.switchboard.calls.values()))
        assert conduct.seeking is not None
        conduct.seeking.happened(CallerLeft())
        town.available("ana")  # found in the same moment
        await call.over()
        return town.presence("ana")

    assert play(story, tmp_path, lines=LINES) is Presence.AVAILABLE


def test_captions_show_nothing_of_what_an_agent_says_before_the_bridge() -> None:
    def heard(turn: int) -> Record:
        return Record("call-1", 1, 0, 0.0, Heard(turn, "agent", "who is it", 0.9, 0, 100, "scripted"))

    assert captions.caption(heard(0)) is None
    assert captions.caption(heard(3)) is not None


class Page:
    """A caller's, that remembers what it was told."""

    def __init__(self) -> None:
        self.told: list[Mapping[str, object]] = []

    def tell(self, message: Mapping[str, object]) -> None:
        self.told.append(message)


def test_captions_show_nothing_of_what_an_agent_says_while_the_caller_is_on_hold() -> None:
    def said(at_ms: int, text: str, *, speaker: str = "agent") -> Record:
        """For a second, to this moment."""
        return Record("call-1", 1, at_ms, 0.0, Heard(9, speaker, text, 0.9, at_ms - 1000, at_ms, "scripted"))

    def at(at_ms: int, entry: Held | Unbridged | Bridged) -> Record:
        return Record("call-1", 1, at_ms, 0.0, entry)

    page, shown = Page(), captions.Captions()
    for record in (
        said(5_000, "one moment please"),
        at(6_000, Held("h1", "ana", True)),
        said(6_500, "hold on I am"),
        said(9_000, "this one is lying again"),
        said(9_500, "hello?", speaker="caller"),
        at(12_000, Held("h1", "ana", False)),
        said(12_500, "right so I am"),
        said(14_000, "I am back"),
        at(20_000, Held("h1", "ana", True)),
        at(21_000, Unbridged("h1", "ana", "agent")),
        at(30_000, Bridged("h2", "ben")),
        said(32_000, "Ben here"),
    ):
        shown.show(record, page)
    told = [message["text"] for message in page.told if message["type"] == "caption"]
    assert told == ["one moment please", "hello?", "I am back", "Ben here"]


def test_a_page_is_shown_captions_and_a_telephone_is_not() -> None:
    page, shown = Page(), captions.Captions()
    record = Record("call-1", 1, 7, 0.0, Said(1, "Hello.", "greeting", "en-1", 0, 7, False))
    shown.show(record, page)
    shown.show(record, object())
    assert page.told == [{"type": "caption", "speaker": "system", "text": "Hello.", "at_ms": 7}]


def test_the_rescue_says_goodbye_to_a_caller_whose_person_has_left() -> None:
    words = {name: name for name in WORDS_OF_RESCUE}
    rescue = RescueMind(words=words, version="1", queue="general", number=None)
    rescue.on(Answered(), 0)
    said = rescue.on(PersonNews(PersonStage.LEFT), 1000)
    assert [type(act) for act in said] == [Say, HangUp]


def test_prompts_are_counted_for_those_who_watch(tmp_path: Path) -> None:
    async def story(town: Town) -> str:
        call = town.ring(stays_ms=5_000)
        await call.over()
        return await town.metrics()

    assert 'warmline_sentences_total{from="engine"}' in play(story, tmp_path)
