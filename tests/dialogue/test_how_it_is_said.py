"""How values are said, and how a wait for the backend is bridged."""

from itertools import pairwise

import pytest

from tests.dialogue.test_tasks import a_call
from tests.sim.story import Story, business
from voice import events
from voice.dialogue import prompts


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        ("84.20", "84 dollars and 20 cents"),
        ("1240.50", "1,240 dollars and 50 cents"),
        ("1.01", "1 dollar and 1 cent"),
        ("0.50", "50 cents"),
        ("0.00", "0 dollars"),
        ("-0.50", "minus 50 cents"),
        ("-84.00", "minus 84 dollars"),
    ],
)
def test_money_is_said_as_people_say_it(amount: str, said: str) -> None:
    assert prompts.money(amount) == said


@pytest.mark.parametrize(
    ("number", "said"),
    [
        ("204713", "2 0, 4 7, 1 3"),
        ("4155550123", "4 1 5, 5 5 5, 0 1 2 3"),
        ("5550123", "5 5 5, 0 1 2 3"),
    ],
)
def test_a_number_is_read_back_in_groups_a_person_can_follow(number: str, said: str) -> None:
    assert prompts.digits(number) == said


def openers(call: Story) -> list[events.Say]:
    return [say for say in call.did(events.Say) if say.after_ms]


def test_whoever_waits_for_the_backend_hears_that_it_is_being_looked_up() -> None:
    call = a_call()
    call.hears("my balance")
    call.verified()
    opener = openers(call)[-1]
    assert opener.prompt == "one_moment"  # while the PIN is checked
    assert opener.filler
    call.hears("what were my last payments")
    opener = openers(call)[-1]
    assert opener.prompt == "opener.look_up"
    assert opener.after_ms == business().hearing.opener_ms


def test_no_opener_is_said_twice_in_a_row() -> None:
    call = a_call()
    call.hears("my balance")
    call.verified()
    for wish in ("what were my last payments", "my balance", "what were my last payments"):
        call.hears(wish)
    said = [say.text for say in openers(call)]
    assert len(said) >= 4
    assert all(one != other for one, other in pairwise(said))


def test_again_repeats_the_answer_and_not_its_opener() -> None:
    call = a_call()
    call.hears("my balance")
    call.verified()
    again = call.hears("say that again please")
    assert "1,240 dollars" in again
    assert "moment" not in again


def test_every_intent_with_an_action_has_an_opener_of_its_own_kind() -> None:
    kinds = {intent.name: intent.opener for intent in business().intents.values() if intent.action}
    assert {kinds[name] for name in ("balance", "recent_payments")} == {"opener.look_up"}
    assert set(kinds.values()) == {"opener.look_up", "opener.do"}
