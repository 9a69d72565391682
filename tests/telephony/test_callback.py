"""Which numbers may be rung back, and when."""

from datetime import UTC, datetime, timedelta

import pytest

from telephony.agents.callback import CallbackPromise, NumberFrom, number, window
from telephony.errors import NumberRefused
from telephony.events import CallbackAgreed

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
US = frozenset({1})


def read(text: str, came: NumberFrom = NumberFrom.KEYED) -> str:
    return number(text, came=came, region="US", countries=US)


@pytest.mark.parametrize("came", [NumberFrom.CALLER, NumberFrom.KEYED, NumberFrom.READ_BACK])
def test_a_national_number_becomes_e164(came: NumberFrom) -> None:
    assert read("206 555 0100", came) == "+12065550100"


def test_a_number_that_was_only_spoken_is_never_rung() -> None:
    with pytest.raises(NumberRefused, match="only spoken"):
        read("2065550100", NumberFrom.SPOKEN)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("anonymous", "that are none"),
        ("", "that are none"),
        ("206555", "does not"),
        ("911", "does not"),
        ("+442079460958", r"\+44"),
        ("+19005551234", "costs"),
    ],
)
def test_other_numbers_are_refused_without_repeating_them(text: str, why: str) -> None:
    with pytest.raises(NumberRefused, match=why) as refused:
        read(text)
    assert not text or text not in str(refused.value)


def test_the_promise_is_journaled_with_place_version_and_time() -> None:
    at_three = window(NOW + timedelta(hours=3), NOW + timedelta(hours=4), now=NOW)
    promise = CallbackPromise("h1", "+12065550100", "cards", brief_version=2, due=at_three)
    assert promise.entry == CallbackAgreed("h1", "+12065550100", "cards", 2, "2026-03-02T15:00:00+00:00")


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (NOW - timedelta(hours=2), NOW - timedelta(hours=1)),
        (NOW + timedelta(hours=2), NOW + timedelta(hours=1)),
        (NOW + timedelta(days=15), NOW + timedelta(days=15, hours=1)),
        (datetime(2026, 3, 3, 12, 0), datetime(2026, 3, 3, 13, 0)),
    ],
)
def test_a_time_that_cannot_be_kept_is_refused(start: datetime, end: datetime) -> None:
    with pytest.raises(ValueError, match="expected"):
        window(start, end, now=NOW)
