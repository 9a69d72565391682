"""Understood, but not to be meant: the caller is told why, in place of "I didn't get that"."""

from dataclasses import replace

from telephony.backends.demo_bank import DemoBank
from tests.sim.story import TODAY, Story, business
from voice.dialogue.business import Business, Slot


def a_call(known: Business) -> Story:
    return Story(deed=DemoBank(today=TODAY).perform_now, known=known)


def with_slot(**changes: object) -> Business:
    """The demo's business, where a transfer's amount has bounds or another slot stands in its place."""
    known = business()
    transfer = known.intents["transfer"]
    slots = tuple(replace(slot, **changes) if slot.name == "amount" else slot for slot in transfer.slots)  # type: ignore[arg-type]
    return replace(known, intents={**known.intents, "transfer": replace(transfer, slots=slots)})


def asked_for_the_amount(known: Business) -> Story:
    call = a_call(known)
    call.hears("i want to transfer money from checking to savings")
    assert "How much" in call.verified()
    return call


def test_an_amount_out_of_bounds_is_answered_with_the_bound() -> None:
    bounded = with_slot(least=5.0, most=500.0)
    assert "It has to be 5 dollars or more." in asked_for_the_amount(bounded).hears("two dollars")
    call = asked_for_the_amount(bounded)
    assert "It can be 500 dollars at most." in call.hears("nine hundred dollars")
    assert "I will move 50 dollars" in call.hears("fifty dollars")


def test_at_the_read_back_an_amount_out_of_bounds_changes_nothing() -> None:
    call = asked_for_the_amount(with_slot(most=500.0))
    call.hears("fifty dollars")
    said = call.hears("no nine hundred dollars")
    assert "It can be 500 dollars at most." in said
    assert "move 50 dollars" in said


def test_a_keyed_amount_out_of_bounds_is_told_likewise() -> None:
    call = asked_for_the_amount(with_slot(most=500.0))
    assert "It can be 500 dollars at most." in call.keys("900#")
    assert "I will move 50 dollars" in call.keys("50#")


def test_what_is_denied_at_the_read_back_is_asked_again() -> None:
    call = asked_for_the_amount(business())
    call.hears("fifty dollars")
    call.hears("not fifty dollars")
    assert call.expected.language == "slot:transfer.amount"


def test_a_number_whose_digits_do_not_fit_together_is_told_so() -> None:
    known = business()
    intent = replace(
        known.intents["transfer"],
        slots=(Slot(name="amount", kind="digits", ask="transfer.ask_amount", digits=6, check="luhn"),),
    )
    for said, told in (
        ("one two three four five six", "its digits don't fit together"),
        ("one two three", "I got 3 digits, and it has 6."),
    ):
        call = a_call(replace(known, intents={**known.intents, "transfer": intent}))
        call.hears("i want to transfer money")
        call.verified()
        assert told in call.hears(said)


def test_a_day_that_does_not_exist_is_told_so() -> None:
    call = a_call(business())
    call.hears("book an appointment")
    call.verified()
    assert "There is no such day in the calendar." in call.hears("the thirtieth of february")
    assert "morning or in the afternoon" in call.hears("a week from tuesday")
