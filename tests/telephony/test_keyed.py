"""A number keyed for a person: digits as they come, # and *, what cannot be meant, and who keys nothing."""

from telephony.switchboard.keyed import TRIES, WAITS, Keyed, Keys, after
from voice.dialogue.business import KeypadItem
from voice.events import KeyingStage

PIN = KeypadItem("PIN", "your PIN", digits=4)
CARD = KeypadItem("Card", "your card number", digits=16, shown=4, check="luhn")


def keys(item: KeypadItem, pressed: str) -> tuple[Keyed, KeyingStage | Keys | None]:
    keyed, then = Keyed(item), None
    for key in pressed:
        keyed, then = after(keyed, key)
    return keyed, then


def test_a_number_is_whole_with_its_last_digit_and_nothing_of_a_pin_is_shown() -> None:
    keyed, then = keys(PIN, "0942")
    assert (then, keyed.digits, keyed.shown) == (Keys.TAKEN, "0942", "••••")


def test_the_last_digits_are_shown_where_the_business_says_so() -> None:
    keyed, then = keys(CARD, "4242424242424242")
    assert (then, keyed.shown) == (Keys.TAKEN, "•" * 12 + "4242")


def test_a_star_begins_again() -> None:
    keyed, then = keys(PIN, "09*1234")
    assert (then, keyed.digits) == (Keys.TAKEN, "1234")


def test_too_few_digits_are_asked_for_again_from_the_first() -> None:
    keyed, then = keys(PIN, "09#")
    assert (then, keyed.digits) == (KeyingStage.UNFIT, "")


def test_a_wrong_check_digit_is_asked_for_again_until_it_is_enough() -> None:
    wrong = "4242424242424241"
    assert keys(CARD, wrong)[1] is KeyingStage.UNFIT
    assert keys(CARD, wrong * TRIES)[1] is Keys.UNFIT


def test_who_keys_nothing_is_asked_again_and_then_it_is_over() -> None:
    keyed, said = Keyed(PIN), []
    for _ in range(WAITS):
        keyed, then = after(keyed, None)
        said.append(then)
    assert said == [*[KeyingStage.AGAIN] * (WAITS - 1), Keys.TIMED_OUT]


def test_a_key_gives_them_all_their_time_again() -> None:
    keyed, _ = after(Keyed(PIN), None)
    keyed, _ = after(keyed, "1")
    assert keyed.waits == 0
