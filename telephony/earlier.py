"""A caller's earlier calls, and how much of each an agent may be told now. Pure.

The same number is the same household, not the same person: what a verified member said and did is told only once this
caller is verified as that member, and not at all when they are verified as another.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from telephony.events import CallOffered
from telephony.journal import Record
from voice.events import Verified

NUMBER = re.compile(r"\+?\d{7,15}")
WITHHELD = frozenset({"+266696687", "266696687", "+7378742833", "+86282452253", "+8656696"})
"""What carriers send for callers who hide their number: ANONYMOUS, RESTRICTED, UNAVAILABLE and UNKNOWN on a keypad
(https://www.twilio.com/docs/voice/twiml: phone numbers of callers who block them)."""


@dataclass(frozen=True, slots=True)
class EarlierCall:
    call: str
    wall: float  # when it came, in seconds since 1970
    seconds: float | None
    outcome: str  # as in CallEnded
    about: tuple[str, ...]  # intents, in the order they came up
    agent: str  # the last one who talked with them; "": none
    disposition: str  # "": nobody wrapped it up
    summary: str
    member: str = ""  # whom the caller was verified as, masked; "": as nobody
    withheld: bool = False  # a member's, and this caller is not known to be them


class Past(Protocol):
    """Raises `RecordError` when the record cannot be read."""

    async def of(self, number: str, *, but: str, limit: int) -> Sequence[EarlierCall]:
        """The calls from this number that are over and not erased, the newest first, without the call `but`."""
        ...


def number_of(records: Sequence[Record]) -> str:
    """Under which others of their calls are found; "" where the line gave none, or the caller hides it."""
    offered = next((record.entry for record in records if isinstance(record.entry, CallOffered)), None)
    if offered is None:
        return ""
    number = (offered.caller if offered.direction == "inbound" else offered.called) or ""
    return number if NUMBER.fullmatch(number) and number not in WITHHELD else ""


def member_of(records: Sequence[Record]) -> str:
    """Whom they are verified as by now."""
    verified = [record.entry for record in records if isinstance(record.entry, Verified)]
    return verified[-1].member if verified and verified[-1].how != "none" else ""


def told(found: Sequence[EarlierCall], member: str) -> list[EarlierCall]:
    """What may be shown of them to whoever talks with a caller who is verified as `member`."""
    shown = []
    for one in found:
        if not one.member or one.member == member:
            shown.append(one)
        elif not member:
            shown.append(replace(one, about=(), disposition="", summary="", member="", withheld=True))
    return shown
