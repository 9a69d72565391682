"""What the caller hears where nobody can come soon: the truth first, then what it is about, then the call back."""

from tests.sim.story import Story
from voice import events
from voice.events import PersonNews, PersonStage


def nobody(call: Story, **more: object) -> str:
    return call.happens(PersonNews(PersonStage.UNAVAILABLE, first=True, **more))  # type: ignore[arg-type]  # its fields


def asked() -> Story:
    call = Story()
    call.hears("i want to talk to a person")
    return call


def test_where_nobody_is_at_work_nobody_is_said_to_be_fetched() -> None:
    call = asked()
    said = nobody(call)
    assert said == "Nobody in member services is free right now. What shall I tell them it's about?"
    assert call.did(events.TakeBack)


def test_a_closed_queue_is_said_with_its_opening() -> None:
    said = nobody(asked(), opens="tomorrow at 8 AM")
    assert said.startswith("Nobody in member services is at work now. They are back tomorrow at 8 AM.")


def test_what_it_is_about_is_kept_for_the_call_back_which_is_offered_next() -> None:
    call = asked()
    nobody(call)
    said = call.hears("i want to know about my home loan")
    assert "Shall I have someone call you back?" in said
    assert "Nobody" not in said, "said before"


def test_the_issue_that_is_known_is_read_back_without_a_promise_of_somebody() -> None:
    call = Story()
    call.hears("i want to dispute a charge of eighty four dollars")
    call.hears("i want to talk to a person")
    said = nobody(call)
    assert "I'll tell them:" in said
    assert "getting someone" not in said


def test_the_wait_is_told_with_it_once() -> None:
    call = asked()
    call.news(PersonStage.SOUGHT, wait=(12, 20))
    said = nobody(call, wait_minutes=(12, 20))
    assert "It should take 12 to 20 minutes." in said
    assert "minutes" not in call.hears("it is about my loan")


def test_a_wait_of_less_than_two_minutes_at_best_is_said_as_up_to() -> None:
    call = asked()
    call.hears("it is about my loan")
    assert "It should take up to 4 minutes." in call.news(PersonStage.SOUGHT, wait=(1, 4))


def test_who_declines_the_call_back_keeps_waiting_where_somebody_may_come() -> None:
    call = asked()
    nobody(call)
    call.hears("it is about my loan")
    assert "you keep your place" in call.hears("no")


def test_who_declines_the_call_back_of_a_closed_queue_is_back_with_the_system() -> None:
    call = asked()
    nobody(call, opens="tomorrow at 8 AM")
    call.hears("it is about my loan")
    call.hears("no")
    assert call.did(events.StopSeeking) == [events.StopSeeking("cancelled")]
