"""The callback promise: a number we may ring, the place in the queue, the brief's version, and when it is due.

A number that speech proposed is never dialled unless it was read back and confirmed; else only the number the caller
rings from, or one they keyed in, counts.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberType

from telephony.errors import NumberRefused
from telephony.events import CallbackAgreed

HORIZON_DAYS = 14
"""A promise further away is not one the queue can keep; ours."""

# Not rung back: numbers that cost whoever dials them. Toll fraud lives here.
COSTLY = frozenset({PhoneNumberType.PREMIUM_RATE, PhoneNumberType.SHARED_COST, PhoneNumberType.UAN})


class NumberFrom(StrEnum):
    """Where a callback number came from."""

    CALLER = "caller"  # the line's caller id
    KEYED = "keyed"
    READ_BACK = "read_back"  # spoken, read back digit by digit, confirmed
    SPOKEN = "spoken"  # not confirmed


@dataclass(frozen=True, slots=True)
class Window:
    """When the caller wants to be rung; both ends with their time zone."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class CallbackPromise:
    handoff: str
    number: str  # E.164
    queue: str
    brief_version: int
    due: Window | None = None  # None: as soon as their place comes up

    @property
    def entry(self) -> CallbackAgreed:
        """The journal's entry; the promise is made once this is committed."""
        due = self.due.start.isoformat() if self.due else None
        return CallbackAgreed(self.handoff, self.number, self.queue, self.brief_version, due)


def number(text: str, *, came: NumberFrom, region: str, countries: frozenset[int]) -> str:
    """`text` as E.164. `region` reads national numbers ("US"); `countries` are the country codes we may ring ({1}).

    Raises `NumberRefused` saying why; the text itself is not repeated, it may be a stranger's.
    """
    if came is NumberFrom.SPOKEN:
        raise NumberRefused("a callback number that was keyed in or read back expected, got one that was only spoken")
    try:
        parsed = phonenumbers.parse(text, region)
    except NumberParseException as error:
        raise NumberRefused(f"a telephone number expected, got {len(text)} characters that are none") from error
    if not phonenumbers.is_valid_number(parsed):
        raise NumberRefused(f"a number that exists in its country's plan expected, got one that does not ({came})")
    if parsed.country_code not in countries:
        allowed = ", ".join(f"+{code}" for code in sorted(countries))
        raise NumberRefused(f"a number in {allowed} expected, got one in +{parsed.country_code}")
    if phonenumbers.number_type(parsed) in COSTLY:
        raise NumberRefused("an ordinary number expected, got one that costs whoever dials it")
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def window(start: datetime, end: datetime, *, now: datetime) -> Window:
    """Checks an agreed time. Raises `ValueError` saying what is wrong with it."""
    if start.tzinfo is None or end.tzinfo is None:
        raise ValueError("a callback time with its zone expected, got one without")
    if not now < end or end <= start:
        raise ValueError(f"a callback window that lies ahead expected, got {start.isoformat()} to {end.isoformat()}")
    if start - now > timedelta(days=HORIZON_DAYS):
        raise ValueError(f"a callback within {HORIZON_DAYS} days expected, got {start.isoformat()}")
    return Window(start, end)
