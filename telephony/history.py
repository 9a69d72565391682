"""What the record knows of earlier calls that routing asks for: who served a caller last, how long others waited."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class PastWait:
    """One caller's wait, from where they stood as `QueueJoined` has it. `served`: to a person; else they left."""

    queue: str
    place: int
    staff: int
    free: int
    wait_ms: int
    served: bool


class History(Protocol):
    """Both raise `RecordError` when the record cannot be read."""

    async def last_agent(self, number: str, *, since_wall: float) -> str | None:
        """Who was last bridged to a caller from `number`, not before `since_wall` (seconds since the epoch)."""
        ...

    async def waits(self) -> Sequence[PastWait]:
        """The latest there were, in the order in which they ended."""
        ...


class NoHistory:
    """For a service without a database."""

    async def last_agent(self, number: str, *, since_wall: float) -> str | None:
        return None

    async def waits(self) -> Sequence[PastWait]:
        return ()
