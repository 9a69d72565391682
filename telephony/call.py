"""A call: one contact from ring to wrap-up, as a small value with a table of states; its journal says what happened."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NewType

from telephony.errors import IllegalMove

CallId = NewType("CallId", str)


class CallState(StrEnum):
    OFFERED = "offered"  # the line rings; nobody has answered
    ANSWERED = "answered"  # media flow; the first words are not out yet
    TALKING = "talking"  # with the system
    SEEKING = "seeking"  # with the system, while a person is sought
    BRIDGED = "bridged"  # with a person
    WRAPPING = "wrapping"  # the caller is gone; the agent writes up
    ENDED = "ended"


S = CallState
MOVES: dict[CallState, frozenset[CallState]] = {
    S.OFFERED: frozenset({S.ANSWERED, S.ENDED}),
    S.ANSWERED: frozenset({S.TALKING, S.SEEKING, S.ENDED}),  # seeking at once: the mind failed, or the scope says so
    S.TALKING: frozenset({S.SEEKING, S.ENDED}),
    S.SEEKING: frozenset({S.TALKING, S.BRIDGED, S.ENDED}),  # talking: cancelled, or nobody could come
    S.BRIDGED: frozenset({S.TALKING, S.SEEKING, S.WRAPPING, S.ENDED}),  # talking: the agent left, the caller did not
    S.WRAPPING: frozenset({S.ENDED}),
    S.ENDED: frozenset(),
}


@dataclass(frozen=True, slots=True)
class Call:
    """Who calls, over which line, and how far it has come."""

    id: CallId
    line: str
    caller: str | None = None  # number or address as the line gave it
    called: str | None = None
    state: CallState = CallState.OFFERED

    def to(self, state: CallState) -> "Call":
        """The call in its new state. Raises `IllegalMove`, changing nothing, when the table has no such move."""
        if state not in MOVES[self.state]:
            allowed = ", ".join(sorted(MOVES[self.state])) or "nothing"
            raise IllegalMove(f"call {self.id}: from {self.state} only {allowed} may follow, got {state}")
        return replace(self, state=state)

    @property
    def over(self) -> bool:
        """The caller is no longer on the line."""
        return self.state in (CallState.WRAPPING, CallState.ENDED)


@dataclass(slots=True)
class Ending:
    """How a call will have ended, as far as is known yet. `outcome` None: it follows from what was done."""

    outcome: str | None = None
    by: str = "caller"
    reason: str = "hung up"

    def failed(self, reason: str) -> None:
        self.outcome, self.by, self.reason = "failed", "system", reason
