"""What words tell of whether an answer is whole, by what was asked."""

import pytest

from voice.events import Expect
from voice.turn_end import Completeness, how_complete

COMPLETE, OPEN, UNKNOWN = Completeness.COMPLETE, Completeness.OPEN, Completeness.UNKNOWN

YES_NO = Expect("yes_no", "yes_no")
FOUR = Expect("digits", "digits", 4)
ACCOUNTS = Expect("slot:transfer.from", "choice", answers=("checking", "current account", "savings"))
FREE = Expect("main")


@pytest.mark.parametrize("text", ["yes", "no", "yeah that's right", "no thank you", "I am", "Yes, please."])
def test_a_plain_yes_or_no_is_whole(text):
    assert how_complete(text, YES_NO) is COMPLETE


@pytest.mark.parametrize("text", ["yes but", "no it's", "um", "yes and", "my card was stolen", "transfer"])
def test_a_yes_that_goes_on_and_what_is_no_answer_at_all_are_waited_for(text):
    assert how_complete(text, YES_NO) is OPEN


def test_a_yes_inside_a_long_story_is_not_known_to_be_whole():
    text = "yes I was going to ask about the thing you said before I was cut off here"
    assert how_complete(text, YES_NO) is UNKNOWN


@pytest.mark.parametrize(
    "text", ["four two four two", "forty two forty two", "4242", "double four, two two", "uh one two three four"]
)
def test_as_many_digits_as_were_asked_for_are_whole(text):
    assert how_complete(text, FOUR) is COMPLETE


def test_as_many_digits_as_were_asked_for_are_not_known_to_be_whole_when_one_of_them_was_doubted():
    sure, doubted = (0.9, 1.0, 0.8, 0.9), (1.0, 1.0, 0.3, 1.0)
    assert how_complete("four two four two", FOUR, confidence=0.9, sure=sure) is COMPLETE
    assert how_complete("four two four two", FOUR, confidence=0.83, sure=doubted) is UNKNOWN


@pytest.mark.parametrize("text", ["four", "four two four", "forty two", "it's four two", "4 2 4"])
def test_fewer_digits_are_waited_for(text):
    assert how_complete(text, FOUR) is OPEN


@pytest.mark.parametrize(
    "text", ["four two four two four", "four two no four two", "sixty two eight", "four two four two is it"]
)
def test_what_may_or_may_not_be_all_digits_is_not_known(text):
    assert how_complete(text, FOUR) is UNKNOWN


def test_digits_of_a_number_whose_length_nobody_knows_are_not_known_to_be_whole():
    assert how_complete("four two four two", Expect("digits", "digits")) is UNKNOWN


def test_a_named_choice_is_whole_and_another_word_is_not():
    assert how_complete("savings", ACCOUNTS) is COMPLETE
    assert how_complete("um my current account please", ACCOUNTS) is COMPLETE
    assert how_complete("savings and", ACCOUNTS) is OPEN
    assert how_complete("the other one", ACCOUNTS) is OPEN


def test_a_choice_whose_answers_are_not_all_known_keeps_the_safe_silence():
    assert how_complete("a person", Expect("person", "choice")) is UNKNOWN


@pytest.mark.parametrize(
    "text", ["I want to", "my card and", "I'd like to send money from", "um", "it is double", "my number is four two"]
)
def test_free_speech_that_hangs_in_the_air_is_waited_for(text):
    assert how_complete(text, FREE) is OPEN


@pytest.mark.parametrize("text", ["I'd like my balance please", "that's all", "no thanks"])
def test_free_speech_that_takes_its_leave_is_whole(text):
    assert how_complete(text, FREE) is COMPLETE


@pytest.mark.parametrize("text", ["I lost my card", "hold on", "go on", "at four", "twenty two", ""])
def test_other_free_speech_is_not_known(text):
    assert how_complete(text, FREE) is UNKNOWN


def test_a_number_of_which_nothing_was_understood_is_still_due():
    assert how_complete("", FOUR) is OPEN


def test_an_unsure_recogniser_is_believed_only_when_it_says_wait():
    assert how_complete("four two four two", FOUR, confidence=0.65) is UNKNOWN
    assert how_complete("yes", YES_NO, confidence=0.7) is COMPLETE
    assert how_complete("yes", YES_NO, confidence=0.4) is UNKNOWN
    assert how_complete("four two four", FOUR, confidence=0.3) is OPEN
