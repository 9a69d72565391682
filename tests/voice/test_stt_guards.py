"""What is not believed of a free recogniser, and why."""

from dataclasses import replace

import pytest

from voice.stt.guards import Scores, Verdict, judge, token_cap

SURE = Scores(avg_logprob=-0.2, no_speech_prob=0.05, compression_ratio=1.1, tokens=6, token_cap=18, speech_ms=2000)


def test_a_sure_sentence_is_kept():
    assert judge("where is my parcel", SURE) is Verdict.KEEP


def test_no_text_is_nothing():
    assert judge("", SURE) is Verdict.DROP


def test_noise_that_looks_like_no_speech_and_scores_badly_is_dropped():
    noise = replace(SURE, no_speech_prob=0.7, avg_logprob=-1.2)
    assert judge("where is my parcel", noise) is Verdict.DROP
    assert judge("where is my parcel", replace(noise, avg_logprob=-0.5)) is Verdict.KEEP


@pytest.mark.parametrize("text", ["thank you", "thanks for watching", "bye"])
def test_a_doubtful_stock_phrase_is_dropped(text):
    assert judge(text, replace(SURE, speech_ms=600, avg_logprob=-0.7)) is Verdict.DROP
    assert judge(text, replace(SURE, avg_logprob=-1.1)) is Verdict.DROP


def test_a_thank_you_that_was_clearly_said_is_kept():
    assert judge("thank you", replace(SURE, speech_ms=600)) is Verdict.KEEP


def test_a_phrase_that_the_state_expects_is_kept():
    doubtful = replace(SURE, speech_ms=600, avg_logprob=-0.7)
    assert judge("okay", doubtful, expected={"okay", "yes"}) is Verdict.KEEP
    assert judge("okay", doubtful, expected={"yes"}) is Verdict.DROP


@pytest.mark.parametrize(
    ("text", "change"),
    [
        ("where is my parcel", {"compression_ratio": 2.5}),
        ("where is my parcel", {"tokens": 18}),
        ("is it so is it so is it so", {}),
    ],
)
def test_loops_and_endless_texts_are_suspicious(text, change):
    assert judge(text, replace(SURE, **change)) is Verdict.SUSPICIOUS


def test_repeated_digits_are_no_loop():
    assert judge("four four four one two two", SURE) is Verdict.KEEP


def test_the_token_cap_grows_with_the_speech():
    assert token_cap(500) == 6
    assert token_cap(2000) == 18
    assert token_cap(12_000) == 98
