"""Routing: which agent is offered a call. Pure: the roster's seats and the call's needs in, one agent or nobody out."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from telephony.agents.agent import Agent, Presence
from telephony.agents.roster import Seat

HOUSE_LANGUAGE = "en"
"""What the system itself speaks with callers."""


@dataclass(frozen=True, slots=True)
class Needs:
    """What a call asks of an agent: every one of `skills`, the language, and the customer's tier where it has one."""

    skills: frozenset[str] = frozenset()
    language: str = HOUSE_LANGUAGE
    tier: str | None = None


def fits(agent: Agent, needs: Needs) -> bool:
    return (
        needs.skills <= agent.skills
        and needs.language in agent.languages
        and (needs.tier is None or not agent.tiers or needs.tier in agent.tiers)
    )


def relaxed(needs: Needs, agents: Collection[Agent]) -> Needs:
    """`needs` without what nobody who works here can ever meet: a caller who waits for such a one waits for ever.

    The tier goes first, then the language, for the house's own: it is what the caller has been talked with so far.
    Skills never go.
    """
    for asked in (needs, replace(needs, tier=None), replace(needs, tier=None, language=HOUSE_LANGUAGE)):
        if any(fits(agent, asked) for agent in agents):
            return asked
    return needs


def choose(
    seats: Iterable[Seat], needs: Needs, *, excluding: Collection[str] = (), sticky: str | None = None
) -> Agent | None:
    """The agent to offer to: available, fitting, not in `excluding` (they were asked for this call already).

    `sticky`, who knows the caller, goes first; then who has been idle longest; equal ones by id, so that a replay
    chooses alike.
    """
    able = [
        seat
        for seat in seats
        if seat.presence is Presence.AVAILABLE and seat.agent.id not in excluding and fits(seat.agent, needs)
    ]
    best = min(able, key=lambda seat: (seat.agent.id != sticky, seat.idle_since_ms, seat.agent.id), default=None)
    return best.agent if best else None
