"""What a waiting caller is told and offered: useful first, each once, and a plain yes takes the last offer."""

import pytest

from telephony.backends.demo_bank import DemoBank
from tests.sim.story import TODAY, Story
from voice import events
from voice.dialogue.music import asked
from voice.dialogue.state import Place
from voice.events import MusicChosen, PersonStage


def pause(call: Story) -> str:
    """The caller says nothing until the next line comes."""
    return call.silence(call.expected.no_input_ms)


def until(call: Story, words: str) -> str:
    for _ in range(30):
        if words in (said := pause(call)):
            return said
    raise AssertionError(f"{words!r} expected among what is said to a waiting caller")


def waiting_about(topic: str = "what's my balance", **more: object) -> Story:
    call = Story(deed=DemoBank(today=TODAY).perform_now, **more)  # type: ignore[arg-type]
    call.hears(topic)
    call.hears("agent")
    call.hears("yes")
    return call


def test_the_pauses_are_short_in_the_first_minute_and_long_after_it() -> None:
    call = waiting_about()
    assert call.expected.no_input_ms < 500
    call.now_ms += 60_000
    pause(call)
    assert 10_000 <= call.expected.no_input_ms <= 30_000
    assert call.did(events.Music) == [events.Music(on=True)]


def test_the_member_number_is_offered_to_be_taken_meanwhile_and_a_yes_takes_it() -> None:
    call = waiting_about()
    until(call, "Shall I take your member number")
    assert "member number" in call.hears("yes")
    call.verified()
    assert call.mind.state.place is Place.WAITING
    assert call.mind.material().caller.name == "Dana Whitfield"
    assert call.actions == ["verify_member"]  # the balance was for the person to tell


def test_key_4_takes_it_too() -> None:
    call = waiting_about()
    assert "member number" in call.keys("4")


def test_key_4_is_told_with_the_other_keys_until_the_number_was_given() -> None:
    call = waiting_about()
    assert call.keys("7").endswith("For music, press 3. To give your member number, press 4.")
    call.keys("4")
    call.verified()
    said = call.keys("7")
    assert "For music, press 3." in said and "press 4" not in said


def test_a_missing_amount_is_asked_for_the_person_and_nothing_is_done_with_it() -> None:
    call = Story(deed=DemoBank(today=TODAY).perform_now)
    call.hears("i want to dispute a charge")
    call.verified()
    call.hears("agent")
    call.hears("yes")
    until(call, "How much was the charge")
    assert "I'll tell them" in call.hears("ninety dollars")
    assert call.mind.state.place is Place.WAITING
    assert call.mind.material().topic == "you want to dispute a charge of 90 dollars"
    assert call.facts(events.Corrected)
    assert call.actions == ["verify_member"]


def test_who_says_nothing_to_it_keeps_the_topic() -> None:
    call = Story(deed=DemoBank(today=TODAY).perform_now)
    call.hears("i want to dispute a charge")
    call.verified()
    call.hears("agent")
    call.hears("yes")
    for _ in range(6):
        pause(call)
    assert call.mind.material().topic == "you want to dispute a charge"


def test_a_frustrated_caller_is_asked_nothing_more_and_told_no_opening_hours() -> None:
    call = Story(deed=DemoBank(today=TODAY).perform_now)
    call.hears("there's an eighty four dollar charge i never made")
    call.verified()
    call.hears("this is ridiculous i already told you people about this three times")
    call.hears("are you kidding me this is a joke i am sick of this")
    assert call.escalation and call.escalation.trigger == "frustrated"
    said = " ".join(pause(call) for _ in range(15))
    assert "How much" not in said
    assert "branches are open" not in said


def test_a_yes_to_the_callback_takes_it() -> None:
    call = waiting_about()
    until(call, "Say “call me back”")
    assert "ending in 0 1 2 3" in call.hears("yes please")


def test_a_late_yes_to_the_brief_counts() -> None:
    call = Story()
    call.hears("what's my balance")
    assert "Is that right" in call.hears("agent")
    pause(call)
    assert "Thank you" in call.hears("yes")
    assert call.mind.state.confirmed is True


def test_music_by_voice_and_off_again() -> None:
    call = waiting_about()
    assert "here is some music" in call.hears("can i hear some music please")
    assert call.did(events.Music)[-1] == events.Music(on=True)
    assert call.expected.no_input_ms >= 30_000
    assert "no more music" in call.hears("stop the music")
    assert call.did(events.Music)[-1] == events.Music(on=False)
    assert call.facts(MusicChosen) == [MusicChosen(True), MusicChosen(False)]


@pytest.mark.parametrize(
    ("words", "wish"),
    [
        ("music", True), ("yes music please", True), ("play some music", True), ("i'd rather listen to music", True),
        ("no more music", False), ("turn that off", False), ("please stop the music", False), ("enough music", False),
        ("i bought music online and the charge came twice on my card", None), ("what's my balance", None),
    ],
)  # fmt: skip
def test_who_wants_music(words: str, wish: bool | None) -> None:
    assert asked(words) is wish


# --- taken back, in time or too late ----------------------------------------------------------------------------------


def test_nothing_is_said_of_the_end_of_the_search_before_it_has_ended() -> None:
    call = waiting_about()
    acts = call.mind.on(events.KeyPressed("2"), call.now_ms)
    assert events.StopSeeking("cancelled") in acts
    assert not [act for act in acts if isinstance(act, events.Say)]
    assert "stopped looking" in call.news(PersonStage.STOPPED)
    assert call.mind.state.place is Place.OPEN


def test_who_takes_it_back_while_they_are_being_joined_hears_that_it_is_too_late() -> None:
    call = waiting_about()
    call.mind.on(events.KeyPressed("2"), call.now_ms)
    said = call.news(PersonStage.COMING, "Ana Silva")
    assert "too late" in said
    assert "Here is Ana Silva" in said
    assert "stopped looking" not in said


# --- digits that come late --------------------------------------------------------------------------------------------


def a_pin_given_up() -> Story:
    call = Story(deed=DemoBank(today=TODAY).perform_now)
    call.hears("what's my balance")
    call.keys("204713")
    for _ in range(3):
        call.silence()
    assert call.mind.state.seeking is not None
    return call


def test_the_digits_of_a_pin_that_was_given_up_choose_nothing() -> None:
    call = a_pin_given_up()
    said = []
    for key in "1213":  # quickly: each interrupts what is said to the one before
        call.now_ms += 300
        said += call.mind.on(events.KeyPressed(key), call.now_ms)
    assert "too late for the number" in next(act.text for act in said if isinstance(act, events.Say))
    assert not [act for act in said if isinstance(act, (events.AgreeCallback, events.StopSeeking, events.Music))]
    assert call.mind.state.place is Place.WAITING


def test_a_key_pressed_again_after_them_is_a_choice() -> None:
    call = a_pin_given_up()
    call.keys("1")
    call.now_ms += 3_500
    assert "call you back" in call.keys("1")


def test_key_0_is_a_person_all_the_same() -> None:
    call = Story(deed=DemoBank(today=TODAY).perform_now)
    call.hears("what's my balance")
    call.keys("204713")
    call.hears("never mind")
    assert "getting someone" in call.keys("0")


def test_a_value_the_topic_lacks_is_taken_for_it_whatever_else_it_sounds_like() -> None:
    """ "Eighty four dollars" also begins wishes to move money."""
    call = Story()
    call.hears("i want to dispute a charge")
    call.hears("agent")
    call.hears("yes")
    call.hears("eighty four dollars")
    assert call.mind.material().topic == "you want to dispute a charge of 84 dollars"
