"""Where an agent may be rung: a listed agent's own address, of a shape that can be dialled, in a country that we dial.

Nothing that was said in a call ever becomes a destination.
"""

import re
from collections.abc import Mapping
from urllib.parse import urlencode

import phonenumbers

from telephony.errors import DialRefused
from telephony.numbers import E164
from telephony.reference import sip_headers

SHAPE = re.compile(rf"{E164}|sips?:[^\s<>]{{3,200}}|client:[\w.-]{{1,100}}")  # a number, SIP URI, Twilio client


class Destinations:
    """`agents`: agent id → address; `countries`: country codes, e.g. 1 and 44."""

    def __init__(self, agents: Mapping[str, str], *, countries: frozenset[int]) -> None:
        self._agents = agents
        self._countries = countries

    def of(self, address: str) -> str:
        """`address` is an agent's id, or one of the listed addresses itself. Raises `DialRefused`."""
        listed = address if address in self._agents.values() else None
        destination = self._agents.get(address, listed)
        if destination is None:
            raise DialRefused("expected an agent or an address of the list, got another")
        if not SHAPE.fullmatch(destination):
            raise DialRefused(f"agent {address}: expected +E.164, sip: or client:, got {destination!r}")
        if destination.startswith("+") and (country := _country(destination)) not in self._countries:
            allowed = ", ".join(f"+{code}" for code in sorted(self._countries)) or "none"
            raise DialRefused(
                f"agent {address}: expected a number in a country that we dial ({allowed}), got +{country}"
            )
        return destination


def with_reference(destination: str, attempt: str) -> str:
    """A SIP address with our headers: Twilio takes those of a call from the query of its URI
    (https://www.twilio.com/docs/voice/api/sip-making-calls#custom-headers). Anything else as it is."""
    if not destination.startswith("sip"):
        return destination
    return destination + ("&" if "?" in destination else "?") + urlencode(sip_headers(attempt))


def _country(number: str) -> int | None:
    try:
        return phonenumbers.parse(number).country_code
    except phonenumbers.NumberParseException:
        return None
