"""The roster: who works here, who is there, and since when. One loop owns it, so a reservation needs no lock."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from telephony.agents.agent import Agent, Presence, move

BUSY = frozenset({Presence.OFFERED, Presence.ON_CALL, Presence.WRAPPING})
AT_WORK = BUSY | {Presence.AVAILABLE}

OVERDUE = {Presence.OFFERED: Presence.NOT_RESPONDING, Presence.WRAPPING: Presence.AVAILABLE}
"""What becomes of an agent who is still in such a state at its deadline."""


@dataclass(frozen=True, slots=True)
class Seat:
    """One agent now. Times are the service's milliseconds, not those of a call."""

    agent: Agent
    presence: Presence = Presence.AWAY
    since_ms: int = 0
    idle_since_ms: int = 0  # since the last call or since they came; an offer that led nowhere does not reset it
    wish: Presence | None = None  # chosen while busy; holds once they are free
    until_ms: int | None = None  # the deadline of an offer or a wrap-up

    @property
    def at_work(self) -> bool:
        """Takes calls now, or will once they are free."""
        return self.presence in AT_WORK and self.wish is not Presence.AWAY


Listener = Callable[[Seat], None]


class Roster:
    """`subscribe` tells of every change, after it happened."""

    def __init__(self, agents: Iterable[Agent]) -> None:
        self._seats: dict[str, Seat] = {agent.id: Seat(agent) for agent in agents}
        self._listeners: list[Listener] = []

    @property
    def seats(self) -> Mapping[str, Seat]:
        """By agent id."""
        return self._seats

    def seat(self, agent: str) -> Seat:
        """Raises `KeyError` for a stranger."""
        return self._seats[agent]

    def set(self, agent: str, presence: Presence, now_ms: int, *, until_ms: int | None = None) -> Seat:
        """Moves the agent. Raises `IllegalMove`, changing nothing, where the table has no such move."""
        seat = self._seats[agent]
        if seat.presence is presence:
            return seat
        move(seat.presence, presence, seat.agent.id)
        if seat.wish is not None and presence is Presence.AVAILABLE:
            presence = seat.wish
        anew = presence is Presence.AVAILABLE and seat.presence is not Presence.OFFERED
        idle = now_ms if anew else seat.idle_since_ms
        wish = seat.wish if presence in BUSY else None
        seat = replace(seat, presence=presence, since_ms=now_ms, idle_since_ms=idle, wish=wish, until_ms=until_ms)
        self._seats[agent] = seat
        for listener in tuple(self._listeners):
            listener(seat)
        return seat

    def choose(self, agent: str, presence: Presence, now_ms: int) -> Seat:
        """What the agent chose themselves, `AVAILABLE` or `AWAY`: at once when free, else once their work is done."""
        if presence not in (Presence.AVAILABLE, Presence.AWAY):
            raise ValueError(f"agent {agent}: available or away expected, got {presence}")
        seat = self._seats[agent]
        if seat.presence not in BUSY:
            return self.set(agent, presence, now_ms)
        self._seats[agent] = replace(seat, wish=presence)
        return self._seats[agent]

    def reserve(self, agent: str, now_ms: int, *, until_ms: int | None = None) -> bool:
        """Takes an available agent for one offer; false when somebody else was quicker."""
        if self._seats[agent].presence is not Presence.AVAILABLE:
            return False
        self.set(agent, Presence.OFFERED, now_ms, until_ms=until_ms)
        return True

    def expire(self, now_ms: int) -> list[Seat]:
        """Ends every offer and wrap-up whose time is up: an offer nobody took back, a summary nobody sent."""
        late = [seat for seat in self._seats.values() if seat.until_ms is not None and seat.until_ms <= now_ms]
        return [self.set(seat.agent.id, OVERDUE[seat.presence], now_ms) for seat in late]

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Calls `listener` with the changed seat. Returns the undo."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener) if listener in self._listeners else None
