"""Promised call backs that are not kept yet: what is known of each, and where they are kept."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from models.brief import Brief


@dataclass(frozen=True, slots=True)
class OpenPromise:
    """One caller who is to be rung. `since_wall`: when a person was first sought for them; their place counts from it.

    `handoff` and `call` are those of the promise. `_wall` are seconds since 1970.
    """

    handoff: str
    call: str
    number: str  # E.164
    queue: str
    since_wall: float
    brief: Brief | None = None
    due: datetime | None = None  # not before
    tries: int = 0
    next_wall: float = 0.0  # not before, after a try that reached nobody

    @property
    def place(self) -> str:
        """Its id in the queue: another than the first search's, which leaves the queue after the promise is made."""
        return f"{self.handoff}-promise"


class PromiseOver(StrEnum):
    """How a promise ended."""

    KEPT = "kept"  # they talked with a person
    ANSWERED = "answered"  # we reached them; what they wanted then is in that call's journal
    NOT_WANTED = "not_wanted"
    NOT_REACHED = "not_reached"  # every try
    REFUSED = "refused"  # the number may not be rung
    CANCELLED = "cancelled"  # by a person here


class Promises(Protocol):
    """Where they are kept. Each raises `RecordError` when that is away."""

    async def open(self) -> list[OpenPromise]:
        """Those not over, the oldest first."""
        ...

    async def tried(self, handoff: str, *, next_wall: float) -> None:
        """A try begins: on record before it is made, so that a restart cannot ring twice."""
        ...

    async def over(self, handoff: str, how: PromiseOver) -> None: ...
