"""One question when all is said: from 1 to 5, how well were you helped?"""

import pytest

from tests.sim.story import Story
from voice.dialogue.state import Place
from voice.dialogue.survey import said
from voice.dialogue.survey_draw import Survey
from voice.events import PersonStage, Surveyed

ASKS = "from 1 to 5, how well were you helped?"


def helped(survey: Survey | None = Survey()) -> Story:  # noqa: B008 - a frozen value
    call = Story(survey=survey)
    call.hears("could you tell me when you open on saturday")
    return call


def served(survey: Survey | None = Survey()) -> Story:  # noqa: B008 - a frozen value
    call = Story(survey=survey)
    call.hears("agent")
    call.hears("i want to change the address on my account")
    call.news(PersonStage.COMING, "Ana Silva")
    call.news(PersonStage.LEFT, "Ana Silva")
    return call


def score(call: Story) -> Surveyed | None:
    found = call.facts(Surveyed)
    assert len(found) <= 1
    return found[0] if found else None


def test_a_caller_who_wants_nothing_more_is_asked_and_answers_by_key() -> None:
    call = helped()
    assert ASKS in call.hears("no that's everything thank you")
    assert call.expected.language == "survey"
    said = call.keys("4")
    assert "Goodbye" in said
    assert score(call) == Surveyed(4, "key", "goodbye")
    assert call.ended == "done"


@pytest.mark.parametrize(
    ("words", "expected"),
    [("four", 4), ("a four", 4), ("five out of five", 5), ("Three, please.", 3), ("i'd say two", 2), ("press one", 1),
     ("five stars thank you bye", 5), ("four out of five", 4), ("5", 5), ("for", 4), ("uh maybe a three i guess", 3)],
)  # fmt: skip
def test_a_number_said_is_an_answer(words: str, expected: int) -> None:
    call = helped()
    call.hears("no thank you")
    assert "noted" in call.hears(words)
    assert score(call) == Surveyed(expected, "voice", "goodbye")
    assert call.ended == "done"


@pytest.mark.parametrize(
    "words",
    ["four or five", "six", "ten out of ten", "no one helped me", "it was fine", "one of you was rude", "zero", "",
     "between three and four", "five hundred"],
)  # fmt: skip
def test_what_names_none_of_the_five_is_no_score(words: str) -> None:
    assert said(words) is None


def test_silence_is_let_go() -> None:
    call = helped()
    call.hears("no thank you")
    said = call.silence()
    assert said == "Thank you for calling. Goodbye."
    assert (score(call), call.ended) == (None, "done")


@pytest.mark.parametrize("words", ["no", "no thank you", "goodbye", "whatever"])
def test_who_will_not_say_is_not_asked_again(words: str) -> None:
    call = helped()
    call.hears("no thank you")
    assert ASKS not in call.hears(words)
    assert (score(call), call.ended) == (None, "done")


def test_one_more_thing_goes_before_the_answer_and_nobody_is_asked_twice() -> None:
    call = helped()
    assert ASKS in call.hears("no thank you")
    call.hears("actually i lost my card")
    assert call.mind.state.place is not Place.SURVEY
    call.hears("cancel")
    assert ASKS not in call.hears("goodbye")
    assert (score(call), call.ended) == (None, "done")


def test_a_person_is_still_to_be_had() -> None:
    call = helped()
    call.hears("no thank you")
    call.hears("let me talk to a person")
    assert call.escalation is not None


def test_a_key_that_is_no_answer_is_said_to_be_none() -> None:
    call = helped()
    call.hears("no thank you")
    assert "no choice" in call.keys("7")
    call.keys("5")
    assert score(call) == Surveyed(5, "key", "goodbye")


def test_it_can_be_heard_again() -> None:
    call = helped()
    call.hears("no thank you")
    assert ASKS in call.hears("say that again")
    assert ASKS in call.keys("*")


def test_who_talked_with_a_person_and_is_still_there_is_asked_about_that() -> None:
    call = served()
    assert ASKS in call.hears("no thank you")
    call.hears("five")
    assert score(call) == Surveyed(5, "voice", "person")


def test_also_who_only_waits_for_it_after_the_person_left() -> None:
    call = served()
    assert ASKS in call.silence()
    call.keys("2")
    assert score(call) == Surveyed(2, "key", "person")


def test_one_who_spoke_of_a_death_is_never_asked() -> None:
    call = Story(survey=Survey())
    call.hears("my husband passed away last week")
    call.news(PersonStage.COMING, "Ana Silva")
    call.news(PersonStage.LEFT, "Ana Silva")
    assert ASKS not in call.hears("no thank you")
    assert call.ended == "done"


def test_nor_who_told_the_person_of_a_fraud() -> None:
    call = Story(survey=Survey())
    call.hears("agent")
    call.hears("somebody scammed me out of my savings")
    call.news(PersonStage.COMING, "Ana Silva")
    call.news(PersonStage.LEFT, "Ana Silva")
    assert ASKS not in call.hears("no thank you")


def test_nor_who_was_helped_with_nothing() -> None:
    call = Story(survey=Survey())
    assert ASKS not in call.hears("goodbye")


def test_nor_who_gives_up_waiting_for_a_person() -> None:
    call = helped()
    call.hears("agent")
    assert ASKS not in call.hears("goodbye")


def test_nobody_is_asked_where_nobody_shall_be() -> None:
    assert ASKS not in helped(None).hears("no thank you")
    assert ASKS not in helped(Survey(share=0.0)).hears("no thank you")
    assert ASKS not in helped(Survey(queues=("cards",))).hears("no thank you")
    assert ASKS in helped(Survey(queues=("member_services",))).hears("no thank you")


def test_the_share_is_of_all_calls_and_a_call_s_own_draw_stays() -> None:
    survey = Survey(share=0.2)
    drawn = [survey.draws(f"call-{n:012x}") for n in range(5000)]
    assert 0.17 < sum(drawn) / len(drawn) < 0.23
    assert drawn == [survey.draws(f"call-{n:012x}") for n in range(5000)]
