"""Callers whom the recogniser hardly hears: asked before anything is taken for granted, and told the keys before a
person comes. Each way to a person that is guaranteed stays."""

import pytest

from tests.dialogue.bank import a_call, at_the_read_back
from voice.dialogue.state import Place

DOUBTED = 0.6
HARDLY = 0.3


# --- asked first ------------------------------------------------------------------------------------------------------


def test_an_intent_from_hardly_heard_words_is_asked_about_first() -> None:
    call = a_call()
    assert "Would you like your account balance?" in call.hears("what is my checking balance", HARDLY)
    assert "member number" in call.hears("yes")


def test_an_unsure_intent_from_doubted_words_is_asked_about_and_a_sure_one_is_not() -> None:
    unsure = "another fee and i am not happy about it"
    call = a_call()
    call.hears("what is my checking balance", DOUBTED)
    assert call.mind.state.place is Place.MEMBER
    call = a_call()
    call.hears(unsure, DOUBTED)
    assert call.mind.state.place is not Place.MEMBER
    assert call.escalation is None


def test_a_matter_for_a_person_is_not_taken_from_hardly_heard_words_without_asking() -> None:
    call = a_call()
    call.hears("there is a matter with your service that has been bad", HARDLY)
    assert call.escalation is None


@pytest.mark.parametrize("words", ["agent", "i want to talk to a person", "get me a human please"])
def test_who_asks_for_a_person_gets_one_however_badly_they_are_heard(words: str) -> None:
    call = a_call()
    call.hears(words, HARDLY)
    assert call.escalation.trigger == "asked"


@pytest.mark.parametrize("words", ["no that's i needed", "no that is all i needed"])
def test_nothing_more_is_wanted_however_badly_it_was_heard(words: str) -> None:
    call = a_call()
    call.hears("what are your opening hours")
    assert "Goodbye" in call.hears(words, DOUBTED - 0.15)


def test_who_was_helped_and_stays_on_was_not_understood_wrongly() -> None:
    call = a_call()
    call.hears("what are your opening hours")
    assert "Would you like to end the call?" in call.hears("that's all i needed", HARDLY)
    assert call.hears("no") == "How can I help?"
    assert call.mind.state.counts.wrong_guesses == 0


# --- keys before a person ---------------------------------------------------------------------------------------------


def test_a_yes_that_is_not_heard_twice_may_still_be_keyed() -> None:
    call = at_the_read_back()
    assert "For yes, press 1" in call.hears("")
    assert "keys of your telephone" in call.hears("")
    assert call.escalation is None
    assert "I moved 200 dollars" in call.keys("1")


def test_a_third_time_unheard_brings_a_person() -> None:
    call = at_the_read_back()
    for _ in range(3):
        assert call.escalation is None
        call.hears("")
    assert call.escalation.trigger == "lost"


def test_who_was_never_understood_has_a_person_after_two() -> None:
    call = a_call()
    call.hears("")
    call.hears("")
    assert call.escalation.trigger == "lost"


def test_one_word_heard_badly_where_a_yes_is_due_is_no_wish_to_hear_it_again() -> None:
    call = at_the_read_back()
    assert "was that a yes or a no" in call.hears("what", HARDLY)
    assert "I will move 200 dollars" in at_the_read_back().hears("what", 0.9)


def test_not_being_heard_is_no_annoyance_of_the_caller() -> None:
    call = a_call()
    call.hears("this is ridiculous, when do you open")
    call.hears("", HARDLY)
    call.hears("", HARDLY)
    assert call.escalation is None


# --- a number that was said -------------------------------------------------------------------------------------------


def test_a_number_that_was_said_is_read_back_with_the_question_for_the_pin() -> None:
    call = a_call()
    call.hears("what is my balance")
    said = call.hears("two zero four seven one three")
    assert "I have: 2 0, 4 7, 1 3." in said
    assert "PIN" in said
    assert "1,240 dollars" in call.keys("4821")


def test_a_no_to_the_number_asks_for_it_again() -> None:
    call = a_call()
    call.hears("what is my balance")
    call.hears("two zero four seven one three")
    assert "key it in" in call.hears("no that's wrong")
    assert call.mind.state.place is Place.MEMBER


def test_a_number_that_was_misheard_is_no_failure_of_the_callers() -> None:
    call = a_call()
    call.hears("what is my balance")
    call.hears("two zero four seven one two")
    assert "don't match" in call.keys("4821")
    call.keys("204713")
    call.keys("4821")
    assert call.mind.state.counts.wrong_identities == 0
    assert call.mind.state.member is not None


def test_the_same_number_again_with_a_wrong_pin_was_not_misheard() -> None:
    call = a_call()
    call.hears("what is my balance")
    call.hears("two zero four seven one three")
    call.keys("1111")
    call.keys("204713")
    call.keys("1112")
    assert call.escalation.trigger == "lost"
    assert "did not match, 2 times" in call.escalation.evidence[0]


# --- silence ----------------------------------------------------------------------------------------------------------


def test_two_silences_after_something_was_settled_are_a_goodbye() -> None:
    call = a_call()
    call.hears("what are your opening hours")
    call.silence()
    call.silence()
    assert call.mind.state.place in (Place.SURVEY, Place.CLOSING, Place.GONE)
    assert call.escalation is None
