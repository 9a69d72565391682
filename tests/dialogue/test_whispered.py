"""A supervisor whispers to the system: what it does of it, what it does not, and that no deed is done by a whisper."""

from dataclasses import replace

import pytest

from tests.sim.story import Story
from voice.dialogue import whispered as w
from voice.dialogue.state import Place
from voice.events import Do, Whispered, WhisperHeeded, WhisperKind

OFFER = Whispered(WhisperKind.OFFER, intent="disputed_charge")


def heeded(story: Story) -> list[tuple[bool, str]]:
    return [(fact.heeded, fact.why) for fact in story.facts(WhisperHeeded)]


def test_what_a_colleague_wants_said_is_said_as_theirs_and_the_question_is_asked_again() -> None:
    story = Story()
    asked = story.happens(OFFER)
    said = story.happens(Whispered(WhisperKind.SAY, "the branch on Pine Street is closed this week."))
    assert said == f"A colleague asks me to tell you: the branch on Pine Street is closed this week. {asked}"
    assert heeded(story)[-1] == (True, "")


def test_what_a_colleague_wants_said_is_cut_where_a_person_should_say_it() -> None:
    story = Story()
    said = story.happens(Whispered(WhisperKind.SAY, "x" * 1000))
    assert said.count("x") <= w.TEXT_MAX + 5


def test_braces_in_a_whisper_are_words() -> None:
    assert "{member} {0}" in Story().happens(Whispered(WhisperKind.SAY, "{member} {0}"))


def test_an_offer_is_a_question_and_a_no_leaves_it_at_that() -> None:
    story = Story()
    asked = story.happens(OFFER)
    assert asked.startswith("Would you like")
    story.hears("no thank you")
    assert not story.did(Do)
    assert heeded(story) == [(True, "")]


def test_a_yes_to_an_offer_still_has_the_intents_own_gates() -> None:
    story = Story()
    story.happens(Whispered(WhisperKind.OFFER, intent="transfer"))
    said = story.hears("yes please")
    assert not story.did(Do)  # who they are is asked first, and the whole is read back
    assert "member number" in said


def test_nothing_is_said_into_a_pin_or_a_deed() -> None:
    story = Story()
    story.hears("what is my balance")
    assert story.happens(Whispered(WhisperKind.SAY, "hello")) == ""
    assert heeded(story) == [(False, w.ANSWERING)]


def test_an_offer_does_not_break_into_another_question() -> None:
    story = Story()
    story.hears("i want to book an appointment")
    story.happens(OFFER)
    assert heeded(story)[-1][0] is False


@pytest.mark.parametrize("intent", ["", "no_such_thing", "talk_to_person", "goodbye"])
def test_only_what_the_business_does_can_be_offered(intent: str) -> None:
    story = Story()
    assert story.happens(Whispered(WhisperKind.OFFER, intent=intent)) == ""
    assert heeded(story) == [(False, w.UNKNOWN)]


def test_a_supervisor_brings_a_person_now_and_no_second_one() -> None:
    story = Story()
    story.hears("i want to book an appointment")
    story.happens(Whispered(WhisperKind.PERSON))
    assert story.escalation is not None
    assert (story.escalation.trigger, story.escalation.urgency) == (w.TRIGGER, "now")
    story.happens(Whispered(WhisperKind.PERSON))
    assert heeded(story) == [(True, ""), (False, w.SOUGHT)]


def test_slower_is_heard_from_the_next_sentence_on_and_nothing_is_said_about_it() -> None:
    story = Story()
    assert story.happens(Whispered(WhisperKind.SLOWER)) == ""
    story.hears("i want to book an appointment")
    assert story.mind.state.slow


@pytest.mark.parametrize(
    "place", sorted(set(Place) - {Place.START, Place.ACTING, Place.COMING, Place.CLOSING, Place.GONE})
)
def test_a_whisper_is_heeded_or_refused_wherever_the_call_stands(place: Place) -> None:
    for whisper in (Whispered(WhisperKind.SAY, "hello"), OFFER, Whispered(WhisperKind.SLOWER)):
        story = Story()
        story.mind._state = replace(story.mind.state, place=place, guess="balance")
        said = story.happens(whisper)
        ((done, why),) = heeded(story)
        assert done or (why and not said)


def test_nothing_is_whispered_into_a_goodbye() -> None:
    story = Story()
    story.hears("goodbye")
    if not story.ended:
        story.hears("yes")
    assert story.happens(Whispered(WhisperKind.SAY, "wait")) == ""
    assert heeded(story) == [(False, w.OVER)]
