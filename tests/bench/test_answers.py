"""The edge bench's clock tells what a caller hears: bots that answer after a known time are timed to within a frame."""

import asyncio
import base64
import json
from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from telephony.sim.caller import Caller
from telephony.sim.carrier import Carrier
from telephony.sim.clock import run_virtual
from telephony.sim.script import BargeIn, HangUp, SpeakAfterPrompt, Wait
from telephony.sim.socket import Answer, Headers
from tests.bench.edge.answers import CallClock, Turn
from tests.bench.edge.client import DOCUMENT
from tests.bench.edge.line import ClockedReach
from tests.bench.edge.sounds import Catalogue, Clip, Word, clip, heard_by
from voice.audio import FRAME_MS, FRAME_SAMPLES, RATE, Pcm, silence
from voice.g711 import mulaw_encode

FRAME = FRAME_MS / 1000
DELAYS_MS = (20, 60, 140, 300, 710, 1500)


def voice(ms: int, *, seed: int) -> Pcm:
    """Noise, loud throughout: every frame is another."""
    return (np.random.default_rng(seed).standard_normal(RATE * ms // 1000) * 3000).clip(-32000, 32000).astype(np.int16)


def said(name: str, *pieces: Pcm) -> Clip:
    return clip(name, "choice", np.concatenate(pieces), "one two three")


YES = said("yes", silence(60), voice(400, seed=1), silence(100))
PAUSED = said("paused", voice(300, seed=2), silence(500), voice(300, seed=3))
CLIPS = Catalogue([YES, PAUSED])
PROMPT = mulaw_encode(voice(FRAME_MS, seed=9))
QUIET = mulaw_encode(silence(FRAME_MS))


# --- the clock by itself, in times of our own ------------------------------------------------------------------------


class Conversation:
    """Says clips to a clock and answers, frame by frame."""

    def __init__(self) -> None:
        self.clock = CallClock(CLIPS)
        self.at = 100.0

    def say(self, one: Clip, *, at: float | None = None) -> float:
        """When its last voiced frame was sent."""
        began = self.at if at is None else at
        for number in range(len(one.pcm) // FRAME_SAMPLES):
            frame = one.pcm[number * FRAME_SAMPLES : (number + 1) * FRAME_SAMPLES]
            self.clock.sent(mulaw_encode(frame), began + number * FRAME)
        self.at = began + len(one.pcm) / RATE
        return began + one.voiced[1] * FRAME

    def hear(self, at: float, *, frames: int = 10, mulaw: bytes = PROMPT, burst: bool = False) -> None:
        for number in range(frames):
            self.clock.received(mulaw, at + (0 if burst else number * FRAME))

    def turns(self) -> list[Turn]:
        return list(self.clock.turns())


@pytest.fixture
def talk() -> Conversation:
    return Conversation()


@pytest.mark.parametrize("delay_ms", [1, 250, 4000])
def test_the_delay_runs_from_the_last_voiced_frame_not_from_the_end_of_the_recording(
    talk: Conversation, delay_ms: int
) -> None:
    last = talk.say(YES)
    talk.hear(last + delay_ms / 1000)
    assert talk.turns()[0].answer_ms == pytest.approx(delay_ms, abs=0.01)


def test_silence_sent_first_is_no_answer(talk: Conversation) -> None:
    last = talk.say(YES)
    talk.hear(last + 0.1, frames=20, mulaw=QUIET)
    talk.hear(last + 0.5)
    assert talk.turns()[0].answer_ms == pytest.approx(500, abs=0.01)


def test_silence_sent_all_at_once_is_waited_for_as_the_carrier_plays_it(talk: Conversation) -> None:
    last = talk.say(YES)
    talk.hear(last + 0.1, frames=15, mulaw=QUIET, burst=True)
    talk.hear(last + 0.1)
    assert talk.turns()[0].answer_ms == pytest.approx(400, abs=0.01)


def test_an_answer_that_begins_inside_a_long_message_counts_from_its_first_sound(talk: Conversation) -> None:
    last = talk.say(YES)
    talk.clock.received(QUIET * 3 + PROMPT * 5, last + 0.2)
    assert talk.turns()[0].answer_ms == pytest.approx(260, abs=1)


def test_the_rest_of_a_prompt_that_was_spoken_over_is_no_answer(talk: Conversation) -> None:
    talk.hear(talk.at - 0.5, frames=70)  # goes on for 0.3 s after the caller's last voice
    last = talk.say(YES)
    talk.hear(last + 1.2)
    (turn,) = talk.turns()
    assert turn.answer_ms == pytest.approx(1200, abs=0.01)
    assert turn.cut_off_ms is None


def test_what_was_cleared_before_it_played_was_not_heard(talk: Conversation) -> None:
    last = talk.say(YES)
    talk.hear(last + 0.1, frames=10, mulaw=QUIET, burst=True)
    talk.hear(last + 0.1, frames=10, burst=True)  # would be played from 0.3 s on
    talk.clock.cleared(last + 0.15)
    talk.hear(last + 0.9)
    assert talk.turns()[0].answer_ms == pytest.approx(900, abs=0.01)


def test_an_answer_into_the_callers_pause_has_cut_them_off(talk: Conversation) -> None:
    began = talk.at
    last = talk.say(PAUSED)
    talk.hear(began + 0.6)
    (turn,) = talk.turns()
    assert turn.cut_off_ms == pytest.approx((last - began - 0.6) * 1000, abs=0.01)


def test_a_pause_inside_what_is_said_is_not_its_end(talk: Conversation) -> None:
    last = talk.say(PAUSED)
    talk.hear(last + 0.3)
    assert talk.turns() == [Turn("paused", "choice", 0.0, pytest.approx(300, abs=0.01), None)]


def test_a_click_is_no_answer(talk: Conversation) -> None:
    last = talk.say(YES)
    talk.hear(last + 0.1, frames=2)
    talk.hear(last + 0.8)
    assert talk.turns()[0].answer_ms == pytest.approx(800, abs=0.01)


def test_what_comes_after_the_next_word_answers_that_one(talk: Conversation) -> None:
    talk.say(YES)
    last = talk.say(PAUSED, at=talk.at + 3)
    talk.hear(last + 0.4)
    first, second = talk.turns()
    assert first.answer_ms is None
    assert second.answer_ms == pytest.approx(400, abs=0.01)


def test_audio_that_runs_out_inside_a_prompt_is_a_gap_and_between_two_prompts_is_none(talk: Conversation) -> None:
    talk.hear(1.0, frames=10)
    talk.hear(1.25, frames=10)  # 50 ms late
    assert talk.clock.holes_ms == [pytest.approx(50, abs=0.01)]
    talk.clock.marked()
    talk.hear(1.9, frames=10)
    talk.clock.cleared(2.1)
    talk.hear(2.4, frames=10)
    assert len(talk.clock.holes_ms) == 1


def test_the_pace_is_judged_once_the_lead_is_there(talk: Conversation) -> None:
    talk.hear(1.0, frames=6, burst=True)
    talk.hear(1.02, frames=30)
    assert talk.clock.gaps_ms == [pytest.approx(0, abs=0.01)] * len(talk.clock.gaps_ms)
    talk.clock.received(PROMPT, 1.02 + 30 * FRAME + 0.007)
    assert talk.clock.gaps_ms[-1] == pytest.approx(7, abs=0.01)


# --- and behind the simulated carrier, against bots that answer after a known time -----------------------------------


class Bot:
    """A far end that greets, then answers each clip `delay_ms` after its last voiced frame reached it."""

    closed_with: int | None = None

    def __init__(self, delay_ms: int, *, silent_ms: int = 0, prompt_ms: int = 600) -> None:
        self._delay, self._silent_ms, self._prompt_ms = delay_ms / 1000, silent_ms, prompt_ms
        self._out: asyncio.Queue[str | None] = asyncio.Queue()
        self._stream = ""

    async def post(self, url: str, form: Mapping[str, str], headers: Headers) -> Answer:
        return Answer(200, DOCUMENT)

    async def connect(self, url: str, headers: Headers) -> "Bot":
        return self

    async def send(self, message: str | bytes) -> None:
        read = json.loads(message)
        if read["event"] == "start":
            self._stream = read["start"]["streamSid"]
            self._speak()
        elif read["event"] == "media":
            found = CLIPS.of(base64.b64decode(read["media"]["payload"]))
            if found is not None and found.frame == found.clip.voiced[1]:
                asyncio.get_running_loop().call_later(self._delay, self._speak)

    def _speak(self) -> None:
        frames = [QUIET] * (self._silent_ms // FRAME_MS) + [PROMPT] * (self._prompt_ms // FRAME_MS)
        for number, frame in enumerate(frames):
            asyncio.get_running_loop().call_later(number * FRAME, self._out.put_nowait, self._media(frame))

    def _media(self, mulaw: bytes) -> str:
        payload = base64.b64encode(mulaw).decode()
        return json.dumps({"event": "media", "streamSid": self._stream, "media": {"payload": payload}})

    async def receive(self) -> str | bytes | None:
        return await self._out.get()

    async def close(self) -> None: ...

    async def drop(self) -> None: ...


def measured(bot: Bot, script: Sequence[object]) -> list[Turn]:
    async def call() -> list[Turn]:
        now = asyncio.get_running_loop().time
        reach = ClockedReach(bot, new_clock=lambda: CallClock(CLIPS), now=now)
        carrier = Carrier(
            reach, public_base_url="http://bot.example", account_sid="AC" + "0" * 32, auth_token="t", status_path=None
        )
        party = Caller(list(script))  # type: ignore[arg-type]
        await carrier.call(from_="+12025550143", to="+12025550100", party=party, max_seconds=60)
        await carrier.close()
        return list(reach.clocks[0].turns())

    return run_virtual(call())


@pytest.mark.parametrize("delay_ms", DELAYS_MS)
def test_a_bot_that_answers_after_a_known_time_is_timed_to_within_a_frame(delay_ms: int) -> None:
    script = [SpeakAfterPrompt(YES.pcm), SpeakAfterPrompt(PAUSED.pcm), Wait(3000), HangUp()]
    turns = measured(Bot(delay_ms), script)
    assert [turn.clip for turn in turns] == ["yes", "paused"]
    for turn in turns:
        assert turn.answer_ms == pytest.approx(delay_ms, abs=FRAME_MS)
        assert turn.cut_off_ms is None


def test_a_bot_that_sends_silence_before_its_answer_is_not_timed_by_it() -> None:
    (turn,) = measured(Bot(100, silent_ms=400), [SpeakAfterPrompt(YES.pcm), Wait(3000), HangUp()])
    assert turn.answer_ms == pytest.approx(500, abs=FRAME_MS)


def test_a_bot_that_talks_on_while_the_caller_speaks_is_timed_by_its_answer() -> None:
    bot = Bot(900, prompt_ms=1400)  # the prompt goes on for about 0.4 s after the caller's last voice
    (turn,) = measured(bot, [BargeIn(YES.pcm, after_ms=600), Wait(4000), HangUp()])
    assert turn.answer_ms == pytest.approx(900, abs=FRAME_MS)


# --- the words follow the sound --------------------------------------------------------------------------------------


def test_a_piece_of_a_clip_gives_the_words_spoken_by_its_end() -> None:
    words = (Word("four", 300), Word("two", 1100))
    number = Clip("number", "digits", PAUSED.pcm, words)
    known = Catalogue([number])
    half, whole = known.in_sound(number.pcm[: 600 * 8]), known.in_sound(np.concatenate([silence(33), number.pcm]))
    assert half is not None and whole is not None
    assert heard_by(half) == "four"
    assert heard_by(whole) == "four two"
    assert known.in_sound(voice(400, seed=77)) is None


def test_a_catalogue_is_the_same_in_another_process(tmp_path: object) -> None:
    loaded = Catalogue.load(CLIPS.save(tmp_path))  # type: ignore[arg-type]
    assert {one.name: one.words for one in loaded.clips.values()} == {"yes": YES.words, "paused": PAUSED.words}
    assert np.array_equal(loaded.clips["yes"].pcm, YES.pcm)
