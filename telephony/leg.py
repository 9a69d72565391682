"""One party's signalling and media, whatever line it came over; and the table of states a leg goes through."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import NewType, Protocol, runtime_checkable

from telephony.errors import IllegalMove
from voice.pipeline.build import Transport

LegId = NewType("LegId", str)


class LegState(StrEnum):
    RINGING = "ringing"
    ANSWERED = "answered"  # media flow
    ENDED = "ended"


MOVES: dict[LegState, frozenset[LegState]] = {
    LegState.RINGING: frozenset({LegState.ANSWERED, LegState.ENDED}),
    LegState.ANSWERED: frozenset({LegState.ENDED}),
    LegState.ENDED: frozenset(),
}


def move(state: LegState, to: LegState, leg: str) -> LegState:
    """The new state. Raises `IllegalMove`, changing nothing, when the table has no such move."""
    if to not in MOVES[state]:
        raise IllegalMove(f"leg {leg}: from {state} only {sorted(MOVES[state]) or 'nothing'} may follow, got {to}")
    return to


@dataclass(frozen=True, slots=True)
class Party:
    """Who is at the far end, as the line names them."""

    line: str
    address: str | None  # caller's number, SIP URI or agent id
    called: str | None = None
    carrier_id: str | None = None  # the line's own id of this leg
    token: str | None = None


class LegEnded(StrEnum):
    """Why a leg ended, in words that routing can act on."""

    HUNG_UP = "hung_up"  # the far end
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    DECLINED = "declined"
    MACHINE = "machine"
    FAILED = "failed"
    BY_US = "by_us"


class Leg(Protocol):
    """A leg as the switchboard sees it. `transport` is pipecat's: the pipeline hangs on it once media flow."""

    id: LegId
    party: Party
    state: LegState

    async def media(self) -> Transport:
        """Waits until media flow. Raises `LegFailed` when the leg ends first."""
        ...

    async def ended(self) -> LegEnded:
        """Waits until the leg has ended, whoever ended it."""
        ...

    async def hang_up(self, reason: str) -> None:
        """Ends the leg; harmless when it has ended already."""
        ...


@runtime_checkable
class Fades(Protocol):
    """A leg whose network may be lost for some seconds without ending it."""

    @property
    def away(self) -> bool: ...

    def on_fade(self, listener: Callable[[bool], None] | None) -> None:
        """`listener` is called with True when the party is lost, with False when they are back."""
        ...


@runtime_checkable
class Holds(Protocol):
    """A leg whose far end can hold by itself, as a desk phone does."""

    def when_held(self, tell: Callable[[bool], object] | None) -> None:
        """`tell` hears of each hold, and of its end; None: nobody listens any more."""
        ...


class Line(Protocol):
    """A way calls arrive and leave."""

    name: str

    def arrivals(self) -> AsyncIterator[Leg]:
        """Legs of callers, each ringing or already with media."""
        ...

    async def dial(self, address: str, *, ring_seconds: float, call: str, attempt: str) -> Leg:
        """Rings `address` (from the agents' own list, never from speech). Raises `DialRefused` when it may not."""
        ...


@runtime_checkable
class RingsBack(Protocol):
    """A line that can ring a caller back."""

    async def ring_back(self, number: str, *, ring_seconds: float, call: str) -> Leg:
        """Rings `number`: E.164, from a durable promise and checked against the countries that may be rung. A failure
        to dial is a leg that has ended. Raises `DialRefused` when it may not."""
        ...
