"""A speaker falls silent: the level tells before a detector that still hears the last word."""

import numpy as np

from tests.voice.sounds import Conversation, quiet, talk
from voice.audio import Pcm
from voice.ear_events import SpeechEnded, SpeechPaused, SpeechResumed
from voice.events import Expect
from voice.hearing import Ear, Settings
from voice.hush import Hush
from voice.turn_end import Completeness

LAGS_MS = 120


class Lingering:
    """A detector that goes on hearing a voice for a while."""

    def __init__(self) -> None:
        self._left_ms = 0

    def probability(self, frame: Pcm) -> float:
        self._left_ms = LAGS_MS if np.abs(frame).max() > 1000 else self._left_ms - 20
        return 0.9 if self._left_ms >= 0 else 0.0


def conversation(expect: Expect, settings: Settings | None = None) -> Conversation:
    call = Conversation(settings, expect=expect)
    call.ear = Ear(vad=Lingering(), settings=settings)
    call.ear.expect(expect)
    return call


YES_NO = Expect("yes_no", "yes_no")


def softly(sound: Pcm, *, db: float) -> Pcm:
    return np.round(sound * 10 ** (-db / 20)).astype(np.int16)


def told(call: Conversation, *sounds: Pcm) -> list[str]:
    return [type(event).__name__ for event in call.hears(*sounds)]


def test_a_pause_is_told_of_before_the_detector_has_noticed() -> None:
    call = conversation(YES_NO)
    call.hears(quiet(500), talk(600), quiet(80))
    (paused,) = [event.segment for event in call.hears(quiet(20)) if isinstance(event, SpeechPaused)]
    assert paused.end_ms == 1120  # the first 20 ms of quiet may be a consonant


def test_an_answer_known_to_be_whole_ends_from_the_hush_on() -> None:
    call = conversation(YES_NO)
    call.hears(quiet(500), talk(600), quiet(100))
    call.ear.consider(500, 1120, Completeness.COMPLETE)
    assert told(call, quiet(60)) == []
    assert told(call, quiet(20)) == ["SpeechEnded"]


def test_every_other_silence_begins_where_the_detector_says() -> None:
    call = conversation(YES_NO)
    told_of = call.hears(quiet(500), talk(600), quiet(LAGS_MS + 280))
    assert not [event for event in told_of if isinstance(event, SpeechEnded)]
    assert told(call, quiet(20)) == ["SpeechEnded"]


def test_a_word_after_a_hush_goes_on_with_the_answer() -> None:
    call = conversation(YES_NO)
    call.hears(quiet(500), talk(600), quiet(140))
    assert [type(event) for event in call.hears(talk(20))] == [SpeechResumed]


def test_in_noise_the_detector_has_the_last_word() -> None:
    call = conversation(YES_NO)
    noise = softly(talk(600), db=22)
    assert told(call, quiet(500), talk(600), noise[: 8 * 180]) == ["SpeechBegan"]


def test_with_no_hush_the_detector_alone_is_asked() -> None:
    call = conversation(YES_NO, Settings(hush_ms=0))
    assert told(call, quiet(500), talk(600), quiet(180)) == ["SpeechBegan"]
    assert told(call, quiet(20)) == ["SpeechPaused"]


def test_who_speaks_on_softly_is_measured_by_that() -> None:
    hush = Hush(drop_db=30.0, after_ms=20)
    hush.hear(8000.0)
    assert hush.hear(200.0)  # 32 dB below
    for _ in range(50):
        hush.hear(1000.0)
    assert not hush.hear(200.0)


def test_in_free_speech_a_pause_is_told_of_later_and_so_it_is_where_digits_must_be_missing() -> None:
    for expect in (Expect("main"), Expect("four", "digits", digits=4)):
        call = conversation(expect, Settings(hush_ms=0))
        assert told(call, quiet(500), talk(300), quiet(LAGS_MS + 180)) == ["SpeechBegan"]
        assert told(call, quiet(20)) == ["SpeechPaused"]


def test_enough_voice_for_all_digits_may_be_the_end() -> None:
    call = conversation(Expect("four", "digits", digits=4), Settings(hush_ms=0))
    assert told(call, quiet(500), talk(600), quiet(LAGS_MS + 80)) == ["SpeechBegan", "SpeechPaused"]
