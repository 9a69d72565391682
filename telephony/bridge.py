"""Two legs joined, by whatever can join them: the carrier's conference, Asterisk's bridge, the relay in this process.

The search for a person joins, holds and parts; it does not know which of them it holds.
"""

from collections.abc import Mapping
from typing import Protocol, runtime_checkable

from telephony.leg import Leg, Line


class Bridge(Protocol):
    """The caller's leg and the agent's, joined from `join` until `part`. Both sessions go on: each hears its party."""

    kind: str  # relay | conference | asterisk: for the journal and the stage clock

    async def join(self) -> None:
        """They hear each other once this returns. Raises `BridgeFailed`; then both legs are as they were before."""
        ...

    async def hold(self, on: bool) -> None:
        """While on, the two do not hear each other, and the caller hears that they are held. Twice changes nothing."""
        ...

    async def part(self) -> None:
        """The caller is with the system again; harmless when a leg is gone, or nothing was joined."""
        ...


class Withholds(Bridge, Protocol):
    """A bridge as our sessions have it: the caller can be kept from the agent's ear alone."""

    async def withhold(self, on: bool) -> None:
        """While on, the caller is not heard by the agent, and hears them as before. Twice changes nothing."""
        ...


@runtime_checkable
class Joins(Protocol):
    """A line that can join two of its own legs without their audio passing through this process."""

    def bridge(self, caller: Leg, agent: Leg) -> Bridge | None:
        """None when these two cannot be joined there."""
        ...


def plays_us(bridge: Bridge) -> bool:
    """Whether what our sessions say is heard while it joins two legs; the carrier's conference takes none of it."""
    return bridge.kind != "conference"


def own_bridge(caller: Leg, agent: Leg, lines: Mapping[str, Line]) -> Bridge | None:
    """The line's own bridge for two legs of one line; None when they are joined in this process."""
    if caller.party.line != agent.party.line:
        return None
    line: object = lines.get(caller.party.line)
    return line.bridge(caller, agent) if isinstance(line, Joins) else None
