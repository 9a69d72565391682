"""What is not believed of a recogniser, and why."""

from dataclasses import replace

import numpy as np
import pytest

from voice.audio import RATE, silence
from voice.stt.expected import FAR, expectations
from voice.stt.guards import (
    STOCK_PHRASES,
    Guard,
    Judgement,
    Scores,
    Verdict,
    audible_ms,
    compression_ratio,
    judge,
    judge_constrained,
    loops,
    token_cap,
)

SURE = Scores(
    avg_logprob=-0.2, no_speech_prob=0.05, compression_ratio=1.1, tokens=6, token_cap=18, speech_ms=2000,
    audible_ms=1400,
)  # fmt: skip
KEEP = Judgement(Verdict.KEEP)
PUBLISHED = (
    "Thank you.", "Thanks for watching!", "Please subscribe to my channel.", "Subtitles by the Amara.org community",
    "Bye.", "you", "The end.", "So", "Oh", "♪ Music ♪",
)  # fmt: skip


def dropped(guard):
    return Judgement(Verdict.DROP, guard)


def suspicious(guard):
    return Judgement(Verdict.SUSPICIOUS, guard)


def tone(seconds, level=3000.0):
    return (level * np.sin(np.arange(int(RATE * seconds)) * 0.7)).astype(np.int16)


@pytest.mark.parametrize(
    ("text", "change", "verdict"),
    [
        ("where is my parcel", {}, KEEP),
        ("", {}, dropped(Guard.NO_WORDS)),
        ("where is my parcel", {"no_speech_prob": 0.7, "avg_logprob": -1.2}, dropped(Guard.NO_SPEECH)),
        ("where is my parcel", {"no_speech_prob": 0.7, "avg_logprob": -0.5}, KEEP),  # either alone is often wrong
        ("where is my parcel", {"avg_logprob": -1.2}, suspicious(Guard.UNSURE)),
        ("where is my parcel", {"compression_ratio": 2.5}, suspicious(Guard.COMPRESSES)),
        ("where is my parcel", {"tokens": 18}, suspicious(Guard.CAP)),
        ("where is my parcel", {"tokens": 12, "audible_ms": 400}, suspicious(Guard.TOO_FAST)),
        ("yes", {"tokens": 3, "audible_ms": 200}, KEEP),
        ("is it so is it so is it so", {}, suspicious(Guard.LOOP)),
    ],
)
def test_each_guard_refuses_what_it_is_for(text, change, verdict):
    assert judge(text, replace(SURE, **change)) == verdict


@pytest.mark.parametrize("written", PUBLISHED)
def test_the_published_stock_phrases_are_dropped_when_doubtful(written):
    """Short and unsure, short and taken for no speech, or unsure at any length: as they come from noise and silence."""
    text = " ".join("".join(c if c.isalpha() else " " for c in written.lower()).split())
    for doubtful in (
        replace(SURE, speech_ms=900, avg_logprob=-0.7),
        replace(SURE, speech_ms=900, no_speech_prob=0.8),
        replace(SURE, speech_ms=4000, avg_logprob=-1.1),
    ):
        assert judge(text, doubtful) == dropped(Guard.STOCK_PHRASE)


@pytest.mark.parametrize("text", sorted(STOCK_PHRASES))
def test_no_phrase_of_the_list_is_dropped_when_it_was_clearly_said(text):
    assert judge(text, replace(SURE, speech_ms=900)) == KEEP


def test_a_thank_you_said_at_length_is_kept_though_it_is_not_very_sure():
    assert judge("thank you", replace(SURE, speech_ms=1800, avg_logprob=-0.7)) == KEEP


def test_a_phrase_that_the_state_expects_is_kept():
    doubtful = replace(SURE, speech_ms=600, avg_logprob=-0.7)
    assert judge("okay", doubtful, expected={"okay", "yes"}) == KEEP
    assert judge("okay", doubtful, expected={"yes"}) == dropped(Guard.STOCK_PHRASE)


def test_a_text_that_repeats_its_own_hint_is_looked_at_again():
    """On noise the decoder goes on with what was put before it; people say such words, but not in that order."""
    hint = "parcel mortgage balance statement"
    assert judge("mortgage balance statement", SURE, hint=hint) == suspicious(Guard.ECHO)
    assert judge("parcel mortgage balance statement", SURE, hint=hint) == suspicious(Guard.ECHO)
    for said in ("balance statement", "my mortgage balance statement", "statement balance mortgage"):
        assert judge(said, SURE, hint=hint) == KEEP
    assert judge("mortgage balance statement", SURE, hint=hint, expected={"mortgage balance statement"}) == KEEP


@pytest.mark.parametrize(
    "text",
    [
        "go on go on go on go on",
        "i see i see i see i see it",
        "no no no no no no no",
        "thank you for watching thank you for watching thank you for watching",
    ],
)
def test_what_goes_round_is_a_loop(text):
    assert loops(text)


@pytest.mark.parametrize(
    "text",
    [
        "four four four one two two",
        "zero zero zero zero zero zero one",
        "one two three one two three one two three",
        "123 123 123 123",
        "no no no no",
        "yes yes i said yes",
        "the first of the month and the last of the month and not the middle of the month",
    ],
)
def test_numbers_and_emphasis_are_no_loop(text):
    assert not loops(text)


def test_a_loop_compresses_well_and_a_sentence_does_not():
    assert compression_ratio("where is my parcel") < 1.2
    assert compression_ratio("so it goes on and " * 12) > 2.4
    assert compression_ratio("") == 0.0


def test_the_token_cap_grows_with_the_speech():
    assert [token_cap(ms) for ms in (500, 2000, 12_000)] == [6, 18, 98]


# --- how much can be heard ------------------------------------------------------------------------------------------


def test_silence_an_offset_and_the_idle_noise_of_a_line_are_not_audible():
    idle = np.random.default_rng(1).integers(-8, 9, RATE).astype(np.int16)  # mu-law's lowest steps
    for pcm in (silence(0), silence(15), silence(1000), np.full(RATE, 9000, np.int16), idle):
        assert audible_ms(pcm) == 0


def test_what_stands_out_is_audible_however_quiet_the_voice():
    for level in (60.0, 600.0, 20_000.0):
        pcm = np.concatenate([silence(400), tone(0.5, level), silence(400)])
        assert audible_ms(pcm) == pytest.approx(500, abs=20)


def test_one_click_does_not_make_a_voice_inaudible():
    pcm = np.concatenate([silence(400), tone(0.6, 300.0), silence(400)])
    pcm[100:140] = 32_000
    assert audible_ms(pcm) >= 600


# --- of a recogniser that is bound to a language model ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "pcm", "guard"),
    [
        ("pay my bill", tone(1.0), None),
        ("yes", tone(0.15), None),
        ("yes", silence(1000), Guard.SILENCE),
        ("yes", tone(0.06), Guard.SILENCE),
        ("", tone(1.0), Guard.NO_WORDS),
        ("two three four five six seven eight nine", tone(0.2), Guard.TOO_FAST),
        ("pay my bill pay my bill pay my bill", tone(3.0), Guard.LOOP),
    ],
)
def test_a_constrained_recogniser_is_doubted_where_that_means_something(text, pcm, guard):
    assert judge_constrained(text, pcm) == guard


# --- what the state expects ------------------------------------------------------------------------------------------

YES_NO = expectations({"yes_no": ["yes", "no", "yes that's right", "talk to a person"]})["yes_no"]


@pytest.mark.parametrize(
    ("text", "trust"),
    [
        ("yes that's right", 1.0),  # a sentence of the state
        ("no that's right", 1.0),  # of its words
        ("yes 4521", 1.0),  # numbers are written in ways no list holds
        ("well yes okay", FAR + (1 - FAR) * 2 / 3),
        ("purple monkeys sing", FAR),
        ("", 1.0),
    ],
)
def test_a_text_far_from_what_the_state_expects_is_trusted_less(text, trust):
    assert YES_NO.trust(text) == pytest.approx(trust)


def test_where_nothing_is_known_of_the_state_everything_is_expected():
    assert expectations({"free": []})["free"].trust("purple monkeys sing") == 1.0


def test_the_rarest_words_lead_the_hint():
    found = expectations({"main": ["pay my water bill", "pay my parcel bill", "pay it"]})["main"]
    assert found.hint.split() == ["parcel", "water", "bill"]
