"""The barge-in rules alone; their effect on a call is in test_hearing and test_going_on."""

import pytest

from voice.bargein import Prompt, Settings, Stopped, Verdict, ducks, interrupts, stops, verdict

OPEN = Prompt(began_ms=1000, interruptible=True)
PROTECTED = Prompt(began_ms=1000, interruptible=False)
RULE = Settings(speech_ms=200, protect_ms=300)

STATEMENT = Stopped("Your card was blocked today.", heard_ms=1200, more_waits=False)
CLOSED = Stopped("Your card was blocked today. Shall we send you a new one?", heard_ms=2400, more_waits=False)
OPEN_QUESTION = Stopped("Hello. How can I help?", heard_ms=900, more_waits=False)


def test_200_ms_of_voice_interrupt():
    assert interrupts(RULE, prompt=OPEN, voiced_ms=200, now_ms=2000)
    assert not interrupts(RULE, prompt=OPEN, voiced_ms=180, now_ms=2000)


def test_60_ms_of_voice_lower_the_prompt():
    assert ducks(RULE, prompt=OPEN, voiced_ms=60, now_ms=2000)
    assert not ducks(RULE, prompt=OPEN, voiced_ms=40, now_ms=2000)


def test_200_ms_of_sound_stop_it_when_enough_of_them_is_voice():
    assert stops(RULE, prompt=OPEN, voiced_ms=80, speech_ms=200, now_ms=2000)
    assert not stops(RULE, prompt=OPEN, voiced_ms=60, speech_ms=400, now_ms=2000)
    assert not stops(RULE, prompt=OPEN, voiced_ms=160, speech_ms=180, now_ms=2000)
    assert not stops(RULE, prompt=PROTECTED, voiced_ms=900, speech_ms=900, now_ms=2000)


def test_nothing_interrupts_the_first_moments():
    assert not interrupts(RULE, prompt=OPEN, voiced_ms=280, now_ms=1280)
    assert interrupts(RULE, prompt=OPEN, voiced_ms=300, now_ms=1300)
    assert not ducks(RULE, prompt=OPEN, voiced_ms=280, now_ms=1280)


def test_nothing_interrupts_nor_lowers_a_protected_prompt():
    assert not interrupts(RULE, prompt=PROTECTED, voiced_ms=9000, now_ms=60_000)
    assert not ducks(RULE, prompt=PROTECTED, voiced_ms=9000, now_ms=60_000)


def what(stopped: Stopped, text: str, *, confidence: float = 0.9, speech_ms: int = 400, yes_no: bool = False) -> str:
    return verdict(Settings(), stopped, text=text, confidence=confidence, speech_ms=speech_ms, yes_no=yes_no)


@pytest.mark.parametrize("text", ["mm-hm", "Mm-hm.", "uh huh", "okay", "right", "all right", "okay okay", "I see"])
def test_who_shows_that_they_listen_does_not_answer(text: str):
    assert what(STATEMENT, text) is Verdict.BACK_CHANNEL


@pytest.mark.parametrize("text", ["no", "agent", "okay I want a person", "stop", "what is my balance"])
def test_anything_else_is_an_answer(text: str):
    assert what(STATEMENT, text) is Verdict.ANSWER


@pytest.mark.parametrize("text", ["okay", "yes", "mm-hm", "right"])
def test_a_yes_to_a_closed_question_is_an_answer(text: str):
    assert what(CLOSED, text) is Verdict.ANSWER
    assert what(STATEMENT, text, yes_no=True) is Verdict.ANSWER


def test_a_yes_before_the_question_was_begun_is_none():
    before = Stopped(CLOSED.text, heard_ms=1200, more_waits=False)
    assert what(before, "okay", yes_no=True) is Verdict.BACK_CHANNEL


def test_a_yes_while_the_question_still_waits_is_none():
    before = Stopped(STATEMENT.text, heard_ms=1200, more_waits=True)
    assert what(before, "okay", yes_no=True) is Verdict.BACK_CHANNEL


def test_okay_answers_no_open_question():
    assert what(OPEN_QUESTION, "okay") is Verdict.BACK_CHANNEL


@pytest.mark.parametrize(("text", "confidence"), [("", 0.0), ("", 1.0), ("now", 0.1)])
def test_short_speech_of_which_nothing_was_understood_is_noise(text: str, confidence: float):
    assert what(STATEMENT, text, confidence=confidence) is Verdict.NOISE


@pytest.mark.parametrize("text", ["the", "do", "when the", "i'd to"])
def test_a_few_words_that_mean_nothing_alone_are_noise_too(text: str):
    assert what(STATEMENT, text) is Verdict.NOISE
    assert what(STATEMENT, text, speech_ms=1500) is Verdict.ANSWER
    assert what(STATEMENT, f"{text} agent") is Verdict.ANSWER


def test_long_speech_of_which_nothing_was_understood_is_worth_a_sorry():
    assert what(STATEMENT, "", speech_ms=1500) is Verdict.ANSWER


@pytest.mark.parametrize("text", ["hello", "i think", "move"])
def test_a_short_utterance_heard_in_doubt_was_hardly_meant_to_stop_the_prompt(text: str):
    assert what(STATEMENT, text, confidence=0.4) is Verdict.NOISE
    assert what(STATEMENT, text, confidence=0.5) is Verdict.ANSWER
    assert what(STATEMENT, text, confidence=0.4, speech_ms=900) is Verdict.ANSWER


@pytest.mark.parametrize("text", ["no", "nope", "wrong"])
def test_a_doubtful_no_counts_where_yes_or_no_was_asked(text: str):
    assert what(CLOSED, text, confidence=0.25, yes_no=True) is Verdict.ANSWER


@pytest.mark.parametrize("text", ["agent", "an operator", "a human", "stop"])
def test_who_wants_a_person_is_believed_in_doubt(text: str):
    assert what(STATEMENT, text, confidence=0.25) is Verdict.ANSWER
