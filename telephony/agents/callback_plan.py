"""Whether a promised call back may be dialled now, must wait, or may never be. Pure: the number, the clock, the rules.

A promise is kept on the list even for a number that we may not ring; that it is not dialled is decided here, again.

The hours are those of whoever is rung: a number's own time zone, in every zone it may lie in.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import phonenumbers
from phonenumbers import timezone as zones

from telephony.agents.callback import NumberFrom, number
from telephony.errors import NumberRefused
from telephony.promises import OpenPromise

NO_REGION = "ZZ"  # phonenumbers' word for it: only numbers in E.164 are read

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
    countries: frozenset[int] = frozenset({1})  # country codes that we may ring


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


@dataclass(frozen=True, slots=True)
class ByHand:
    """It may cost whoever rings it, or is no number: it stays on the list, and a person decides."""

    why: str


Verdict = Now | Later | Never | ByHand


def verdict(promise: OpenPromise, *, now: datetime, calling: Calling, refused: frozenset[str]) -> Verdict:
    """`now` has a zone. `refused`: E.164 numbers on the do-not-call list."""
    if promise.number in refused:
        return Never("the number is on the do-not-call list")
    try:
        number(promise.number, came=NumberFrom.KEYED, region=NO_REGION, countries=calling.countries)
    except NumberRefused as error:
        return ByHand(str(error))
    if promise.tries >= calling.tries:
        return Never(f"{calling.tries} tries reached nobody")
    if promise.due is not None and now < promise.due:
        return Later(f"agreed for {promise.due.isoformat()}")
    if now < datetime.fromtimestamp(promise.next_wall, UTC):
        return Later("the last try reached nobody")
    for place in _places(promise.number, calling.home):
        there = now.astimezone(ZoneInfo(place))
        if not calling.not_before <= there.time() < calling.not_after:
            return Later(f"it is {there:%H:%M} there, outside {calling.not_before:%H:%M} to {calling.not_after:%H:%M}")
    return Now()


def _places(number: str, home: str) -> tuple[str, ...]:
    found = zones.time_zones_for_number(phonenumbers.parse(number))
    known = tuple(place for place in found if place != UNKNOWN_ZONE)
    return known if 0 < len(known) <= PLACES_MAX else (home,)
