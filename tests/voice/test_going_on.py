"""What a caller hears who speaks over a prompt: the pipeline of one leg, with a voice of tones and a scripted ear."""

import asyncio
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.engines import EngineFactory
from models.inference import InlinePool
from telephony.sim.voices import read
from tests.sim.leg import Answer, Leg, play, says
from tests.voice.sounds import LoudIsVoice, quiet, talk
from voice import bargein
from voice.audio import RATE, Pcm
from voice.events import Answered, Event, Heard, KeyPressed, Played, Say, Silence, SpeechBegan
from voice.g711 import mulaw_decode, mulaw_encode
from voice.listening import Listening
from voice.pipeline.recognise import ENGINE
from voice.stt.scripted import Line, ScriptedRecogniser
from voice.tts import scripted

LONG = "The first clause has been said by now. Then comes a second one, and a third which nobody wants to miss."
STATEMENT = "Your card was blocked today."
QUESTION = "Your card was blocked today. Shall we send you a new one?"
SORRY = "Sorry?"


def answered(*texts: str, shape: str = "free", interruptible: bool = True) -> Answer:
    """Says `texts` at the beginning, and "Sorry?" to every utterance."""

    def answer(event: Event) -> Sequence[Any]:
        match event:
            case Answered():
                return says(*texts, shape=shape, interruptible=interruptible)
            case Heard():
                return [Say("sorry", SORRY, "sorry", "1")]
            case _:
                return []

    return answer


def over(milliseconds: int, *sounds: Pcm, then: float = 12.0) -> Callable[[Leg], Any]:
    """The caller makes these sounds so late in the call, and listens after that."""

    async def story(leg: Leg) -> None:
        await leg.until(milliseconds)
        leg.carrier.says(np.concatenate(sounds))
        await asyncio.sleep(then)

    return story


def told(story: Callable[[Leg], Any], *texts: str, shape: str = "free", **more: Any) -> Leg:
    return play(story, answer=answered(*texts, shape=shape), vad=LoudIsVoice, **more)


def spoken(text: str) -> Pcm:
    """As it comes out of a telephone."""
    return mulaw_decode(mulaw_encode(scripted.open(scripted.Settings())._render(text)))


def heard_to_its_end(leg: Leg, text: str) -> bool:
    """The last second of `text` was heard as it was rendered."""
    last = spoken(text)[-RATE:].tobytes()
    return last in leg.heard.tobytes()


def loudness(pcm: Pcm, from_ms: int, to_ms: int) -> int:
    return int(np.abs(pcm[from_ms * 8 : to_ms * 8].astype(np.int32)).max(initial=0))


# --- stopping ---------------------------------------------------------------------------------------------------------


def test_who_speaks_over_a_prompt_hears_it_stop_and_is_answered():
    leg = told(over(3000, talk(800)), LONG, lines=["what is my balance"])
    (clear,) = leg.carrier.clears
    assert clear - 3000 <= 240
    assert not heard_to_its_end(leg, LONG)
    played, heard, sorry = [event for event in leg.mind.told if isinstance(event, (Played, Heard))]
    assert isinstance(played, Played) and not played.fully
    assert 2900 <= played.played_ms <= 3240
    assert played.span(4200)[0] <= 100  # it began with the call, however late it was told
    assert isinstance(heard, Heard) and heard.over_prompt
    assert sorry == Played("sorry", True, 360)
    assert leg.office.went_on == []


def test_nothing_is_heard_of_the_prompt_after_the_stop():
    leg = told(over(3000, talk(2000)), LONG, lines=["what is my balance"])
    assert loudness(leg.heard, 3300, 5200) == 0


def test_what_was_waiting_behind_the_prompt_is_given_up_with_it():
    leg = told(over(3000, talk(800)), LONG, STATEMENT, lines=["what is my balance"])
    assert leg.mind.all(Played)[:2] == [leg.mind.all(Played)[0], Played("say-2", False, 0)]


def test_a_protected_prompt_is_never_cut():
    story, answer = over(1000, talk(800)), answered(STATEMENT, interruptible=False)
    leg = play(story, answer=answer, vad=LoudIsVoice, lines=["what is my balance"])
    assert heard_to_its_end(leg, STATEMENT)
    assert leg.mind.all(Played)[0] == Played("say-1", True, 1680)
    assert [heard.text for heard in leg.mind.all(Heard)] == ["what is my balance"]  # and what was said is not lost


def test_a_cough_only_lowers_the_prompt():
    leg = told(over(3000, talk(140)), LONG)
    assert leg.carrier.clears == []
    assert heard_to_its_end(leg, LONG)
    usual = loudness(leg.heard, 2000, 3000)
    lowered = [loudness(leg.heard, at, at + 20) for at in range(3100, 3500, 20)]
    assert min(level for level in lowered if level) < usual / 6  # 18 dB
    assert loudness(leg.heard, 3600, 4600) == usual


def test_the_prompt_is_raised_again_without_a_jump():
    leg = told(over(3000, talk(140)), "mmmmmmmmmm" * 10)
    peaks = [loudness(leg.heard, at, at + 10) for at in range(3050, 3600, 10)]
    assert max(later / earlier for earlier, later in pairwise(peaks)) <= 2.0


# --- going on ---------------------------------------------------------------------------------------------------------


def test_after_an_mm_hm_the_prompt_goes_on_from_a_pause_before_where_it_was():
    leg = told(over(3000, talk(500)), LONG, lines=["mm-hm"])
    assert len(leg.carrier.clears) == 1
    (went_on,) = leg.office.went_on
    assert went_on.why == "back_channel"
    assert 2900 <= went_on.heard_ms <= 3240
    assert went_on.heard_ms - 1500 <= went_on.from_ms <= went_on.heard_ms
    assert heard_to_its_end(leg, LONG)


def test_the_mind_hears_nothing_of_an_mm_hm():
    leg = told(over(3000, talk(500)), LONG, lines=["mm-hm"])
    told_of = [type(event) for event in leg.mind.told if not isinstance(event, Silence)]
    assert told_of == [Answered, SpeechBegan, Played]


def test_all_parts_of_a_prompt_count_as_heard():
    leg = told(over(3000, talk(500)), LONG, lines=["mm-hm"])
    (played,) = leg.mind.all(Played)
    (went_on,) = leg.office.went_on
    assert played.fully
    assert played.played_ms == len(LONG) * 60 + went_on.heard_ms - went_on.from_ms
    assert 800 <= played.paused_ms <= 1500


@pytest.mark.parametrize("line", ["", Line("now", confidence=0.1)], ids=["nothing", "refused"])
def test_noise_is_no_sorry_the_prompt_goes_on(line: Line | str):
    leg = told(over(3000, talk(400)), LONG, lines=[line])
    assert [went_on.why for went_on in leg.office.went_on] == ["noise"]
    assert heard_to_its_end(leg, LONG)
    assert leg.mind.all(Heard) == []


def test_long_speech_of_which_nothing_was_understood_is_answered():
    leg = told(over(3000, talk(2500)), LONG, lines=[""])
    assert len(leg.mind.all(Heard)) == 1


def test_what_waits_behind_a_prompt_that_goes_on_is_said_too():
    leg = told(over(3000, talk(500)), LONG, STATEMENT, lines=["mm-hm"])
    assert [(played.say_id, played.fully) for played in leg.mind.all(Played)] == [("say-1", True), ("say-2", True)]
    assert heard_to_its_end(leg, STATEMENT)


def test_okay_to_a_question_is_an_answer():
    leg = told(over(2400, talk(400)), QUESTION, shape="yes_no", lines=["okay"])
    assert [heard.text for heard in leg.mind.all(Heard)] == ["okay"]
    assert leg.office.went_on == []


def test_okay_before_the_question_was_asked_is_none():
    leg = told(over(700, talk(400)), QUESTION, shape="yes_no", lines=["okay"])
    assert leg.mind.all(Heard) == []
    assert heard_to_its_end(leg, QUESTION)


def test_a_second_mm_hm_is_not_an_answer_either():
    async def story(leg: Leg) -> None:
        await over(2000, talk(500), then=3.0)(leg)
        await over(5000, talk(500))(leg)

    leg = told(story, LONG, lines=["mm-hm", "uh huh"])
    first, second = leg.office.went_on
    assert second.from_ms > first.from_ms
    assert heard_to_its_end(leg, LONG)


def test_a_prompt_that_noise_stops_again_and_again_is_played_to_its_end():
    async def story(leg: Leg) -> None:
        for _ in range(12):
            leg.carrier.says(np.concatenate([quiet(3000), talk(300)]))
        await asyncio.sleep(40)

    leg = told(story, f"{LONG} {LONG} {LONG}")
    assert len([one for one in leg.office.went_on if one.say_id == "say-1"]) == bargein.Settings().resumes_max
    assert leg.mind.all(Played)[0].fully


def test_who_barges_in_while_the_prompt_goes_on_stops_it_for_good():
    async def story(leg: Leg) -> None:
        await over(2000, talk(500), then=0)(leg)
        await leg.when(lambda: leg.office.went_on)
        await asyncio.sleep(0.5)
        leg.carrier.says(talk(700))
        await asyncio.sleep(8)

    leg = told(story, LONG, lines=["mm-hm", "an agent please"])
    assert len(leg.carrier.clears) == 2
    assert [heard.text for heard in leg.mind.all(Heard)] == ["an agent please"]
    assert not heard_to_its_end(leg, LONG)


def test_who_speaks_on_after_a_cough_is_not_spoken_over():
    leg = told(over(3000, talk(260), quiet(700), talk(1200)), LONG, lines=["", "an agent please"])
    assert [heard.text for heard in leg.mind.all(Heard)] == ["an agent please"]
    assert not heard_to_its_end(leg, LONG)


def test_a_key_ends_the_prompt_at_once():
    from pipecat.audio.dtmf.types import KeypadEntry

    async def story(leg: Leg) -> None:
        await leg.until(3000)
        await leg.session._parts.transport.pressed(KeypadEntry.ONE)
        await asyncio.sleep(10)

    leg = told(story, LONG)
    assert len(leg.carrier.clears) == 1
    assert loudness(leg.heard, 3200, 12_000) == 0
    assert leg.mind.all(KeyPressed) == [KeyPressed("1")]
    assert [played.fully for played in leg.mind.all(Played)] == [False]


# --- a verdict that is late or does not come --------------------------------------------------------------------------


class SlowPool(InlinePool):
    """Thinks so long about every utterance."""

    def __init__(self, seconds: float, *lines: Line | str) -> None:
        recogniser = ScriptedRecogniser(lines)
        super().__init__({ENGINE: EngineFactory(lambda: Listening(recogniser), shared=True)})
        self._seconds = seconds

    async def call(self, *args: Any, **more: Any) -> Any:
        await asyncio.sleep(self._seconds)
        return await super().call(*args, **more)


def test_a_slow_verdict_leaves_nobody_in_silence():
    leg = told(over(3000, talk(600)), LONG, pool=SlowPool(3.5, "mm-hm"))
    assert [went_on.why for went_on in leg.office.went_on] == ["late"]
    silent_from = leg.carrier.clears[0]
    assert loudness(leg.heard, 3600, 3600 + 2000) > 0
    assert loudness(leg.heard, silent_from, 3600 + 1300) == 0
    assert heard_to_its_end(leg, LONG)
    assert leg.mind.all(Heard) == []


def test_an_answer_that_is_understood_late_still_stops_the_prompt():
    leg = told(over(3000, talk(600)), LONG, pool=SlowPool(3.5, "an agent please"))
    assert [went_on.why for went_on in leg.office.went_on] == ["late"]
    assert [heard.text for heard in leg.mind.all(Heard)] == ["an agent please"]
    assert not heard_to_its_end(leg, LONG)
    assert not leg.mind.all(Played)[0].fully


def test_what_no_recogniser_could_hear_is_answered_for_nobody_can_say_that_it_was_noise():
    leg = told(over(3000, talk(600)), LONG, lines=[Line("", fails=True)] * 3)
    assert [part for part, _ in leg.office.problems] == ["recogniser"]
    assert heard_to_its_end(leg, SORRY)


# --- our own voice ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("delay_ms", [0, 100, 200, 400])
def test_our_own_echo_does_not_stop_the_prompt(delay_ms: int):
    class Sensitive(LoudIsVoice):
        def probability(self, frame: Pcm) -> float:
            return 1.0 if np.abs(frame).max() > 100 else 0.0

    async def story(leg: Leg) -> None:
        await asyncio.sleep(12)

    prompt = Speech()
    leg = play(story, answer=answered(LONG), vad=Sensitive, voice=prompt, echo_gain=0.1, echo_ms=delay_ms)
    assert leg.carrier.clears == []
    assert leg.mind.all(Heard) == []
    assert leg.mind.all(Played)[0].fully


def test_who_speaks_over_our_echo_still_stops_the_prompt():
    async def story(leg: Leg) -> None:
        await over(3000, talk(900, hz=310))(leg)

    leg = play(story, answer=answered(LONG), vad=LoudIsVoice, voice=Speech(), echo_gain=0.1, echo_ms=200,
               lines=["an agent please"])  # fmt: skip
    assert len(leg.carrier.clears) == 1
    assert leg.carrier.clears[0] - 3000 <= 300


class Speech:
    """A voice that never says the same twice, unlike a tone: its echo can be told from anything else."""

    voice_key = "noise"

    async def stream(self, text: str) -> Any:
        rng = np.random.default_rng(len(text))
        pcm = (rng.standard_normal(len(text) * 60 * 8) * 3000).astype(np.int16)
        for at in range(0, len(pcm), 800):
            yield pcm[at : at + 800]

    async def close(self) -> None:
        pass


def test_no_underrun_comes_of_little_audio_ahead():
    leg = told(over(0, quiet(20)), LONG)
    assert leg.carrier.buffer.longest_ms <= 100
    assert leg.carrier.buffer.underruns == 0


@pytest.mark.parametrize("delay_ms", [0, 200, 400])
def test_the_echo_of_a_human_voice_does_not_stop_the_prompt_either(delay_ms: int):
    """With the detector that ships, at -20 dB."""
    folder = Path(__file__).parents[2] / "telephony" / "demo" / "calls" / "clips"
    clips = [read(path) for path in sorted(folder.glob("*.flac"))[:6]]

    class Recorded(Speech):
        async def stream(self, text: str) -> Any:
            for clip in clips:
                yield clip

    async def story(leg: Leg) -> None:
        await asyncio.sleep(sum(map(len, clips)) / RATE + 2)

    leg = play(story, answer=answered("x"), voice=Recorded(), echo_gain=0.1, echo_ms=delay_ms)
    assert leg.carrier.clears == []
    assert leg.mind.all(Heard) == []
