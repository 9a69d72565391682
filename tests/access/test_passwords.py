"""Length counts, composition does not, and what everybody tries first is refused."""

import pytest

from telephony.access.passwords import LEAST, MOST, fits, hashed, objection


@pytest.mark.parametrize(
    "password",
    [
        "seven green herons",
        "correcthorsebattery",
        "731940582266",
        "пароль из пяти слов",
        "aaaabbbbccccd!",
        "ana likes tea a lot",
    ],
)
def test_anything_long_that_is_one_s_own_is_taken(password: str):
    assert objection(password, about=("ana", "Ana Ruiz")) == ""


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("Tr0ub4dor&3", f"At least {LEAST}"),
        ("x" * (MOST + 1), "At most"),
        ("password1234", "first that others would try"),
        ("Password!!!!!!", "first that others would try"),
        ("welcome-ana-2026", "first that others would try"),
        ("ruizruizruiz", "first that others would try"),
        ("a.ruiz a.ruiz!", "first that others would try"),
        ("p@ssword2026", "first that others would try"),
        ("123456789012", "repeats or counts"),
        ("abababababab", "repeats or counts"),
        ("abcdefghijkl", "repeats or counts"),
        ("            ", "repeats or counts"),
    ],
)
def test_what_others_try_first_is_not(password: str, said: str):
    assert said in objection(password, about=("a.ruiz", "Ana Ruiz"))


def test_the_same_letters_typed_on_another_keyboard_are_the_same_password():
    assert fits(hashed("cafe\N{COMBINING ACUTE ACCENT} crème brûlée"), "café crème brûlée")


@pytest.mark.parametrize("kept", ["", "no hash"])
def test_where_nothing_is_kept_nothing_fits(kept: str):
    assert not fits(kept, "")
    assert not fits(kept, "seven green herons")
