"""A caller is rung as promised: do they still want it, is it them, and then the search for a person goes on."""

from telephony.backends.demo_bank import DemoBank
from tests.sim.story import TODAY, Story
from voice import events
from voice.dialogue.state import CalledBack, Place

DISPUTE = CalledBack("cards", "you said: “there is a charge I never made”", verified=True)
PRIVATE = ("charge", "dispute", "cards")


def rung(promise: CalledBack = DISPUTE) -> Story:
    return Story(deed=DemoBank(today=TODAY).perform_now, called_back=promise)


def said(call: Story) -> str:
    return " ".join(act.text for act in call.did(events.Say))


def test_whoever_lifts_the_receiver_hears_who_calls_and_nothing_of_what_it_is_about() -> None:
    call = rung()
    assert "automated assistant, calling you back as you asked" in said(call)
    assert not any(word in said(call) for word in PRIVATE)
    assert call.expected.shape == "yes_no"


def test_a_caller_who_was_verified_proves_it_again_before_the_topic_is_named() -> None:
    call = rung()
    answer = call.hears("yes please")
    assert "member number" in answer
    assert not any(word in answer for word in PRIVATE)
    assert call.escalation is None
    answer = call.verified()
    assert "I'll tell them: you said: “there is a charge I never made”. Is that right?" in answer
    assert call.escalation is not None
    assert (call.escalation.trigger, call.escalation.queue) == ("callback", "cards")


def test_a_caller_who_was_not_verified_is_brought_to_a_person_at_once() -> None:
    call = rung(CalledBack("member_services", "", verified=False))
    assert "What shall I tell them it's about?" in call.hears("yes please")
    assert call.escalation is not None


def test_a_person_asked_for_is_sought_without_any_proof() -> None:
    call = rung()
    call.keys("0")
    assert call.escalation is not None
    assert call.escalation.trigger == "asked"


def test_who_no_longer_wants_it_is_left_in_peace() -> None:
    call = rung()
    assert "won't call about it again" in call.hears("no thank you")
    assert call.mind.state.closing_reason == "not wanted"


def test_a_machine_is_told_nothing_and_counts_as_nobody_reached() -> None:
    call = rung()
    call.hears("hello you have reached the voice mail of please leave a message after the tone")
    assert call.mind.state.place is Place.CALLED_BACK
    call.silence()
    assert call.mind.state.closing_reason == "not reached"
    assert call.escalation is None
    assert not any(word in said(call) for word in PRIVATE)
