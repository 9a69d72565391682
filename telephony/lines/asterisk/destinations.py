"""An agent's address of the settings as Asterisk dials it. Only addresses of the list come here."""

import re

from telephony.errors import DialRefused
from telephony.numbers import is_number

ENDPOINT = re.compile(r"[\w.-]{1,80}")
WITH_TECHNOLOGY = re.compile(r"[A-Za-z0-9]{2,20}/[\w.@:+-]{1,200}")
SIP = re.compile(r"sips?:[\w.+~*-]{1,80}@[\w.:\[\]-]{1,200}")


def endpoint(address: str, *, technology: str, trunk: str) -> str:
    """`agent100`, `PJSIP/agent100`, `+12025550101` or `sip:ana@pbx.example` → what Asterisk rings.

    Raises `DialRefused` for anything else, and for a number or SIP address where no trunk is set.
    """
    if is_number(address) or SIP.fullmatch(address):
        if not trunk:
            raise DialRefused(f"agent address {address}: expected [lines.asterisk] trunk to ring it through, got none")
        return f"{technology}/{address}@{trunk}" if address.startswith("+") else f"{technology}/{trunk}/{address}"
    if WITH_TECHNOLOGY.fullmatch(address):
        return address
    if ENDPOINT.fullmatch(address):
        return f"{technology}/{address}"
    raise DialRefused(f"agent address {address!r}: expected an endpoint, +E.164 or sip:, got none of them")
