"""What may go wrong at the carrier, as data: REST answers, deliveries of webhooks, media websockets.

Each is used up after `times` occasions, in the order given.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar


@dataclass(slots=True)
class Fault:
    """A REST request whose "METHOD path" matches is answered with an error. `carried_out`: it was done all the same.
    `lost`: no answer ever comes, so that the client's own time limit ends it."""

    pattern: str
    status: int = 500
    code: int = 0
    times: int = 1
    carried_out: bool = False
    lost: bool = False


@dataclass(slots=True)
class Delivery:
    """How a callback whose "URL EVENT" matches is delivered; EVENT is its CallStatus, StreamEvent or conference event.
    `after_next`: only once the next callback was delivered. `forged`: with a signature that is not the carrier's."""

    pattern: str
    times: int = 1
    copies: int = 1
    late_seconds: float = 0.0
    lost: bool = False
    after_next: bool = False
    forged: bool = False


@dataclass(slots=True)
class Outage:
    """A document whose URL matches cannot be had from the service."""

    pattern: str = ""
    times: int = 1


@dataclass(slots=True)
class Drop:
    """A media websocket that breaks `after_seconds` without a word, or (`refused`) is never made. `pattern`: of its
    URL."""

    pattern: str = ""
    times: int = 1
    after_seconds: float = 0.0
    refused: bool = False


class _Countable(Protocol):
    pattern: str
    times: int


F = TypeVar("F", bound=_Countable)


def take(faults: Sequence[F], occasion: str) -> F | None:
    """The first that matches and is not used up; it is one time less from now on."""
    for fault in faults:
        if fault.times and re.search(fault.pattern, occasion):
            fault.times -= 1
            return fault
    return None
