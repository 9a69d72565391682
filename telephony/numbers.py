"""A telephone number as it is dialled: ITU-T E.164, with its plus sign."""

import re

from telephony.errors import DialRefused

E164 = r"\+[1-9][0-9]{6,14}"

_NUMBER = re.compile(E164)


def is_number(address: str) -> bool:
    return _NUMBER.fullmatch(address) is not None


def must_be_number(number: str, *, call: str) -> str:
    """Raises `DialRefused`. Its country was checked with the promise that it comes from."""
    if not is_number(number):
        raise DialRefused(f"call {call}: a number in E.164 expected, got {len(number)} characters that are none")
    return number
