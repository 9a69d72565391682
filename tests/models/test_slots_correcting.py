"""What callers take back, and what stays."""

from datetime import date

import pytest

from models.slots import Check, Problem, SlotSpec, correct

TODAY = date(2026, 11, 18)  # a Wednesday
ACCOUNTS = {"checking": ["checking account"], "savings": ["savings account"]}
WANTED = [
    SlotSpec("from", "list", values=ACCOUNTS, cues=("from",)),
    SlotSpec("to", "list", values=ACCOUNTS, cues=("to", "into")),
    SlotSpec("amount", "amount", least=1, most=2000),
    SlotSpec("day", "date"),
    SlotSpec("card", "digits", length=4),
]
HELD = {"from": "savings", "to": "checking", "amount": "50.00", "day": "2026-11-20", "card": "4285"}


def changed(text: str) -> dict[str, str]:
    return {name: value.value for name, value in correct(HELD, text, WANTED, TODAY).changed.items()}


@pytest.mark.parametrize(
    ("said", "values"),
    [
        ("no, fifteen, not fifty", {"amount": "15.00"}),
        ("no fifteen not fifty", {"amount": "15.00"}),
        ("not fifty fifteen", {"amount": "15.00"}),
        ("not fifty dollars fifteen dollars", {"amount": "15.00"}),
        ("it's fifteen dollars instead of fifty", {"amount": "15.00"}),
        ("i said fifteen dollars", {"amount": "15.00"}),
        ("i said tuesday", {"day": "2026-11-24"}),
        ("no not friday thursday", {"day": "2026-11-19"}),
        ("not savings, checking", {"from": "checking"}),
        ("not to checking to savings", {"to": "savings"}),
        ("from checking to savings", {"from": "checking", "to": "savings"}),
        ("nine not five", {"card": "4289"}),
        ("no four two nine five", {"card": "4295"}),
        ("a hundred dollars on monday", {"amount": "100.00", "day": "2026-11-23"}),
        ("fifty dollars that is right", {}),
        ("no fifty dollars", {"amount": "15.00"}),  # denied and said again: it must be what sounds like it
        ("yes fifty dollars", {}),
        ("no that's right fifty dollars", {}),
        ("yes", {}),
        ("no", {}),
    ],
)
def test_a_correction_changes_what_it_names_and_nothing_else(said: str, values: dict[str, str]) -> None:
    assert changed(said) == values


def test_what_is_called_wrong_without_another_value_is_to_be_asked_again() -> None:
    found = correct(HELD, "not fifty", WANTED, TODAY)
    assert (dict(found.changed), found.denied) == ({}, ("amount",))


def test_a_correction_that_cannot_be_meant_says_why() -> None:
    found = correct(HELD, "no five thousand dollars not fifty", WANTED, TODAY)
    assert found.changed["amount"].problem is Problem.TOO_MUCH


def test_a_part_of_a_number_is_put_right_only_where_the_whole_then_fits() -> None:
    routing = [SlotSpec("routing", "digits", length=9, check=Check((3, 7, 1)))]
    held = {"routing": "011000019"}
    assert correct(held, "five not nine", routing, TODAY).changed["routing"].value == "011000015"
    assert correct(held, "four not nine", routing, TODAY).denied == ("routing",)


def test_a_sentence_that_says_nothing_of_the_slots_is_no_correction() -> None:
    assert not correct(HELD, "where is the nearest branch", WANTED, TODAY)
    assert not correct({}, "", [], TODAY)
