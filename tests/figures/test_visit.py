"""What a call amounts to, read off its journal."""

import pytest

from telephony.figures import NEEDED, visit
from telephony.figures.visit import Visit
from tests.figures.journals import Told


def of(told: Told) -> Visit:
    found = visit(told.rows)
    assert found is not None
    return found


def test_a_call_that_the_system_settles_has_no_search() -> None:
    one = of(Told().heard("what is my balance").ended("solved"))
    assert (one.outcome, one.searches, one.with_person, one.language) == ("solved", (), False, "en")


def test_a_wait_runs_from_the_trigger_to_the_person() -> None:
    one = of(Told().heard("a person please").escalated().bridged(after=12.5).unbridged(after=40).ended("transferred"))
    assert one.searches[0].wait_s == 12.5
    assert one.talk_s == (40.0,)
    assert (one.triggers, one.stage, one.with_person) == (("asked",), "bridged", True)


def test_who_hangs_up_while_waiting_has_waited_so_long() -> None:
    one = of(Told().escalated().moved("abandoned", "queued", after=33).ended("abandoned"))
    assert (one.searches[0].wait_s, one.searches[0].outcome, one.with_person) == (33.0, "abandoned", False)


def test_wrap_up_counts_from_the_end_of_the_talk() -> None:
    told = Told().escalated().bridged().unbridged().ended("transferred")
    assert of(told.entry("WrappedUp", after=21, agent="ana", disposition="done", summary="")).wrap_s == (22.0,)


def test_what_was_not_understood_counts_as_heard_badly() -> None:
    one = of(Told().heard("balance", confidence=0.9).heard("", confidence=0.0).ended())
    assert one.quality == pytest.approx(0.45)


def test_a_hidden_number_is_nobody_that_can_be_met_again() -> None:
    assert of(Told(caller="anonymous").ended()).caller == ""
    assert of(Told(caller=None).ended()).caller == ""


def test_a_journal_without_its_beginning_is_no_visit() -> None:
    assert visit(Told().ended().rows[1:]) is None
    assert visit([]) is None


def test_entries_that_are_not_needed_change_nothing() -> None:
    told = Told().heard("balance")
    before = of(told)
    assert of(told.entry("Silent", after_ms=4500)) == before
    assert "Silent" not in NEEDED


# --- having to tell it again ------------------------------------------------------------------------------------------


def with_person(*, brief: str = "there is a charge of 84 dollars from Streamly on my card") -> Told:
    return Told().heard("there is a charge").escalated().brief(brief, who="Dana Whitfield, by PIN").bridged()


@pytest.mark.parametrize(
    "asks",
    ["Hello, how can I help you?", "So what's the problem?", "May I have your name please?", "And your member number?"],
)
def test_a_person_who_asks_for_what_the_brief_holds_makes_the_caller_explain_again(asks: str) -> None:
    assert of(with_person().heard(asks, speaker="agent")).asked_again is True


def test_a_caller_who_tells_it_again_unasked_explains_again() -> None:
    told = with_person().heard("Good morning Dana", speaker="agent")
    assert of(told.heard("yes so there is this charge from streamly eighty 84 dollars on the card")).asked_again is True


def test_a_person_who_begins_where_the_brief_ends_does_not() -> None:
    told = with_person().heard("Hello Dana, I see the Streamly charge. Shall I dispute it?", speaker="agent")
    assert of(told.heard("yes please")).asked_again is False


def test_what_comes_after_the_first_minute_is_the_conversation_itself() -> None:
    told = with_person().heard("Hello Dana", speaker="agent").heard("what's the problem?", speaker="agent", after=70)
    assert of(told).asked_again is False


def test_nothing_is_judged_where_nothing_was_said_or_no_brief_was_given() -> None:
    assert of(with_person()).asked_again is None
    assert of(Told().escalated().bridged().heard("how can I help", speaker="agent")).asked_again is None


def test_a_person_may_ask_for_what_the_brief_does_not_hold() -> None:
    told = Told().escalated().brief("a charge on my card that I never made").bridged()
    assert of(told.heard("What is your name, please?", speaker="agent")).asked_again is False
