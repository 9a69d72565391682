"""Recognising at a pause: what it saves, what it costs, and what it can never do."""

import asyncio
from typing import Any

import numpy as np
import pytest

from models.engines import EngineFactory, Priority
from models.errors import EngineFailed
from models.inference import InlinePool, PoolStats
from tests.voice.sounds import Conversation, quiet, talk
from voice.ear_events import EarEvent, Segment, SpeechEnded, SpeechGoesOn, SpeechPaused, SpeechResumed
from voice.events import Expect
from voice.hearing import Settings
from voice.pipeline.guess import ENGINE, TURN_ENGINE, Guesses, Partial, key_of
from voice.stt import Recognition
from voice.turn_end import Completeness
from voice.turn_guess import Settings as Guessing
from voice.turn_guess import Start, Tally, start

COMPLETE, OPEN = Completeness.COMPLETE, Completeness.OPEN
YES_NO = Expect("yes_no", "yes_no")


class Busy(InlinePool):
    """Takes work at once; says that `queued` others wait."""

    queued = 0

    def stats(self) -> PoolStats:
        return PoolStats(self.queued, 1, 0, 0, 0, 0, 0, 0.0, 0.0)


class Leg:
    """One leg: an ear, guesses over a pool of one scripted recogniser, and what became of it."""

    def __init__(self, *heard: str, expect: Expect = YES_NO, ear: Settings | None = None, **guessing: Any) -> None:
        self.texts, self.runs, self.news = list(heard), 0, list[Completeness]()
        self.partials: list[Partial] = []
        self.looking = True
        self.pool = Busy({ENGINE: EngineFactory(lambda: self._hear), TURN_ENGINE: EngineFactory(lambda: self._judge)})
        self.tally = Tally()
        self.call = Conversation(ear, expect=expect)
        self.expect = expect
        self.ended_by_sound = 0.5
        self.guesses = Guesses(
            pool=self.pool, leg="caller", ear=self, deadline_seconds=1.0, settings=Guessing(**guessing),
            tally=self.tally, viewers=self,
        )  # fmt: skip

    def show(self, partial: Partial) -> None:
        self.partials.append(partial)

    def consider(self, start_ms: int, end_ms: int, completeness: Completeness) -> None:
        self.news.append(completeness)
        self.call.ear.consider(start_ms, end_ms, completeness)

    async def hears(self, *sounds: np.ndarray) -> list[Segment]:
        """Feeds 20 ms at a time, and lets the guesses work in between; gives the utterances that ended."""
        pcm, ended = np.concatenate(sounds), []
        for at in range(0, len(pcm), 160):
            for event in self.call.hears(pcm[at : at + 160]):
                ended += self._tell(event)
            for _ in range(3):
                await asyncio.sleep(0)
        return ended

    def _tell(self, event: EarEvent) -> list[Segment]:
        match event:
            case SpeechPaused(segment=segment):
                self.guesses.paused(segment, self.call.ear.expected)
            case SpeechResumed():
                self.guesses.resumed()
            case SpeechGoesOn(segment=segment):
                self.guesses.goes_on(segment, self.call.ear.expected)
            case SpeechEnded(segment=segment):
                self.guesses.ended(segment, self.call.ear.expected.language)
                return [segment]
            case _:
                pass
        return []

    async def final(self, segment: Segment, language: str = "yes_no") -> str:
        key = key_of("caller", segment, language)
        recognition, _ = await self.pool.call(ENGINE, segment.pcm, language, key=key, deadline_s=1.0)
        return str(recognition.text)

    def _hear(self, pcm: np.ndarray, language: str) -> tuple[Recognition, None]:
        self.runs += 1
        text = self.texts.pop(0) if self.texts else ""
        if text == "breaks":
            raise EngineFailed("it broke")
        return Recognition(text, 0.9, "scripted"), None

    def _judge(self, pcm: np.ndarray) -> float:
        return self.ended_by_sound


async def test_a_final_whose_guess_was_kept_costs_no_second_decode() -> None:
    leg = Leg("yes")
    (segment,) = await leg.hears(quiet(500), talk(500), quiet(400))
    assert await leg.final(segment) == "yes"
    assert leg.runs == 1
    assert (leg.tally.turns, leg.tally.kept, leg.tally.decodes_per_turn) == (1, 1, 1.0)


async def test_a_guess_is_cut_as_the_final_is() -> None:
    leg = Leg("yes")
    (segment,) = await leg.hears(quiet(500), talk(500), quiet(800))
    (paused,) = [event.segment for event in leg.call.events if isinstance(event, SpeechPaused)]
    assert paused == segment
    assert np.array_equal(paused.pcm, segment.pcm)


async def test_speech_that_goes_on_drops_the_guess_and_a_later_pause_guesses_anew() -> None:
    leg = Leg("", "no it's not right", expect=Expect("main"))
    (segment,) = await leg.hears(quiet(500), talk(400), quiet(200), talk(600), quiet(800))
    assert await leg.final(segment, "main") == "no it's not right"
    assert leg.runs == 2
    assert (leg.tally.started, leg.tally.dropped, leg.tally.kept) == (2, 1, 1)


async def test_a_plain_yes_closes_the_turn_early() -> None:
    leg = Leg("yes")
    assert await leg.hears(quiet(500), talk(500), quiet(140)) == []
    assert len(await leg.hears(quiet(20))) == 1


async def test_four_digits_of_four_close_early_and_three_of_four_wait() -> None:
    four = Expect("digits", "digits", 4)
    all_of_them, one_short = Leg("four two four two", expect=four), Leg("four two four", expect=four)
    assert len(await all_of_them.hears(quiet(500), talk(900), quiet(200))) == 1
    assert await one_short.hears(quiet(500), talk(900), quiet(1480)) == []
    assert len(await one_short.hears(quiet(20))) == 1


async def test_and_waits() -> None:
    leg = Leg("i lost my card and", expect=Expect("main"))
    assert await leg.hears(quiet(500), talk(900), quiet(980)) == []


async def test_another_question_meanwhile_is_another_key_and_the_old_news_is_not_believed() -> None:
    leg = Leg("yes", "four")
    await leg.hears(quiet(500), talk(500), quiet(80))
    leg.call.ear.expect(Expect("digits", "digits", 4))
    assert await leg.hears(quiet(540)) == []
    (segment,) = await leg.hears(quiet(80))
    assert await leg.final(segment, "digits") == "four"
    assert (leg.tally.kept, leg.tally.dropped) == (0, 1)


async def test_news_of_a_pause_that_is_over_changes_nothing() -> None:
    leg = Leg("", expect=Expect("main"))
    await leg.hears(quiet(500), talk(500), quiet(240))
    (paused,) = [event.segment for event in leg.call.events if isinstance(event, SpeechPaused)]
    await leg.hears(talk(300), quiet(100))
    leg.call.ear.consider(paused.start_ms, paused.end_ms, COMPLETE)
    assert await leg.hears(quiet(380)) == []
    assert len(await leg.hears(quiet(20))) == 1


async def test_without_any_news_the_safe_silence_stands() -> None:
    leg = Leg("yes", enabled=False)
    assert await leg.hears(quiet(500), talk(500), quiet(280)) == []
    assert len(await leg.hears(quiet(20))) == 1
    assert leg.runs == 0


async def test_a_guess_that_fails_leaves_the_safe_silence_and_the_final_tries_again() -> None:
    leg = Leg("breaks", "yes")
    (segment,) = await leg.hears(quiet(500), talk(500), quiet(300))
    assert await leg.final(segment) == "yes"
    assert (leg.tally.refused, leg.tally.kept) == (1, 0)


async def test_a_slow_speaker_is_given_time_after_being_cut_once() -> None:
    leg = Leg(expect=Expect("main"))
    slow = (talk(500), quiet(800), talk(500), quiet(2000))
    assert len(await leg.hears(quiet(500), *slow)) == 2
    assert len(await leg.hears(*slow)) == 1


async def test_words_so_far_are_shown_and_never_told_to_the_mind() -> None:
    leg = Leg("i lost", "i lost my card", expect=Expect("main"), ear=Settings(partial_ms=1000))
    await leg.hears(quiet(500), talk(2100))
    assert [partial.text for partial in leg.partials] == ["i lost", "i lost my card"]
    assert leg.news == []


async def test_no_words_so_far_of_a_secret_nor_from_a_busy_pool() -> None:
    secret = Leg("one two", expect=Expect("digits", "digits", 4, sensitive=True), ear=Settings(partial_ms=1000))
    await secret.hears(quiet(500), talk(1500))
    busy = Leg("i lost", ear=Settings(partial_ms=1000))
    busy.pool.queued = 1
    await busy.hears(quiet(500), talk(1500))
    assert (secret.runs, busy.runs) == (0, 0)


async def test_what_nobody_looks_at_is_not_recognised_before_its_end() -> None:
    leg = Leg("i lost", ear=Settings(partial_ms=1000))
    leg.looking = False
    await leg.hears(quiet(500), talk(1500))
    assert leg.runs == 0


async def test_a_part_of_an_utterance_is_never_shown_after_its_end() -> None:
    leg = Leg("i lost", expect=Expect("main"), ear=Settings(partial_ms=1000))
    leg.guesses.goes_on(Segment(talk(1000), 500, 1500, 0, 1000), leg.expect)
    leg.guesses.ended(Segment(talk(1000), 500, 1500, 0, 1000), "main")
    for _ in range(5):
        await asyncio.sleep(0)
    assert leg.partials == []


async def test_a_sound_that_ends_is_a_second_opinion_where_words_leave_it_open() -> None:
    leg = Leg("i lost my card", expect=Expect("main"), smart_turn=True)
    leg.ended_by_sound = 0.97
    await leg.hears(quiet(500), talk(500), quiet(240))
    assert leg.news == [COMPLETE]


async def test_a_sound_that_ends_does_not_outvote_an_and() -> None:
    leg = Leg("i lost my card and", expect=Expect("main"), smart_turn=True)
    leg.ended_by_sound = 0.97
    await leg.hears(quiet(500), talk(500), quiet(240))
    assert leg.news == [OPEN]


@pytest.mark.parametrize(("queued", "when"), [(0, Start.NOW), (1, Start.NOW), (2, Start.LATER), (6, Start.NEVER)])
def test_a_loaded_pool_is_asked_later_or_not_at_all(queued: int, when: Start) -> None:
    assert start(Guessing(), queued=queued) is when


async def test_what_nobody_has_asked_for_yet_stands_behind_what_a_caller_waits_for() -> None:
    leg, asked = Leg("yes"), list[Priority]()
    call = leg.pool.call

    async def watched(name: str, *args: object, priority: Priority = Priority.FINAL, **more: Any) -> Any:
        asked.append(priority)
        return await call(name, *args, priority=priority, **more)

    leg.pool.call = watched  # type: ignore[method-assign]
    (segment,) = await leg.hears(quiet(500), talk(500), quiet(400))
    await leg.final(segment)
    assert asked == [Priority.SPECULATIVE, Priority.FINAL]
