"""While a person is sought the caller is told the truth, may correct, ask, cancel, or be called back; never silence."""

import pytest

from telephony.backends.demo_bank import DemoBank
from tests.sim.story import TODAY, Story
from voice import events
from voice.dialogue.state import Place
from voice.events import PersonStage


def a_dispute() -> Story:
    call = Story(deed=DemoBank(today=TODAY).perform_now)
    call.hears("there's an eighty four dollar charge i never made")
    call.verified()
    return call


def test_the_caller_hears_what_the_person_will_be_told_and_says_yes() -> None:
    call = a_dispute()
    said = call.hears("let me talk to a person")
    assert "I'm getting someone in cards and disputes" in said
    assert "I'll tell them: you want to dispute a charge of 84 dollars. Is that right?" in said
    assert "Thank you" in call.hears("yes that's right")
    material = call.mind.material()
    assert material.topic == "you want to dispute a charge of 84 dollars"
    assert material.caller.name == "Dana Whitfield"
    assert material.caller.member == "••••13"
    assert material.caller.verified == "by PIN on the keypad"
    assert material.reason and material.reason.trigger == "asked"
    entity = material.entities[0]
    assert (entity.name, entity.value) == ("amount", "84.00")
    assert "eighty four" in material.transcript.turn(entity.turn).text
    assert material.next_step and "dispute" in material.next_step


def test_a_correction_changes_what_the_person_will_be_told() -> None:
    call = a_dispute()
    call.hears("agent")
    said = call.hears("no it was ninety dollars")
    assert "Thank you, I'll tell them" in said
    assert call.mind.material().topic == "you want to dispute a charge of 90 dollars"
    turn = call.facts(events.Corrected)[0].turn
    assert "ninety" in call.mind.transcript.turn(turn).text
    assert turn in call.mind.material().issue_turns


def test_a_plain_no_is_asked_what_is_right() -> None:
    call = a_dispute()
    call.hears("agent")
    assert "in your own words" in call.hears("no")
    call.hears("i already reported it and nobody called me back")
    assert call.mind.material().issue_turns[-1] == call.facts(events.Corrected)[-1].turn


def test_who_asks_for_a_person_first_is_asked_only_what_to_pass_on() -> None:
    call = Story()
    said = call.hears("agent")
    assert "What shall I tell them it's about?" in said
    assert "I'll tell them" in call.hears("it's about the joint account of my mother")
    words = call.mind.transcript.turn(call.mind.material().issue_turns[-1]).text
    assert "joint account" in words


def test_the_wait_is_told_when_it_is_known_and_only_when_it_changes() -> None:
    call = Story()
    call.hears("agent")
    call.hears("it's about my mortgage payment")
    assert "don't know yet" in call.hears("how long will it take")
    assert "2 to 4 minutes" in call.news(PersonStage.SOUGHT, wait=(2, 4))
    assert call.news(PersonStage.SOUGHT, wait=(2, 4)) == ""
    assert "2 to 4 minutes" in call.hears("how long is the wait")
    assert "5 to 9 minutes" in call.news(PersonStage.SOUGHT, wait=(5, 9))


def test_a_caller_who_waits_silently_is_comforted_and_never_fails() -> None:
    call = Story()
    call.hears("agent")
    call.hears("it's about my mortgage payment")
    lines = [call.silence(call.expected.no_input_ms) for _ in range(20)]
    assert all(lines)
    assert len(set(lines[:12])) == 12  # no line twice
    assert len(call.facts(events.Escalated)) == 1


def test_other_things_may_be_asked_and_done_meanwhile() -> None:
    call = Story(deed=DemoBank(today=TODAY).perform_now)
    call.hears("agent")
    call.hears("it's about the joint account of my mother")
    assert "Monday to Friday" in call.hears("what are your opening hours")
    call.hears("what's my balance")
    assert "1,240 dollars" in call.verified()
    assert call.mind.state.place is Place.WAITING


def test_words_that_mean_nothing_to_us_are_passed_on() -> None:
    call = Story()
    call.hears("agent")
    call.hears("it's about my mortgage payment")
    assert "pass that on" in call.hears("tell her the roof leaked again yesterday")


def test_never_mind_stops_the_search() -> None:
    call = Story()
    call.hears("agent")
    call.hears("it's about my mortgage payment")
    said = call.hears("never mind")
    assert call.did(events.StopSeeking) == [events.StopSeeking("cancelled")]
    assert "How can I help" in said
    assert "member number" in call.hears("what's my balance")


def test_ringing_and_coming_are_said_by_name() -> None:
    call = Story()
    call.hears("agent")
    call.hears("it's about my mortgage payment")
    assert "calling Ana now" in call.news(PersonStage.RINGING, "Ana")
    assert "trying someone else" in call.news(PersonStage.RINGING, "Ben")
    assert call.news(PersonStage.COMING, "Ben") == "Here is Ben."
    assert call.hears("hello are you there")


@pytest.mark.parametrize("answer", ["yes please", "1"])
def test_nobody_free_leads_to_an_honest_offer_and_a_promise_with_the_story(answer: str) -> None:
    call = a_dispute()
    call.hears("agent")
    call.hears("yes")
    said = call.news(PersonStage.UNAVAILABLE)
    assert "Nobody in cards and disputes is free" in said
    assert "call you back" in said
    said = call.keys(answer) if answer == "1" else call.hears(answer)
    assert "ending in 0 1 2 3" in said
    said = call.keys("1") if answer == "1" else call.hears("yes")
    assert call.did(events.AgreeCallback) == [events.AgreeCallback("+14155550123", "cards")]
    assert call.did(events.StopSeeking) == [events.StopSeeking("callback")]
    assert "will call you" in said
    assert call.ended == "callback"


def test_another_number_is_keyed_and_read_back_before_it_is_promised() -> None:
    call = a_dispute()
    call.hears("agent")
    call.hears("yes")
    call.news(PersonStage.UNAVAILABLE)
    call.hears("yes")
    call.hears("no")
    said = call.keys("2125550188")
    assert "2 1 2, 5 5 5, 0 1 8 8" in said
    assert not call.did(events.AgreeCallback)
    call.keys("1")
    assert call.did(events.AgreeCallback)[0].number == "2125550188"


def test_who_keeps_waiting_is_not_asked_again_and_again() -> None:
    call = a_dispute()
    call.hears("agent")
    call.hears("yes")
    call.news(PersonStage.UNAVAILABLE)
    assert "keep your place" in call.hears("no i'll wait")
    assert "call you back" not in call.news(PersonStage.UNAVAILABLE)
    assert call.silence(20_000)


def test_news_does_not_cut_into_the_callers_answer() -> None:
    call = a_dispute()
    call.hears("agent")
    assert call.news(PersonStage.UNAVAILABLE) == ""
    assert "Nobody in cards" in call.hears("yes")


def test_a_callback_may_be_asked_for_at_any_time() -> None:
    call = Story(number=None)
    said = call.hears("can you please call me back later")
    assert "number we should call" in said
    call.hears("two one two five five five oh one eight eight")
    call.hears("yes")
    assert call.did(events.AgreeCallback)[0].number == "2125550188"


def test_a_number_read_back_wrongly_twice_is_not_asked_for_ever_the_search_goes_on() -> None:
    call = a_dispute()
    call.hears("agent")
    call.hears("yes")
    call.news(PersonStage.UNAVAILABLE)
    call.hears("yes")
    call.hears("no")
    call.keys("2125550188")
    assert "all 10 digits" in call.hears("no")
    call.keys("2125550199")
    said = call.hears("no that's wrong")
    assert "could not get that number right" in said
    assert "keep trying" in said
    assert call.mind.state.place is Place.WAITING
    assert not call.did(events.AgreeCallback)


def test_who_asked_for_a_call_back_alone_gets_a_person_when_the_number_is_wrong_twice() -> None:
    call = Story(number=None)
    call.hears("can you please call me back later")
    call.keys("2125550188")
    call.hears("no")
    call.keys("2125550199")
    said = call.hears("no")
    assert call.escalation and call.escalation.trigger == "lost"
    assert "I'm getting someone" in said
    assert not call.did(events.AgreeCallback)


def test_where_nobody_is_at_work_a_number_read_back_wrongly_twice_ends_the_search() -> None:
    call = a_dispute()
    call.hears("agent")
    call.hears("yes")
    call.happens(events.PersonNews(PersonStage.UNAVAILABLE, opens="tomorrow at 9"))
    call.hears("yes")
    call.hears("no")
    call.keys("2125550188")
    call.hears("no")
    call.keys("2125550199")
    said = call.hears("no")
    assert "could not get that number right" in said
    assert "stopped looking" in said
    assert "How can I help" in said


def test_a_call_back_asked_for_again_begins_with_a_fresh_number() -> None:
    call = a_dispute()
    call.hears("agent")
    call.hears("yes")
    for _ in range(2):
        call.hears("call me back")
        call.hears("no")
        call.keys("2125550188")
        assert "all 10 digits" in call.hears("no")
        call.hears("go back")
    assert call.mind.state.place is Place.WAITING


def test_when_the_person_leaves_the_system_has_the_caller_back() -> None:
    call = Story()
    call.hears("agent")
    call.news(PersonStage.COMING, "Ana")
    assert "automated assistant" in call.news(PersonStage.LEFT, "Ana")
    assert "member number" in call.hears("what's my balance")


def test_a_charge_that_grows_angry_is_escalated_with_its_reasons() -> None:
    call = a_dispute()
    call.hears("this is ridiculous i already told you people about this three times")
    call.hears("are you kidding me this is a joke i am sick of this")
    assert call.escalation and call.escalation.trigger == "frustrated"
    assert call.escalation.queue == "cards"
    assert len(call.escalation.evidence) > 1


def test_a_large_amount_goes_to_a_person_before_anything_is_done() -> None:
    call = Story(deed=DemoBank(today=TODAY).perform_now)
    call.hears("transfer five thousand dollars from savings to checking")
    assert call.escalation and call.escalation.trigger == "amount"
    assert "5,000.00 dollars" in call.escalation.evidence[0]
    assert not call.actions


def test_every_event_that_ends_a_turn_is_answered() -> None:
    """Whatever is said, keyed or not said in whatever order, the caller hears something and something is expected."""
    import random

    draw = random.Random(4)
    words = ("yes", "no", "what's my balance", "agent", "never mind", "fifty dollars", "savings", "", "call me back",
             "how long", "two oh four seven one three", "i lost my card", "blah blah", "repeat that")  # fmt: skip
    for _ in range(60):
        call = Story(deed=DemoBank(today=TODAY).perform_now)
        for _ in range(25):
            if call.ended:
                break
            kind = draw.choice(("hears", "hears", "keys", "silence", "news"))
            collecting = call.mind.state.place in (Place.MEMBER, Place.PIN, Place.CALLBACK_NUMBER, Place.SLOT)
            if kind == "hears":
                assert call.hears(draw.choice(words)), call.mind.state.place
            elif kind == "silence":
                assert call.silence() or call.ended, call.mind.state.place
            elif kind == "keys" and not collecting:
                assert call.keys(draw.choice("0123456789*#")), call.mind.state.place
            elif kind == "news":
                call.news(draw.choice(list(PersonStage)), "Ana", draw.choice((None, (1, 2))))


@pytest.mark.parametrize(
    "words", ["i want to make a complaint", "your", "yes", "no", "what", "forty", "my mother died"]
)
def test_whatever_a_waiting_caller_says_is_answered(words: str) -> None:
    call = a_dispute()
    call.hears("agent")
    call.hears("yes that's right")
    assert call.hears(words) != ""


def test_when_nobody_came_at_all_the_caller_hears_it_and_goes_on() -> None:
    call = a_dispute()
    call.hears("agent")
    call.hears("yes that's right")
    said = call.news(PersonStage.GAVE_UP)
    assert "could not reach anyone" in said
    assert call.mind.state.place is Place.OPEN
    assert "checking account holds" in call.hears("what's my balance")


def test_after_talking_with_a_person_silence_is_a_goodbye_and_brings_no_second_one() -> None:
    call = a_dispute()
    call.hears("agent")
    call.news(PersonStage.COMING, "Ana Silva")
    assert "anything else" in call.news(PersonStage.LEFT)
    assert "Goodbye" in call.silence()
    assert len(call.facts(events.Escalated)) == 1
