"""An agent's address of the settings as Asterisk dials it. Only addresses of the list come here."""

import re

from telephony.errors import DialRefused

ENDPOINT = re.compile(r"[\w.-]{1,80}")
WITH_TECHNOLOGY = re.compile(r"[A-Za-z0-9]{2,20}/[\w.@:+-]{1,200}")
NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")
SIP = re.compile(r"sips?:[\w.+~*-]{1,80}@[\w.:\[\]-]{1,200}")


def endpoint(address: str, *, technology: str, trunk: str) -> str:
    """`agent100`, `PJSIP/agent100`, `+12025550101` or `sip:ana@pbx.example` → what Asterisk rings.

    Raises `DialRefused` for anything else, and for a number or SIP address where no trunk is set.
    """
    if NUMBER.fullmatch(address) or SIP.fullmatch(address):
        if not trunk:
            raise DialRefused(f"agent address {address}: expected [lines.asterisk] trunk to ring it through, got none")
        return f"{technology}/{address}@{trunk}" if address.startswith("+") else f"{technology}/{trunk}/{address}"
    if WITH_TECHNOLOGY.fullmatch(address):
        return address
    if ENDPOINT.fullmatch(address):
        return f"{technology}/{address}"
    raise DialRefused(f"agent address {address!r}: expected an endpoint, +E.164 or sip:, got none of them")


def outside(number: str, *, technology: str, trunk: str) -> str:
    """A caller's number, through the trunk. Raises `DialRefused` for what is no number, and where no trunk is set."""
    if not NUMBER.fullmatch(number):
        raise DialRefused(f"a number in E.164 expected, got {len(number)} characters that are none")
    return endpoint(number, technology=technology, trunk=trunk)
