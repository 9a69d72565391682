"""The Ear, told as stories: what comes in, in milliseconds of sound, and what it says of it."""

import numpy as np
import pytest

from tests.voice.sounds import Conversation, quiet, talk
from voice.audio import duration_ms
from voice.bargein import Settings as BargeIn
from voice.ear_events import NoInput, Segment, SpeechBegan, SpeechEnded
from voice.endpoint import Settings as Endpointing
from voice.errors import AudioError
from voice.events import Expect
from voice.hearing import Settings


def segments(events) -> list[Segment]:
    return [event.segment for event in events if isinstance(event, SpeechEnded)]


def test_an_answer_is_told_when_it_begins_and_given_whole_when_it_has_ended():
    call = Conversation()
    assert call.hears(quiet(1000), talk(200)) == [SpeechBegan(at_ms=1000, over_prompt=False)]
    (segment,) = segments(call.hears(talk(800), quiet(700)))
    assert (segment.start_ms, segment.end_ms, segment.voiced_ms) == (1000, 2000, 1000)


def test_a_segment_carries_its_pre_roll_and_a_tail():
    call = Conversation()
    (segment,) = segments(call.hears(quiet(1000), talk(500), quiet(700)))
    assert segment.pre_roll_ms == 300
    assert duration_ms(segment.pcm) == 300 + 500 + 80
    assert not segment.pcm[: 300 * 8].any()
    assert segment.pcm[300 * 8 :][: 500 * 8].any()


def test_two_answers_share_no_sound():
    call = Conversation(expect=Expect(language="main", shape="yes_no"))
    first, second = segments(call.hears(talk(400), quiet(320), talk(400), quiet(700)))
    assert first.end_ms == 400
    assert second.start_ms - second.pre_roll_ms >= first.end_ms


def test_a_cough_is_nothing():
    call = Conversation()
    assert call.hears(quiet(500), talk(180), quiet(1000)) == []


def test_two_coughs_are_no_speech_either():
    call = Conversation()
    assert call.hears(talk(160), quiet(100), talk(160), quiet(1000)) == []


@pytest.mark.parametrize(("shape", "stop_ms"), [("yes_no", 300), ("choice", 400), ("free", 500), ("digits", 700)])
def test_the_silence_that_ends_an_answer_depends_on_what_was_asked(shape, stop_ms):
    call = Conversation(expect=Expect(language="main", shape=shape))
    assert segments(call.hears(talk(500), quiet(stop_ms - 20))) == []
    assert len(segments(call.hears(quiet(20)))) == 1


def test_digits_with_pauses_between_groups_are_one_answer():
    call = Conversation(expect=Expect(language="card", shape="digits", digits=8))
    (segment,) = segments(call.hears(talk(900), quiet(600), talk(900), quiet(800)))
    assert segment.end_ms == 2400


def test_who_does_not_stop_is_cut_after_twelve_seconds_and_heard_on():
    call = Conversation()
    first, second = segments(call.hears(talk(14_000), quiet(1000)))
    assert first.end_ms == 12_000
    assert second.start_ms == 12_000
    assert second.end_ms == 14_000


def test_silence_after_a_prompt_is_told_once():
    call = Conversation(expect=Expect(language="main", no_input_ms=6000))
    call.ear.prompt_began(interruptible=True)
    assert call.hears(quiet(9000)) == []
    call.ear.prompt_ended()
    assert call.hears(quiet(5980)) == []
    assert call.hears(quiet(20)) == [NoInput(after_ms=6000)]
    assert call.hears(quiet(20_000)) == []


def test_the_no_input_time_waits_while_somebody_speaks():
    call = Conversation(expect=Expect(language="main", no_input_ms=2000))
    call.hears(quiet(1500), talk(3000), quiet(500))
    assert NoInput(after_ms=2000) not in call.events
    assert call.hears(quiet(1980)) == []
    assert call.hears(quiet(20)) == [NoInput(after_ms=2000)]


def test_a_key_starts_the_no_input_time_anew():
    call = Conversation(expect=Expect(language="pin", no_input_ms=2000))
    call.hears(quiet(1900))
    call.ear.key_pressed()
    assert call.hears(quiet(1980)) == []
    assert call.hears(quiet(20)) == [NoInput(after_ms=2000)]


def test_nothing_expected_is_never_a_missing_answer():
    call = Conversation()
    fresh = type(call.ear)(vad=call.ear._vad)
    assert [event for _ in range(1000) for event in fresh.feed(quiet(20))] == []


def test_speech_over_a_prompt_is_told_after_200_ms():
    call = Conversation()
    call.ear.prompt_began(interruptible=True)
    assert call.hears(quiet(1000), talk(180)) == []
    assert call.hears(talk(20)) == [SpeechBegan(at_ms=1000, over_prompt=True)]
    assert segments(call.hears(talk(500), quiet(600)))[0].over_prompt


def test_a_cough_over_a_prompt_does_not_stop_it():
    call = Conversation()
    call.ear.prompt_began(interruptible=True)
    assert call.hears(quiet(1000), talk(180), quiet(2000)) == []


def test_the_first_moments_of_a_prompt_are_not_interrupted_but_speech_that_lasts_is():
    call = Conversation(Settings(bargein=BargeIn(protect_ms=500)))
    call.ear.prompt_began(interruptible=True)
    assert call.hears(quiet(100), talk(380)) == []
    assert call.hears(talk(20)) == [SpeechBegan(at_ms=100, over_prompt=True)]


def test_what_is_said_over_a_protected_prompt_is_handed_on_when_the_prompt_has_ended():
    call = Conversation()
    call.ear.prompt_began(interruptible=False)
    assert call.hears(quiet(1000), talk(800), quiet(3000)) == []
    call.ear.prompt_ended()
    began, ended = call.hears(quiet(20))
    assert began == SpeechBegan(at_ms=1000, over_prompt=True)
    assert (ended.segment.start_ms, ended.segment.end_ms, ended.segment.over_prompt) == (1000, 1800, True)


def test_who_still_speaks_when_a_protected_prompt_ends_is_heard_from_then_on():
    call = Conversation()
    call.ear.prompt_began(interruptible=False)
    assert call.hears(quiet(1000), talk(800)) == []
    call.ear.prompt_ended()
    assert call.hears(talk(20)) == [SpeechBegan(at_ms=1000, over_prompt=True)]
    assert segments(call.hears(talk(400), quiet(600)))[0].end_ms == 2220


def test_an_ear_that_listens_through_tells_at_once_what_is_said_over_a_protected_prompt_and_stops_nothing():
    call = Conversation()
    call.ear.listen_through()
    call.ear.prompt_began(interruptible=False)
    told = call.hears(quiet(1000), talk(800), quiet(600))
    assert told[0] == SpeechBegan(at_ms=1000, over_prompt=False)
    assert [(s.start_ms, s.over_prompt) for s in segments(told)] == [(1000, True)]
    assert call.hears(quiet(200), talk(100), quiet(600)) == []  # a cough is nothing here either


def test_an_ear_that_listens_through_still_stops_a_prompt_that_may_be_interrupted():
    call = Conversation()
    call.ear.listen_through()
    call.ear.prompt_began(interruptible=True)
    assert call.hears(quiet(1000), talk(200)) == [SpeechBegan(at_ms=1000, over_prompt=True)]


def test_of_much_talk_over_a_protected_prompt_the_latest_counts():
    call = Conversation()
    call.ear.prompt_began(interruptible=False)
    call.hears(*(sound for _ in range(5) for sound in (talk(400), quiet(2000))))
    call.ear.prompt_ended()
    assert [segment.start_ms for segment in segments(call.hears(quiet(20)))] == [4800, 7200, 9600]


@pytest.mark.parametrize("samples", [1, 80, 159, 161, 240, 960, 8000])
def test_frames_of_any_size_give_the_same_events(samples):
    sounds = (quiet(1000), talk(700), quiet(900), talk(150), quiet(7000))
    in_frames, otherwise = Conversation(), Conversation()
    in_frames.hears(*sounds)
    otherwise.hears(*sounds, samples=samples)
    assert otherwise.events == in_frames.events


def test_an_empty_frame_is_nothing():
    assert Conversation().hears(quiet(0)) == []


def test_samples_of_another_kind_are_refused():
    call = Conversation()
    with pytest.raises(AudioError, match="int16 mono"):
        call.ear.feed(np.zeros(160, dtype=np.float32))
    with pytest.raises(AudioError, match="int16 mono"):
        call.ear.feed(np.zeros((160, 2), dtype=np.int16))


def test_a_quicker_start_hears_the_shortest_no():
    call = Conversation(Settings(endpoint=Endpointing(start_ms=120)))
    (segment,) = segments(call.hears(quiet(500), talk(140), quiet(700)))
    assert segment.voiced_ms == 140


def test_the_expected_answer_can_be_read_where_a_segment_is_taken():
    call = Conversation(expect=Expect(language="pin", shape="digits", sensitive=True))
    assert call.ear.expected.language == "pin"
    assert call.ear.expected.sensitive
