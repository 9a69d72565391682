"""Whether a promised call back may be dialled now, must wait, or may never be. Pure: the number, the clock, the rules.

The hours are those of whoever is rung: a number's own time zone, in every zone it may lie in.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import phonenumbers
from phonenumbers import NumberParseException
from phonenumbers import timezone as zones

from telephony.promises import OpenPromise

UNKNOWN_ZONE = "Etc/Unknown"  # phonenumbers' word for a number without a place
PLACES_MAX = 6  # zones of a number that lies somewhere; a toll-free one has all of a continent


@dataclass(frozen=True, slots=True)
class Calling:
    """When and how often. 8 to 21 o'clock where the called person is: the United States' rule for telephone
    solicitation (47 CFR 64.1200(c)(1)), kept for wanted calls too."""

    not_before: time = time(8)
    not_after: time = time(21)
    tries: int = 3
    retry_seconds: float = 900.0  # somebody in a meeting or on the other line is free again by then; ours
    home: str = "UTC"  # the zone of numbers without a place


@dataclass(frozen=True, slots=True)
class Now:
    """It may be rung."""


@dataclass(frozen=True, slots=True)
class Later:
    """Not yet; `why` in words."""

    why: str


@dataclass(frozen=True, slots=True)
class Never:
    why: str


Verdict = Now | Later | Never


def verdict(promise: OpenPromise, *, now: datetime, calling: Calling, refused: frozenset[str]) -> Verdict:
    """`now` has a zone. `refused`: E.164 numbers on the do-not-call list."""
    if promise.number in refused:
        return Never("the number is on the do-not-call list")
    try:
        places = _places(promise.number, calling.home)
    except NumberParseException:
        return Never("a telephone number in E.164 expected")
    if promise.tries >= calling.tries:
        return Never(f"{calling.tries} tries reached nobody")
    if promise.due is not None and now < promise.due:
        return Later(f"agreed for {promise.due.isoformat()}")
    if now < datetime.fromtimestamp(promise.next_wall, UTC):
        return Later("the last try reached nobody")
    for place in places:
        there = now.astimezone(ZoneInfo(place))
        if not calling.not_before <= there.time() < calling.not_after:
            return Later(f"it is {there:%H:%M} there, outside {calling.not_before:%H:%M} to {calling.not_after:%H:%M}")
    return Now()


def _places(number: str, home: str) -> tuple[str, ...]:
    found = zones.time_zones_for_number(phonenumbers.parse(number))
    known = tuple(place for place in found if place != UNKNOWN_ZONE)
    return known if 0 < len(known) <= PLACES_MAX else (home,)
