"""Numbers that nobody may keep go; what people say about money and days stays."""

import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.redact import CODE, EMAIL, NUMBER, redact, redact_turns
from models.slots.check_digit import luhn

ONES = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
TEENS = ["ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]
TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]


def card(dice: random.Random, length: int) -> str:
    first = dice.choice("3456") + "".join(dice.choice("0123456789") for _ in range(length - 2))
    return next(first + check for check in "0123456789" if luhn(first + check))


def spoken(digits: str, dice: random.Random) -> str:
    """Digits as one of many people would say or a recogniser write them."""
    said: list[str] = []
    at = 0
    while at < len(digits):
        here, two, draw = digits[at], digits[at : at + 2], dice.random()
        if draw < 0.1 and len(two) == 2 and two[0] == two[1]:
            said += ["double", ONES[int(here)]]
            at += 2
        elif draw < 0.25 and len(two) == 2 and here != "0":
            tens, unit = int(here), int(two[1])
            said += [TEENS[unit]] if tens == 1 else [TENS[tens - 2], *([ONES[unit]] if unit else [])]
            at += 2
        elif draw < 0.4:
            size = dice.choice((2, 3, 4))
            said.append(digits[at : at + size])
            at += size
        else:
            said.append("oh" if here == "0" and dice.random() < 0.5 else ONES[int(here)])
            at += 1
        if dice.random() < 0.06:
            said.append(dice.choice(("uh", "um", "and", "then", "okay")))
    return "".join(word + dice.choice((" ", " ", ", ", "-" if word[-1].isdigit() else " ")) for word in said).strip(
        " ,-"
    )


def test_spoken_cards_are_found_at_least_995_times_in_a_thousand() -> None:
    dice = random.Random(3)
    left = re.compile(r"\d|" + "|".join([*ONES, *TEENS, *TENS, "oh"]))
    leaked = 0
    for _ in range(1000):
        said = spoken(card(dice, dice.choice((13, 15, 16, 16, 16, 19))), dice)
        kept = redact(f"my card number is {said} thank you").removeprefix("my card number is ")
        leaked += left.search(re.sub(r"\[[^\]]*\]", "", kept)) is not None

    assert leaked <= 5


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("it is 4242 4242 4242 4242.", "it is [card ending 4242]."),
        ("4242-4242-4242-4242", "[card ending 4242]"),
        ("4242.4242.4242.4242", "[card ending 4242]"),
        ("four two four two double four double two wait no", f"{NUMBER} wait no"),
        ("member number one two three four five six please", f"member number {NUMBER} please"),
        ("my account is 55512", f"my account is {NUMBER}"),
        ("my social is 123-45-6789", f"my social is {NUMBER}"),
        ("the last four of my social are 6789", f"the last four of my social are {NUMBER}"),
        ("my pin is four eight two one", f"my pin is {CODE}"),
        ("1234 is my pin", f"{CODE} is my pin"),
        ("security code three two one", f"security code {CODE}"),
        ("write to maria.lopez@mail.com", f"write to {EMAIL}"),
        ("maria dot lopez at gmail dot com", EMAIL),
        ("call 412 555 0137", f"call {NUMBER}"),
        ("4242424242424242 for 84 dollars", "[card ending 4242] for 84 dollars"),
        ("the first half is 4242 4242 and the rest is 4242 4242", "the first half is [card ending 4242]"),
    ],
)
def test_masks_what_must_go(said: str, kept: str) -> None:
    assert redact(said) == kept


@pytest.mark.parametrize(
    "said",
    [
        "84 dollars and 20 cents at Corner Market on may third 2026",
        "between 9 15 and 10 30",
        "at ten thirty on 5/3/2026",
        "2026-05-03 at 10:30",
        "two thousand five hundred",
        "one hundred and twenty three thousand four hundred fifty six dollars",
        "1,250,000",
        "I was charged 84.20 twice",
        "room 101 at 5 main street 15213",
        "december twenty five twenty twenty six",
        "the card ending 4242",
        "my card was charged 1500 dollars in 2019",
        "I opened my account in 2019",
        "I have three accounts and 12 payments",
        "",
    ],
)
def test_leaves_ordinary_numbers_alone(said: str) -> None:
    assert redact(said) == said


def test_masks_less_when_a_number_was_not_asked_for() -> None:
    assert redact("one two three four") == "one two three four"
    assert redact("one two three four", expecting_number=True) == NUMBER


def test_finds_a_card_spread_over_turns() -> None:
    turns = ["my card is four two four two four two four two", "four two four two four two four two", "that's it"]

    kept = redact_turns(turns)

    assert not re.search("four|two", " ".join(kept))
    assert kept[2] == "that's it"


def test_finds_a_card_given_four_digits_at_a_time() -> None:
    assert redact_turns(["4242", "4242", "4242", "4242", "yes"]) == [NUMBER] * 4 + ["yes"]


def test_leaves_times_in_two_turns_alone() -> None:
    assert redact_turns(["ten thirty", "ten forty five"]) == ["ten thirty", "ten forty five"]


@given(st.text(max_size=200))
def test_bears_any_text_and_is_done_after_one_pass(text: str) -> None:
    once = redact(text)

    assert redact(once) == once


@given(st.integers(1, 99_999), st.integers(0, 99), st.sampled_from(["dollars", "bucks"]))
def test_never_touches_an_amount(dollars: int, cents: int, unit: str) -> None:
    for said in (f"${dollars}.{cents:02d}", f"{dollars} {unit}", f"${dollars:,}"):
        assert redact(f"I paid {said} there") == f"I paid {said} there"
