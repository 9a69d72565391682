"""A suspicious text is looked at once more in the full window, where the machine has the time, and then given up."""

from dataclasses import replace

import pytest

from tests.voice.whisper.toy import SURE, noise, opened
from voice.stt.guards import Guard, Limits, token_cap


@pytest.mark.parametrize(
    ("change", "guard"),
    [
        ({"text": "go on and go on and go on and"}, Guard.LOOP),
        ({"avg_logprob": -1.1}, Guard.UNSURE),
        ({"compression_ratio": 2.5}, Guard.COMPRESSES),
        ({"tokens": token_cap(2000)}, Guard.CAP),
    ],
)
def test_a_suspicious_text_is_looked_at_once_more_in_the_full_window_and_then_given_up(
    settings, answers, change, guard
):
    to_say, asked = answers
    recogniser = opened(replace(settings, limits=Limits()))
    asked.clear()
    to_say += [replace(SURE, **change)] * 3
    heard = recogniser.transcribe(noise(2), "main")
    assert asked == [500, 3000]
    assert (heard.text, heard.confidence, heard.refused) == ("", 0.0, guard)


def test_a_second_look_that_is_sure_counts(settings, answers):
    to_say, _ = answers
    recogniser = opened(replace(settings, limits=Limits()))
    to_say += [replace(SURE, text="go on and go on and go on and"), SURE]
    assert recogniser.transcribe(noise(2), "main").text == "where is my parcel"


def test_what_was_seen_in_the_full_window_is_not_looked_at_again(settings, answers):
    to_say, asked = answers
    recogniser = opened(replace(settings, window="full", limits=Limits()))
    asked.clear()
    to_say += [replace(SURE, avg_logprob=-2.0)]
    assert recogniser.transcribe(noise(2), "main").refused == Guard.UNSURE
    assert asked == [3000]


def test_a_machine_too_slow_for_a_second_look_says_sorry_at_once(settings, answers):
    to_say, asked = answers
    recogniser = opened(replace(settings, limits=Limits(), retry_seconds=1e-9))
    asked.clear()
    to_say += [replace(SURE, avg_logprob=-2.0)]
    assert recogniser.transcribe(noise(2), "main").refused == Guard.UNSURE
    assert asked == [500]


def test_noise_taken_for_speech_is_dropped_without_a_second_look(settings, answers):
    to_say, asked = answers
    recogniser = opened(replace(settings, limits=Limits()))
    asked.clear()
    to_say += [replace(SURE, no_speech_prob=0.9, avg_logprob=-1.2)]
    assert recogniser.transcribe(noise(2), "main").refused == Guard.NO_SPEECH
    assert asked == [500]
