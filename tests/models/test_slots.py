"""What callers say about what we want to know."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.slots import KINDS, Check, SlotSpec, corrects, read

TODAY = date(2026, 11, 18)  # a Wednesday
ACCOUNTS = {"checking": ["checking account", "current account"], "savings": ["savings account", "saver"]}


def value(text: str, kind: str, **spec: object) -> str | None:
    found = read(text, [SlotSpec("it", kind, **spec)], TODAY)  # type: ignore[arg-type]  # keywords come from the table
    return found[0].value if found and found[0].confidence >= 0.5 else None


@pytest.mark.parametrize(
    ("said", "digits"),
    [
        ("1 2 3 4 5 6", "123456"),
        ("123456", "123456"),
        ("my number is one two three, four five six", "123456"),
        ("double oh four forty two one", "004421"),
        ("sixty six double oh twelve", "660012"),
        ("triple one two oh nine", "111209"),
        ("it's uh forty two oh one dash sixty seven", "420167"),
        ("four two for two oh one", "424201"),
        ("nineteen eighty four, um, ninety nine", "198499"),
        ("one two three four five five, no sorry, one two three four five six", "123456"),
    ],
)
def test_reads_digits_as_people_say_them(said: str, digits: str) -> None:
    assert value(said, "digits", length=6) == digits


@pytest.mark.parametrize(
    "said", ["the last four are 4242", "last four digits four two four two", "ending forty two 42"]
)
def test_the_four_of_last_four_is_no_digit(said: str) -> None:
    assert value(said, "digits", length=4) == "4242"


def test_too_few_digits_are_told_but_not_trusted() -> None:
    (found,) = read("one two three", [SlotSpec("member", "digits", length=6)], TODAY)

    assert found.value == "123"
    assert found.confidence < 0.5


def test_a_wrong_check_digit_is_not_trusted() -> None:
    spec = SlotSpec("card", "digits", length=16, check=Check())

    assert read("4242 4242 4242 4242", [spec], TODAY)[0].confidence > 0.9
    assert read("4242 4242 4242 4243", [spec], TODAY)[0].confidence < 0.5


@pytest.mark.parametrize(
    ("said", "amount"),
    [
        ("$84.20", "84.20"),
        ("84 dollars 20", "84.20"),
        ("eighty four dollars and twenty cents", "84.20"),
        ("eighty four twenty", "84.20"),
        ("eighty-four dollars", "84.00"),
        ("eighty four oh five dollars", "84.05"),
        ("a hundred and fifty bucks", "150.00"),
        ("twelve hundred dollars", "1200.00"),
        ("two and a half grand", "2500.00"),
        ("hundred and twelve dollars", "112.00"),
        ("$1,250", "1250.00"),
        ("twenty cents", "0.20"),
        ("fifteen dollars, no, fifty", "50.00"),
        ("fifty, not fifteen", "50.00"),
    ],
)
def test_reads_amounts_in_words_and_signs(said: str, amount: str) -> None:
    assert value(said, "amount") == amount


def test_an_amount_out_of_bounds_is_not_trusted() -> None:
    assert value("nine thousand dollars", "amount", most=5000) is None


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("today", "2026-11-18"),
        ("tomorrow please", "2026-11-19"),
        ("the day after tomorrow", "2026-11-20"),
        ("on monday", "2026-11-23"),
        ("this friday", "2026-11-20"),
        ("next tuesday", "2026-11-24"),
        ("the third of may", "2027-05-03"),
        ("may third", "2027-05-03"),
        ("3 may", "2027-05-03"),
        ("november twenty first", "2026-11-21"),
        ("the 21st", "2026-11-21"),
        ("5/3/2027", "2027-05-03"),
        ("in three days", "2026-11-21"),
        ("two weeks from today", "2026-12-02"),
        ("december twenty five twenty twenty six", "2026-12-25"),
        ("the fifteenth of next month", "2026-12-15"),
        ("the first of the month", "2026-12-01"),
        ("the thirtieth of this month", "2026-11-30"),
        ("at the end of the month", "2026-11-30"),
        ("the last day of february", "2027-02-28"),
        ("a week from tuesday", "2026-12-01"),
        ("two weeks from friday", "2026-12-04"),
        ("tuesday week", "2026-12-01"),
        ("in a fortnight", "2026-12-02"),
    ],
)
def test_reads_days_ahead(said: str, day: str) -> None:
    assert value(said, "date") == day


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("yesterday", "2026-11-17"),
        ("last friday", "2026-11-13"),
        ("on monday", "2026-11-16"),
        ("on the third", "2026-11-03"),
        ("may third", "2026-05-03"),
        ("two days ago", "2026-11-16"),
    ],
)
def test_reads_days_behind(said: str, day: str) -> None:
    assert value(said, "date", past=True) == day


@pytest.mark.parametrize(
    "said", ["the thirtieth of february", "february 30", "13/13/2026", "the third time", "may I ask"]
)
def test_a_day_that_does_not_exist_is_none(said: str) -> None:
    assert value(said, "date") is None


@pytest.mark.parametrize(
    ("said", "time"),
    [
        ("ten thirty am", "10:30"),
        ("at 10:30", "10:30"),
        ("half past two", "14:30"),
        ("quarter to nine", "08:45"),
        ("noon", "12:00"),
        ("three p.m.", "15:00"),
        ("2 in the afternoon", "14:00"),
        ("ten o'clock", "10:00"),
        ("nine oh five a m", "09:05"),
        ("14:30", "14:30"),
        ("four", "16:00"),
    ],
)
def test_reads_times_of_day(said: str, time: str) -> None:
    assert value(said, "time") == time


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("yeah", "yes"), ("yep", "yes"), ("that's right", "yes"), ("sure go ahead", "yes"), ("no that's right", "yes"),
        ("correct", "yes"), ("uh huh", "yes"), ("no", "no"), ("nope", "no"), ("no thanks", "no"), ("not really", "no"),
        ("that's not right", "no"), ("I don't think so", "no"), ("incorrect", "no"), ("perhaps later", None),
    ],
)  # fmt: skip
def test_reads_yes_and_no(said: str, answer: str | None) -> None:
    assert value(said, "yes_no") == answer


@pytest.mark.parametrize(
    ("said", "account"),
    [
        ("my savings account", "savings"),
        ("chekking", "checking"),
        ("the savings, not the checking", "savings"),
        ("checking, no, savings", "savings"),
        ("the mortgage", None),
    ],
)
def test_reads_a_value_of_a_list(said: str, account: str | None) -> None:
    assert value(said, "list", values=ACCOUNTS) == account


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("my name is maria lopez", "Maria Lopez"),
        ("this is Bob O'Neil calling about my card", "Bob O'Neil"),
        ("Maria Lopez", "Maria Lopez"),
        ("I want my balance", None),
    ],
)
def test_reads_a_name(said: str, name: str | None) -> None:
    assert value(said, "name") == name


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("this is kathryn philips", "Catherine Phillips"),
        ("my name is katherine fillips", "Catherine Phillips"),
        ("jon meyer speaking", "John Maier"),
        ("peter parker", None),
    ],
)
def test_a_name_is_found_in_a_list_by_its_sound(said: str, name: str | None) -> None:
    assert value(said, "name", values={"Catherine Phillips": [], "John Maier": []}) == name


def test_fills_several_slots_from_one_sentence() -> None:
    wanted = [
        SlotSpec("from", "list", values=ACCOUNTS, cues=("from",)),
        SlotSpec("to", "list", values=ACCOUNTS, cues=("to", "into")),
        SlotSpec("amount", "amount"),
        SlotSpec("day", "date"),
    ]

    found = read("move fifty dollars from my savings to checkin account tomorrow", wanted, TODAY)

    assert {one.name: one.value for one in found} == {
        "from": "savings", "to": "checking", "amount": "50.00", "day": "2026-11-19",
    }  # fmt: skip
    assert next(one for one in found if one.name == "amount").words == "fifty dollars"


def test_cues_decide_whatever_the_order() -> None:
    wanted = [
        SlotSpec("from", "list", values=ACCOUNTS, cues=("from",)),
        SlotSpec("to", "list", values=ACCOUNTS, cues=("to",)),
    ]

    assert [one.value for one in read("to checking from savings", wanted, TODAY)] == ["savings", "checking"]


def test_words_that_name_one_value_are_not_taken_for_one_that_sounds_like_it() -> None:
    milk = SlotSpec("milk", "list", values={"a bit of cream": (), "milk": ()})
    sugar = SlotSpec("sugar", "list", values={"a bit of sugar": (), "sugar": ()})
    found = read("a mocha with a bit of sugar", [milk, sugar], TODAY)
    assert [(value.name, value.value) for value in found] == [("sugar", "a bit of sugar")]


def test_a_date_and_a_time_do_not_share_words() -> None:
    wanted = [SlotSpec("day", "date"), SlotSpec("time", "time")]

    found = read("the third of may at ten thirty", wanted, TODAY)

    assert [one.value for one in found] == ["2027-05-03", "10:30"]


def test_notices_what_is_taken_back() -> None:
    assert corrects("no, I said fifteen")
    assert corrects("that's not what I asked")
    assert not corrects("yes please")


def test_an_unknown_kind_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="slot colour: kind expected one of"):
        SlotSpec("colour", "rainbow")


@given(st.text(max_size=300), st.sampled_from([kind for kind in KINDS if kind != "list"]))
def test_no_text_breaks_a_reader(text: str, kind: str) -> None:
    for found in read(text, [SlotSpec("it", kind)], TODAY):
        assert 0 <= found.confidence <= 1
        assert found.value


@given(st.integers(0, 10**6 - 1))
def test_digits_survive_being_spoken(number: int) -> None:
    names = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
    digits = f"{number:06d}"

    assert value(" ".join(names[int(digit)] for digit in digits), "digits", length=6) == digits


@given(st.integers(0, 99_999), st.integers(0, 99))
def test_amounts_survive_being_written(dollars: int, cents: int) -> None:
    assert value(f"${dollars:,}.{cents:02d}", "amount") == f"{dollars}.{cents:02d}"
