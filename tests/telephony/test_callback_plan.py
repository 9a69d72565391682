"""When a promised call back may be dialled: the hours where they are, the agreed time, tries, the do-not-call list."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from telephony.agents.callback_plan import ByHand, Calling, Later, Never, Now, Verdict, verdict
from telephony.promises import OpenPromise

NOON_IN_WASHINGTON = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
PROMISE = OpenPromise("c1-h1", "c1", "+12025550143", "cards", since_wall=0.0)
CALLING = Calling()


def asked(promise: OpenPromise = PROMISE, now: datetime = NOON_IN_WASHINGTON, *refused: str) -> Verdict:
    return verdict(promise, now=now, calling=CALLING, refused=frozenset(refused))


def test_a_promise_without_a_time_is_kept_at_once_by_day() -> None:
    assert asked() == Now()


@pytest.mark.parametrize("hours", [-5, 9, 11])
def test_nobody_is_rung_outside_the_hours_of_the_place_where_they_are(hours: int) -> None:
    assert isinstance(asked(now=NOON_IN_WASHINGTON + timedelta(hours=hours)), Later)


def test_a_number_without_a_place_is_rung_in_our_own_hours() -> None:
    """+1 800 is valid from Guam to Newfoundland: there is no hour at which all of them are awake."""
    toll_free = replace(PROMISE, number="+18005550199")
    here = replace(CALLING, home="America/Los_Angeles")
    six = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
    assert isinstance(verdict(toll_free, now=six, calling=here, refused=frozenset()), Later)
    assert verdict(toll_free, now=six + timedelta(hours=3), calling=here, refused=frozenset()) == Now()


def test_an_agreed_time_is_kept() -> None:
    agreed = replace(PROMISE, due=NOON_IN_WASHINGTON + timedelta(hours=1))
    assert isinstance(asked(agreed), Later)
    assert asked(agreed, NOON_IN_WASHINGTON + timedelta(hours=2)) == Now()


def test_after_a_try_that_reached_nobody_some_time_passes() -> None:
    tried = replace(PROMISE, tries=1, next_wall=(NOON_IN_WASHINGTON + timedelta(minutes=15)).timestamp())
    assert isinstance(asked(tried), Later)
    assert asked(tried, NOON_IN_WASHINGTON + timedelta(minutes=16)) == Now()


def test_tries_come_to_an_end() -> None:
    assert isinstance(asked(replace(PROMISE, tries=CALLING.tries)), Never)


def test_a_number_on_the_do_not_call_list_is_never_rung() -> None:
    found = asked(PROMISE, NOON_IN_WASHINGTON, PROMISE.number)
    assert isinstance(found, Never)
    assert "do-not-call" in found.why


@pytest.mark.parametrize(
    "number", ["the office", "2025550143", "+19002345678", "+447911123456", "+881612345678"],
    ids=["no number", "not E.164", "premium", "abroad", "satellite"],
)  # fmt: skip
def test_what_we_may_not_ring_is_left_to_people_whatever_was_promised(number: str) -> None:
    assert isinstance(asked(replace(PROMISE, number=number)), ByHand)


def test_a_country_that_the_operator_allows_is_rung() -> None:
    abroad = replace(CALLING, countries=frozenset({1, 44}))
    promise = replace(PROMISE, number="+447911123456")
    assert verdict(promise, now=NOON_IN_WASHINGTON, calling=abroad, refused=frozenset()) == Now()
