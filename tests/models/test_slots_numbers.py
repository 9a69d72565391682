"""Numbers with a check digit, what may have been misheard in them, and values that cannot be meant."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.slots import Check, Problem, SlotSpec, SlotValue, read

TODAY = date(2026, 11, 18)
CARD = SlotSpec("card", "digits", length=6, check=Check())
ROUTING = SlotSpec("routing", "digits", length=9, check=Check((3, 7, 1)))
NAMES = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]


def spoken(digits: str) -> str:
    return " ".join(NAMES[int(digit)] for digit in digits)


def fitting(digits: str) -> str:
    return next(f"{digits}{last}" for last in range(10) if Check().fits(f"{digits}{last}"))


def only(text: str, spec: SlotSpec, **heard: object) -> SlotValue:
    (found,) = read(text, [spec], TODAY, **heard)  # type: ignore[arg-type]  # keywords come from the tests
    return found


def test_luhn_and_a_bank_s_own_weights() -> None:
    assert Check().fits("4242424242424242") and not Check().fits("4242424242424243")
    assert Check((3, 7, 1)).fits("011000015") and not Check((3, 7, 1)).fits("011000016")
    assert not Check().fits("42 42")


def test_weights_that_any_number_would_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="weights that count modulo 10 expected"):
        Check((10, 20))
    with pytest.raises(ValueError, match="modulus of at least 2 expected, got 1"):
        Check((3, 7, 1), 1)


@given(st.integers(0, 99_999), st.integers(0, 5), st.integers(1, 9))
def test_one_wrong_digit_never_fits_luhn(number: int, place: int, off: int) -> None:
    whole = fitting(f"{number:05d}")
    wrong = whole[:place] + str((int(whole[place]) + off) % 10) + whole[place + 1 :]
    assert not Check().fits(wrong)


def test_of_a_number_that_does_not_fit_the_first_alternative_that_does_is_taken_and_read_back() -> None:
    whole = fitting("42851")
    wrong = [f"42851{last}" for last in range(10) if f"42851{last}" != whole]
    found = only(spoken(wrong[0]), CARD, alternatives=[spoken(one) for one in (wrong[1], whole, fitting("42852"))])
    assert found.value == whole
    assert found.problem is None and found.doubtful and found.confidence >= 0.5


def test_a_number_that_fits_is_left_alone() -> None:
    whole = fitting("42851")
    assert only(spoken(whole), CARD, alternatives=(spoken("000000"),)).value == whole


def test_a_missing_digit_is_found_among_the_alternatives() -> None:
    four = SlotSpec("four", "digits", length=4)
    assert only("two two eight", four, alternatives=("two two", "two two eight three")).value == "2283"
    assert only("two two eight", four).problem is Problem.TOO_FEW


def test_without_alternatives_the_least_sure_digit_may_be_the_one_that_sounds_like_it() -> None:
    whole = fitting("42951")
    misheard = whole.replace("9", "1", 1)
    sure = (0.9, 0.9, 0.2, 0.9, 0.9, 0.95)
    found = only(spoken(misheard), CARD, sure=sure)
    assert found.value == whole and found.doubtful
    assert only(spoken(misheard), CARD).problem is Problem.CHECK


def test_what_the_recogniser_was_unsure_of_is_worth_reading_back() -> None:
    amount = SlotSpec("amount", "amount")
    sure = only("move fifty dollars please", amount, sure=(0.2, 0.9, 0.95, 0.1))
    unsure = only("move fifty dollars please", amount, sure=(0.9, 0.4, 0.9, 0.9))
    assert not sure.doubtful and unsure.doubtful
    assert unsure.value == "50.00" and unsure.heard == 0.65


@pytest.mark.parametrize(
    ("said", "spec", "problem"),
    [
        ("nine thousand dollars", SlotSpec("it", "amount", most=5000), Problem.TOO_MUCH),
        ("two dollars", SlotSpec("it", "amount", least=5), Problem.TOO_LITTLE),
        ("one two three", SlotSpec("it", "digits", length=6), Problem.TOO_FEW),
        ("one two three four five six seven", SlotSpec("it", "digits", length=6), Problem.TOO_MANY),
        ("the thirtieth of february", SlotSpec("it", "date"), Problem.NO_SUCH_DAY),
        ("june thirty first", SlotSpec("it", "date"), Problem.NO_SUCH_DAY),
        ("on the thirty first of april", SlotSpec("it", "date"), Problem.NO_SUCH_DAY),
    ],
)
def test_what_cannot_be_meant_says_why(said: str, spec: SlotSpec, problem: Problem) -> None:
    found = only(said, spec)
    assert found.problem is problem and found.confidence < 0.5


def test_bounds_that_leave_nothing_are_refused() -> None:
    with pytest.raises(ValueError, match="slot it: least expected at most 5, got 9"):
        SlotSpec("it", "amount", least=9, most=5)
