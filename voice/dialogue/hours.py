"""When a queue is staffed: hours of the day, days of the week, holidays, all in the business's own time zone.

Pure: every question carries its moment, with its zone. A day's hours are read off the wall clock, so a queue that opens
at eight opens at eight on the day the clocks change too.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LOOK_AHEAD_DAYS = 60
"""No business announces an opening further away; a queue that has none by then is said to have none."""


@dataclass(frozen=True, slots=True)
class Hours:
    """`opens` and `closes` are minutes since midnight, `closes` up to 1440; `days` as in `DAYS`."""

    opens: int = 0
    closes: int = 1440
    days: frozenset[str] = frozenset(DAYS)
    holidays: frozenset[date] = frozenset()
    zone: tzinfo = UTC

    def is_open(self, at: datetime) -> bool:
        here = at.astimezone(self.zone)
        return self._works(here.date()) and self.opens <= here.hour * 60 + here.minute < self.closes

    def next_opening(self, at: datetime) -> datetime | None:
        """The next moment after `at` at which the queue opens; `None` when it does not within `LOOK_AHEAD_DAYS`."""
        return self._next(at, self.opens)

    def next_change(self, at: datetime) -> datetime | None:
        """When what `is_open` says may next be another; `None` when it stays."""
        if self == Hours(zone=self.zone):
            return None
        moments = [moment for moment in (self._next(at, self.opens), self._next(at, self.closes)) if moment]
        return min(moments, default=None)

    def _next(self, at: datetime, minute: int) -> datetime | None:
        today = at.astimezone(self.zone).date()
        for ahead in range(LOOK_AHEAD_DAYS):
            day = today + timedelta(days=ahead)
            moment = self._at(day, minute)
            if self._works(day) and moment > at:
                return moment.astimezone(self.zone)
        return None

    def _works(self, day: date) -> bool:
        return DAYS[day.weekday()] in self.days and day not in self.holidays

    def _at(self, day: date, minute: int) -> datetime:
        """In UTC: two moments of one zone are compared by their wall clocks, which is wrong when those change."""
        day, minute = (day + timedelta(days=1), 0) if minute == 1440 else (day, minute)
        return datetime.combine(day, time(minute // 60, minute % 60), self.zone).astimezone(UTC)


ALWAYS = Hours()


def minutes(text: str) -> int:
    """ "08:30" as minutes since midnight; "24:00" ends a day. Raises `ValueError`."""
    hour, colon, minute = text.partition(":")
    well_formed = colon and len(hour) == 2 and len(minute) == 2 and (hour + minute).isdecimal()
    if not well_formed or int(minute) > 59 or int(hour) * 60 + int(minute) > 1440:
        raise ValueError("a time from 00:00 to 24:00")
    return int(hour) * 60 + int(minute)


def zone(name: str) -> ZoneInfo:
    """The zone of that name. Raises `ValueError`: a zone nobody knows would open every queue at the wrong hour."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError("the name of a time zone such as America/New_York") from error


def hours(*, opens: str, closes: str, days: Sequence[str], holidays: Sequence[date], time_zone: str) -> Hours:
    """As the settings write them. Raises `ValueError` for what `mistake` names."""
    return Hours(minutes(opens), minutes(closes), frozenset(days), frozenset(holidays), zone(time_zone))


def spoken(opening: datetime, now: datetime) -> str:
    """An opening as it is said to somebody who asks at `now`: "at 8 AM", "tomorrow at 8:30 AM", "on Monday at 9 AM"."""
    here = now.astimezone(opening.tzinfo)
    clock = f"{opening.hour % 12 or 12}{f':{opening.minute:02d}' if opening.minute else ''}"
    clock = f"{clock} {'AM' if opening.hour < 12 else 'PM'}"
    ahead = (opening.date() - here.date()).days
    if ahead == 0:
        return f"today at {clock}"
    if ahead == 1:
        return f"tomorrow at {clock}"
    if ahead < 7:
        return f"on {opening:%A} at {clock}"
    return f"on {opening:%A, %B} {opening.day} at {clock}"
