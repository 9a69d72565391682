"""What the desk needs from the house: who works here, what happens at one agent's desk, and what they decide.

The office pushes `News` to whoever watches an agent; the desk keeps what they add up to and shows it. The switchboard's
side implements `DeskOffice`; `tests/desk/office.py` plays it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from models.brief import Brief
from telephony.desk.line_office import LineOffice
from telephony.errors import TelephonyError
from telephony.journal import Record


class NotPossible(TelephonyError):
    """What the agent asked for cannot be done now (the offer is gone, no call). They are shown the message."""


@dataclass(frozen=True, slots=True)
class Person:
    """An agent as the desk names them."""

    id: str
    name: str


class Presence(StrEnum):
    """What an agent may choose, and what their work makes of it."""

    AVAILABLE = "available"
    AWAY = "away"
    RINGING = "ringing"
    TALKING = "talking"
    WRAPPING = "wrapping"


CHOSEN = (Presence.AVAILABLE, Presence.AWAY)  # the rest follows from calls


@dataclass(frozen=True, slots=True)
class Offer:
    """One agent asked for one call."""

    id: str
    call: str
    caller: str  # name, or number as it may be shown
    tier: str  # "", or what the business calls its tiers
    waited_seconds: float  # since the caller was queued, at the time of this offer
    ring_seconds: float
    brief: Brief
    queue: str = ""
    on_desk: bool = True  # the agent's leg is this page's softphone (else their telephone rings)
    asked_by: str = ""  # the colleague on the line who asks them to join; "": the caller waits for them
    notes: str = ""  # theirs


@dataclass(frozen=True, slots=True)
class Disposition:
    code: str
    label: str


# --- news: what happened at an agent's desk ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PresenceIs:
    presence: Presence
    why: str = ""  # shown when the agent did not choose it: "two offers were missed"


@dataclass(frozen=True, slots=True)
class Offered:
    offer: Offer


@dataclass(frozen=True, slots=True)
class OfferClosed:
    offer: str
    why: str  # accepted | declined | no_answer | withdrawn | caller_left


@dataclass(frozen=True, slots=True)
class Recorded:
    """One record of the call that is offered or on the line: from its first, then as they come."""

    record: Record


@dataclass(frozen=True, slots=True)
class OnCall:
    """The agent has the caller on the line."""

    call: str
    caller: str
    tier: str = ""


@dataclass(frozen=True, slots=True)
class CallOver:
    """The line is free again. `by`: caller | agent | system."""

    call: str
    by: str


@dataclass(frozen=True, slots=True)
class WrapUpDue:
    call: str
    caller: str
    summary: str  # the draft
    disposition: str | None  # the suggested code
    choices: tuple[Disposition, ...]
    seconds: float | None = None  # until it is closed with the draft; None: no limit


@dataclass(frozen=True, slots=True)
class WrappedUpAll:
    """Nothing is left to do for this call."""

    call: str


News = PresenceIs | Offered | OfferClosed | Recorded | OnCall | CallOver | WrapUpDue | WrappedUpAll


class DeskOffice(Protocol):
    """Each method that decides raises `NotPossible` with a sentence for the agent when it cannot be done (any more)."""

    def agents(self) -> Sequence[Person]: ...

    def watch(self, agent: str, listener: Callable[[News], None]) -> Callable[[], None]:
        """Calls `listener` first for what is so now, then for each piece of news. Returns the undo."""
        ...

    def sign_in(self, agent: str) -> None:
        """The agent opened their desk; they are away until they say otherwise."""
        ...

    def sign_out(self, agent: str) -> None: ...

    def set_presence(self, agent: str, presence: Presence, why: str = "") -> None:
        """`presence` is available or away. During a call it says what holds after wrap-up."""
        ...

    async def accept(self, agent: str, offer: str) -> None: ...

    async def decline(self, agent: str, offer: str, reason: str) -> None: ...

    def seen(self, agent: str, call: str, version: int) -> None:
        """The agent's page has drawn this version of the brief."""
        ...

    def clip(self, agent: str, call: str, turn: int) -> Callable[[], bytes | None]:
        """Reads what the caller said in `turn`, as a WAV; None while it is not on the disk. Not for the event loop."""
        ...

    def mark(self, agent: str, call: str, about: str, mark: str) -> None:
        """What the agent thinks of what they were given for this call: while they talk, and until it is wrapped up."""
        ...

    def records(self, agent: str, call: str) -> Sequence[Record]:
        """The journal so far of a call on this agent's desk."""
        ...

    @property
    def line(self) -> LineOffice:
        """What agents can do about the caller on their line."""
        ...

    async def wrap_up(self, agent: str, call: str, disposition: str, summary: str) -> None: ...
