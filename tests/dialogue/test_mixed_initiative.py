"""Callers who lead: several wishes in a breath, a changed mind, one value put right, and how we are to talk."""

from dataclasses import replace

import pytest

from telephony.backends.demo_bank import DemoBank
from tests.dialogue.bank import a_call, at_the_read_back
from tests.sim.story import TODAY, Story, business
from voice import events
from voice.dialogue.state import Place

# --- several wishes ---------------------------------------------------------------------------------------------------


def test_two_wishes_of_one_sentence_are_done_one_after_the_other() -> None:
    call = a_call()
    said = call.hears("check my balance and then move fifty dollars from checking to savings")
    assert "First your account balance, then moving money" in said
    said = call.verified()
    assert "1,240 dollars" in said
    assert "Now moving money between your accounts" in said
    assert "I will move 50 dollars from checking to savings" in said
    assert "I moved 50 dollars" in call.hears("yes please")
    assert call.actions == ["verify_member", "balance", "transfer"]


def test_one_wish_that_only_sounds_like_two_stays_one() -> None:
    call = a_call()
    call.hears("take fifty dollars out of checking and put it in savings")
    assert "I will move 50 dollars from checking to savings" in call.verified()
    assert call.mind.state.queued == ()


def test_the_second_wish_is_not_lost_when_the_first_is_given_up() -> None:
    call = a_call()
    call.hears("i lost my card and also what are your opening hours")
    call.verified()
    said = call.hears("no never mind")
    assert "Nothing was changed" in said
    assert "Monday to Friday" in said


def test_what_a_person_must_settle_is_not_put_behind_something_else() -> None:
    call = a_call()
    call.hears("i want to make a complaint about how i was treated")
    assert call.escalation


def test_two_answers_at_once_leave_nothing_to_ask() -> None:
    call = a_call()
    call.hears("i want to transfer money")
    assert "come from" in call.verified()
    said = call.hears("seventy five dollars from savings to checking")
    assert "I will move 75 dollars from savings to checking" in said


# --- a changed mind ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        "actually cancel that i lost my card", "no wait i lost my card", "never mind that my debit card was stolen",
        "oh forget it i need to block my card",
    ],
)  # fmt: skip
def test_another_wish_in_the_middle_takes_over_and_nothing_of_the_first_is_done(words: str) -> None:
    call = at_the_read_back()
    assert "block your card" in call.hears(words)
    assert "transfer" not in call.actions
    call.hears("yes")
    assert call.actions[-1] == "block_card"


def test_a_mind_changed_within_the_first_sentence() -> None:
    call = a_call()
    call.hears("i'd like to move some money um actually no just tell me my balance")
    assert "1,240 dollars" in call.verified()
    assert call.actions == ["verify_member", "balance"]


# --- one value put right ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "read_back"),
    [
        ("no fifteen not fifty", "15 dollars from checking to savings"),
        ("from savings i mean", "200 dollars from savings to checking"),
        ("make it three hundred", "300 dollars from checking to savings"),
        ("no i said fifteen dollars", "15 dollars from checking to savings"),
    ],
)
def test_a_correction_at_the_read_back_changes_that_alone(words: str, read_back: str) -> None:
    call = at_the_read_back()
    assert f"I will move {read_back}" in call.hears(words)
    assert "transfer" not in call.actions


def test_a_plain_no_asks_what_is_wrong_instead_of_starting_over() -> None:
    call = at_the_read_back()
    assert "What shall I change" in call.hears("no that's not right")
    assert "How much would you like to move" in call.hears("the amount")
    assert "I will move 20 dollars from checking to savings" in call.hears("twenty dollars")
    call.hears("yes")
    assert call.done[-1].params["amount"] == "20.00"


@pytest.mark.parametrize("words", ["nothing just leave it", "never mind", "cancel it", "no"])
def test_and_nothing_is_done_when_nothing_of_it_is_right(words: str) -> None:
    call = at_the_read_back()
    call.hears("no")
    assert "Nothing was changed" in call.hears(words)
    assert "transfer" not in call.actions


def test_the_change_can_be_keyed() -> None:
    call = at_the_read_back()
    call.hears("no")
    assert "How much" in call.keys("3")


# --- confirmation by cost ---------------------------------------------------------------------------------------------


def test_a_harmless_act_is_said_while_it_is_done() -> None:
    intents = business().intents
    harmless = {**intents, "password_reset": replace(intents["password_reset"], cost="harmless")}
    call = Story(deed=DemoBank(today=TODAY).perform_now, known=replace(business(), intents=harmless))
    call.hears("i forgot my online banking password")
    said = call.verified()
    assert "I'm sending a link" in said
    assert "I sent a link" in said


def test_a_costly_act_is_never_done_without_a_yes() -> None:
    for words in (
        "i lost my card",
        "i forgot my online banking password",
        "dispute a charge of eighty four dollars",
        "book me in for tuesday morning",
    ):
        call = a_call()
        call.hears(words)
        assert "Shall I" in call.verified()
        assert call.actions == ["verify_member"]


# --- how we talk ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["say that again", "sorry what was that", "pardon", "could you repeat that please"])
def test_what_was_said_is_said_again(words: str) -> None:
    call = at_the_read_back()
    assert "I will move 200 dollars from checking to savings" in call.hears(words)


@pytest.mark.parametrize("words", ["slower please", "could you speak more slowly", "not so fast", "you talk too fast"])
def test_slower_says_it_again_slowly_and_stays_slow(words: str) -> None:
    call = at_the_read_back()
    assert "I will move 200 dollars" in call.hears(words)
    call.hears("yes")
    after = call.did(events.Say)[-3:]
    assert all(say.slow for say in after)


def test_who_has_enough_of_slow_hears_the_usual_pace() -> None:
    call = at_the_read_back()
    call.hears("slower")
    call.hears("you can speak faster")
    assert not call.did(events.Say)[-1].slow


@pytest.mark.parametrize(
    "words",
    [
        "hold on", "wait a moment please", "one second", "hang on let me find my card", "give me a minute",
        "let me get my glasses",
    ],
)  # fmt: skip
def test_who_asks_us_to_wait_is_waited_for(words: str) -> None:
    call = a_call()
    call.hears("check my balance")
    assert "Take your time" in call.hears(words)
    assert call.expected.no_input_ms == 15_000
    for _ in range(4):
        assert "still here" in call.silence(15_000) or "ready" in call.did(events.Say)[-1].text
    assert call.mind.state.counts.silences_row == 0
    assert call.escalation is None
    assert "1,240 dollars" in call.verified()
    assert call.expected.no_input_ms < 15_000


def test_nobody_waits_for_ever() -> None:
    call = a_call()
    call.hears("check my balance")
    call.hears("hold on")
    for _ in range(8):
        call.silence(15_000)
    assert "once more" in call.silence(15_000)
    assert "member number" in call.did(events.Say)[-1].text
    assert not call.mind.state.holding


def test_again_after_a_wait_means_the_question() -> None:
    call = at_the_read_back()
    call.hears("hold on a second")
    assert "I will move 200 dollars" in call.hears("sorry what did you say")


def test_wait_is_no_wait_when_something_follows() -> None:
    call = at_the_read_back()
    assert "15 dollars" in call.hears("wait no fifteen dollars")


def test_one_question_back() -> None:
    call = a_call()
    call.hears("i want to transfer money")
    call.verified()
    assert "go to" in call.hears("checking") or call.mind.state.place is Place.SLOT
    assert "come from" in call.hears("go back")
    assert "come from" in call.hears("can we go back one step") or call.mind.state.place is Place.OPEN


# --- the record -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["yes", "yes please", "no", "yeah", "okay", "sure"])
def test_a_plain_answer_is_recorded_as_no_wish(words: str) -> None:
    call = at_the_read_back()
    call.hears(words)
    assert call.facts(events.Understood)[-1].intent is None


def test_an_answer_to_a_tasks_question_belongs_to_that_task() -> None:
    call = a_call()
    call.hears("i want to transfer money")
    call.verified()
    call.hears("checking")
    understood = call.facts(events.Understood)[-1]
    assert (understood.intent, understood.slots) == ("transfer", {"from_account": "checking"})


# --- no question without an end ---------------------------------------------------------------------------------------


def test_who_only_says_yes_to_what_shall_i_change_is_brought_to_a_person() -> None:
    call = at_the_read_back()
    call.hears("no")
    assert "for instance the amount" in call.hears("yes")
    for _ in range(2):
        assert call.escalation is None
        call.hears("yes")
    assert call.escalation.trigger == "lost"


def test_whose_member_number_is_read_back_wrongly_twice_is_brought_to_a_person() -> None:
    call = a_call()
    call.hears("what is my balance")
    for _ in range(2):
        assert call.escalation is None
        call.hears("two zero four seven one three")
        call.hears("no")
    assert call.escalation.trigger == "lost"
    assert "understood wrongly 2 times" in call.escalation.evidence[0]
