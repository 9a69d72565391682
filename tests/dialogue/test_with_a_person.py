"""What the system says to a caller who has a person: on hold, off hold, and when they are given back to it."""

from tests.sim.story import Story
from voice import events
from voice.dialogue.state import Place
from voice.events import PersonStage


def with_a_person() -> Story:
    call = Story()
    call.hears("agent")
    call.hears("it's about the joint account of my mother")
    call.news(PersonStage.COMING, "Ana Silva")
    return call


def words(call: Story) -> str:
    return " ".join(said.text for said in call.mind.transcript.utterances)


def test_a_caller_on_hold_hears_who_holds_them_and_later_that_they_are_not_forgotten() -> None:
    call = with_a_person()
    assert "Ana Silva has put you on hold" in call.news(PersonStage.HELD, "Ana Silva")
    assert "still on hold" in call.news(PersonStage.HELD, "Ana Silva")
    assert call.news(PersonStage.BACK, "Ana Silva") == ""
    assert "has put you on hold" in call.news(PersonStage.HELD, "Ana Silva")


def test_a_note_that_names_a_task_is_gone_on_with() -> None:
    call = with_a_person()
    said = call.news(PersonStage.LEFT, "Ana Silva", notes="book an appointment please")
    assert said.startswith("Ana Silva has handed you back to me")
    assert "On which day" in said or "member number" in said
    assert call.mind.state.task is not None
    assert call.mind.state.task.intent == "appointment"


def test_a_note_that_names_none_is_kept_and_the_caller_is_asked() -> None:
    call = with_a_person()
    said = call.news(PersonStage.LEFT, "Ana Silva", notes="she was very kind about the parrot")
    assert "handed you back" in said
    assert "How can I help" in said
    assert "parrot" in words(call)
    assert call.mind.state.place is Place.OPEN


def test_a_card_number_in_a_note_is_not_kept() -> None:
    call = with_a_person()
    call.news(PersonStage.LEFT, "Ana Silva", notes="the card is 4111 1111 1111 1111")
    assert "4111" not in words(call)


def test_a_caller_who_is_passed_on_hears_by_whom_and_the_next_person_is_sought_where_they_said() -> None:
    call = with_a_person()
    said = call.happens(
        events.PersonNews(PersonStage.LEFT, "Ana Silva", notes="lost it on 4111 1111 1111 1111", to="cards")
    )
    assert said.startswith("Ana Silva is passing you on")
    sought = call.did(events.SeekPerson)[-1].escalation
    assert (sought.trigger, sought.queue) == ("passed_on", "cards")
    assert sought.evidence[0].startswith("passed on by Ana Silva: lost it on")
    assert "4111" not in sought.evidence[0]
    assert call.mind.state.place is Place.WAITING


def test_a_caller_is_passed_on_without_a_note_too() -> None:
    call = with_a_person()
    call.happens(events.PersonNews(PersonStage.LEFT, notes="", to="cards"))
    assert call.did(events.SeekPerson)[-1].escalation.evidence == ("passed on by Ana Silva",)


def test_a_caller_is_passed_on_to_one_colleague_in_their_queue() -> None:
    call = with_a_person()
    call.happens(events.PersonNews(PersonStage.LEFT, "Ana Silva", notes="", to="cards", person="ben"))
    sought = call.did(events.SeekPerson)[-1]
    assert (sought.person, sought.escalation.queue) == ("ben", "cards")


def test_who_joins_the_person_and_who_brought_them_is_said_and_nothing_is_asked() -> None:
    call = with_a_person()
    said = call.happens(events.PersonNews(PersonStage.BESIDE, "Ben Okafor", host="Ana Silva"))
    assert said == "Ana Silva has brought in Ben Okafor."
    assert call.news(PersonStage.HELD, "Ana Silva").startswith("Ana Silva has put you on hold")
