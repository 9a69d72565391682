"""An agent: a person, what they can take, and the one address they may be rung at."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NewType

from telephony.errors import IllegalMove

AgentId = NewType("AgentId", str)


@dataclass(frozen=True, slots=True)
class Address:
    """Where an agent's leg is rung. It comes from the settings by the agent's id, never from speech or a request."""

    line: str  # webrtc | twilio | simulated | asterisk
    to: str  # number, SIP address, or the agent's id for the desk's softphone


@dataclass(frozen=True, slots=True)
class Agent:
    """`tiers` empty: takes customers of every tier."""

    id: AgentId
    name: str
    address: Address
    skills: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset({"en"})
    tiers: frozenset[str] = frozenset()


class Presence(StrEnum):
    """Whether an agent may be offered a call."""

    AWAY = "away"
    AVAILABLE = "available"
    OFFERED = "offered"
    ON_CALL = "on_call"
    WRAPPING = "wrapping"
    NOT_RESPONDING = "not_responding"  # missed an offer; comes back by saying so


P = Presence
MOVES: dict[Presence, frozenset[Presence]] = {
    P.AWAY: frozenset({P.AVAILABLE}),
    P.AVAILABLE: frozenset({P.AWAY, P.OFFERED}),
    P.OFFERED: frozenset({P.AVAILABLE, P.ON_CALL, P.NOT_RESPONDING, P.AWAY}),
    P.ON_CALL: frozenset({P.WRAPPING, P.AVAILABLE, P.AWAY}),
    P.WRAPPING: frozenset({P.AVAILABLE, P.AWAY}),
    P.NOT_RESPONDING: frozenset({P.AVAILABLE, P.AWAY, P.ON_CALL}),  # bridged after all
}


def move(was: Presence, to: Presence, agent: AgentId) -> Presence:
    """The new presence. Raises `IllegalMove`, changing nothing, when the table has no such move."""
    if to not in MOVES[was]:
        raise IllegalMove(f"agent {agent}: from {was} only {', '.join(sorted(MOVES[was]))} may follow, got {to}")
    return to
