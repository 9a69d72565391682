"""When a queue is staffed: days, holidays, and the two days a year on which the clocks change."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice.dialogue.hours import ALWAYS, DAYS, Hours, minutes, spoken, zone

NEW_YORK = ZoneInfo("America/New_York")
OFFICE = Hours(8 * 60, 18 * 60, frozenset(DAYS[:5]), frozenset({date(2026, 11, 26)}), NEW_YORK)


def at(text: str) -> datetime:
    """A moment in New York."""
    return datetime.fromisoformat(text).replace(tzinfo=NEW_YORK)


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-11-23T07:59:59", False),
        ("2026-11-23T08:00:00", True),
        ("2026-11-23T17:59:59", True),
        ("2026-11-23T18:00:00", False),
        ("2026-11-26T12:00:00", False),  # a holiday
        ("2026-11-28T12:00:00", False),  # a Saturday
    ],
)
def test_it_is_open_from_its_first_minute_to_its_last_on_its_days(moment: str, is_open: bool) -> None:
    assert OFFICE.is_open(at(moment)) is is_open
    assert OFFICE.is_open(at(moment).astimezone(UTC)) is is_open


@pytest.mark.parametrize(
    ("moment", "opens"),
    [
        ("2026-11-23T07:00:00", "2026-11-23T08:00:00"),
        ("2026-11-23T19:00:00", "2026-11-24T08:00:00"),
        ("2026-11-25T19:00:00", "2026-11-27T08:00:00"),  # over the holiday
        ("2026-11-27T19:00:00", "2026-11-30T08:00:00"),  # over the weekend
        ("2027-03-12T19:00:00", "2027-03-15T08:00:00"),  # the clocks go forward on Sunday
    ],
)
def test_the_next_opening_passes_over_days_off(moment: str, opens: str) -> None:
    assert OFFICE.next_opening(at(moment)) == at(opens)


def test_it_opens_by_the_wall_clock_when_the_clocks_change() -> None:
    """Over a night of 25 hours: 8 in the morning is 13:00 UTC after it, 12:00 before."""
    every_day = Hours(8 * 60, 18 * 60, zone=NEW_YORK)
    opens = every_day.next_opening(at("2026-10-31T19:00:00"))
    assert opens is not None
    assert opens.astimezone(UTC).hour == 13
    assert opens.astimezone(UTC) - at("2026-10-31T19:00:00").astimezone(UTC) == timedelta(hours=14)


def test_what_never_closes_never_changes() -> None:
    assert ALWAYS.is_open(at("2026-12-25T03:00:00"))
    assert ALWAYS.next_change(at("2026-12-25T03:00:00")) is None


def test_a_queue_without_a_day_has_no_opening() -> None:
    assert Hours(days=frozenset()).next_opening(at("2026-11-23T12:00:00")) is None


@given(
    start=st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1)),
    opens=st.integers(0, 1438),
    long=st.integers(1, 1439),
    days=st.sets(st.sampled_from(DAYS), min_size=1),
)
def test_between_two_changes_nothing_changes(start: datetime, opens: int, long: int, days: set[str]) -> None:
    """And the next opening is the first moment that is open."""
    hours = Hours(opens, min(1440, opens + long), frozenset(days), zone=NEW_YORK)
    now = start.replace(tzinfo=UTC)
    change = hours.next_change(now)
    if change is not None:
        halfway = now + (change.astimezone(UTC) - now) / 2
        before = change.astimezone(UTC) - timedelta(seconds=1)
        assert hours.is_open(halfway) == hours.is_open(now)
        assert before < now or hours.is_open(before) == hours.is_open(now)


@pytest.mark.parametrize(
    ("opens", "now", "words"),
    [
        ("2026-11-23T08:00:00", "2026-11-23T07:00:00", "today at 8 AM"),
        ("2026-11-24T08:30:00", "2026-11-23T19:00:00", "tomorrow at 8:30 AM"),
        ("2026-11-30T13:00:00", "2026-11-27T19:00:00", "on Monday at 1 PM"),
        ("2027-01-04T12:00:00", "2026-12-24T19:00:00", "on Monday, January 4 at 12 PM"),
    ],
)
def test_an_opening_is_said_as_people_say_it(opens: str, now: str, words: str) -> None:
    assert spoken(at(opens), at(now).astimezone(UTC)) == words


@pytest.mark.parametrize("text", ["8:00", "08:60", "24:01", "08-00", "", "noon", "８:００"])
def test_what_is_no_time_of_day_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="a time from"):
        minutes(text)


def test_the_end_of_a_day_is_a_time() -> None:
    assert (minutes("00:00"), minutes("08:30"), minutes("24:00")) == (0, 510, 1440)


@pytest.mark.parametrize("name", ["Mars/Olympus", "", "../../etc/passwd", "/etc/passwd"])
def test_a_zone_that_nobody_knows_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="a time zone"):
        zone(name)
