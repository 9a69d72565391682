"""How far a handoff has come: its states, the attempts on the way, and the one table of moves."""

from dataclasses import dataclass
from enum import StrEnum

from telephony.handoff.events import (
    Accepted,
    AgentChosen,
    Answered,
    BridgeFailed,
    BridgeMade,
    Briefed,
    CallbackAgreed,
    CallerCancelled,
    CallerLeft,
    Declined,
    Event,
    FirstWord,
    HandedBack,
    LegOver,
    NobodyFree,
    OfferExpired,
    Outcome,
    Queued,
    Ringing,
    SeekOver,
    Succeeded,
    Told,
)


class HandoffState(StrEnum):
    REQUESTED = "requested"  # a trigger fired; the brief is being written
    QUEUED = "queued"  # waits for an agent; keeps its place until it ends
    OFFERED = "offered"  # one agent is asked, and rung
    ANSWERED = "answered"  # the agent's leg has media
    BRIEFED = "briefed"  # the agent has heard the brief
    ACCEPTED = "accepted"  # taken; on screen this may come before the leg is answered
    BRIDGED = "bridged"
    ENDED = "ended"  # the bridge is over
    ABANDONED = "abandoned"  # the caller left first
    CALLBACK = "callback"  # the caller took a promise instead
    RESUMED = "resumed"  # no person came: the system goes on with the caller


S = HandoffState
FINAL = frozenset({S.ENDED, S.ABANDONED, S.CALLBACK, S.RESUMED})


@dataclass(frozen=True, slots=True)
class Attempt:
    """One agent asked for this call, with the clock of its stages: milliseconds of call time, `None` until reached."""

    id: str
    agent: str
    offered_ms: int
    ring_ms: int | None = None
    answered_ms: int | None = None
    briefed_ms: int | None = None
    accepted_ms: int | None = None
    bridged_ms: int | None = None
    first_word_ms: int | None = None
    over_ms: int | None = None
    accepted_by: str | None = None  # key | voice | screen; the one that came first
    proven: bool = False  # a person is there: a key, an answer to our question, or the desk's own softphone
    brief_version: int | None = None  # the newest that was spoken
    beside: bool = False  # an agent brought them in, for a caller who waited for nobody
    outcome: Outcome | None = None

    @property
    def ready(self) -> bool:
        """May be bridged: accepted, with media, by a person and not by a machine."""
        return self.accepted_ms is not None and self.answered_ms is not None and self.proven


@dataclass(frozen=True, slots=True)
class Handoff:
    """One search for a person. `attempts` are in order; only the last can be open (`outcome is None`)."""

    id: str
    call: str
    queue: str
    trigger_ms: int
    state: HandoffState = HandoffState.REQUESTED
    brief_version: int | None = None
    told_ms: int | None = None
    attempts: tuple[Attempt, ...] = ()
    callback_offered: bool = False
    seek_over: bool = False  # no further agent is asked
    why: str | None = None  # of the last move: the failed attempt's outcome, or who ended it

    @property
    def current(self) -> Attempt | None:
        """The agent being asked or talking, if any."""
        return self.attempts[-1] if self.attempts and self.attempts[-1].outcome is None else None

    @property
    def over(self) -> bool:
        return self.state in FINAL

    @property
    def next_attempt(self) -> str:
        """The id for the next attempt: never used before, so that a late leg cannot be taken for a new one."""
        return f"{self.id}-{len(self.attempts) + 1}"

    @property
    def excluded(self) -> frozenset[str]:
        """Agents not asked again: all who were, but one who took the call and lost the connection gets a second go."""
        asked = [attempt.agent for attempt in self.attempts]
        lost = {a.agent for a in self.attempts if a.accepted_ms is not None and a.outcome is Outcome.FAILED}
        return frozenset(agent for agent in asked if agent not in lost or asked.count(agent) > 1)

    @property
    def clock(self) -> dict[str, int | None]:
        """The stage clock of the last attempt, in milliseconds of call time."""
        return self.clock_of(self.attempts[-1] if self.attempts else None)

    def clock_of(self, attempt: Attempt | None) -> dict[str, int | None]:
        """Whose caller waited for nobody has no trigger."""
        waited = attempt is None or not attempt.beside
        return {
            "trigger": self.trigger_ms if waited else None,
            "told": self.told_ms if waited else None,
            "ring": attempt.ring_ms if attempt else None,
            "answer": attempt.answered_ms if attempt else None,
            "briefed": attempt.briefed_ms if attempt else None,
            "accept": attempt.accepted_ms if attempt else None,
            "bridge": attempt.bridged_ms if attempt else None,
            "first_word": attempt.first_word_ms if attempt else None,
        }


# state → event → the states it may lead to. What is not here is a late event (ignored) or an illegal move (raised).
_AGAIN = frozenset({S.QUEUED, S.RESUMED})  # the attempt failed: the next agent, or nobody is left to ask
_CALLER: dict[type[Event], frozenset[HandoffState]] = {  # the caller may do these at any time before the bridge
    CallerLeft: frozenset({S.ABANDONED}),
    CallerCancelled: frozenset({S.RESUMED}),
    CallbackAgreed: frozenset({S.CALLBACK}),
}
_ASKED: dict[type[Event], frozenset[HandoffState]] = {  # one agent is asked
    **_CALLER,
    Declined: _AGAIN,
    LegOver: _AGAIN,
    OfferExpired: _AGAIN,
    Accepted: frozenset({S.ACCEPTED}),
}
TABLE: dict[HandoffState, dict[type[Event], frozenset[HandoffState]]] = {
    S.REQUESTED: {
        **_CALLER,
        Queued: frozenset({S.QUEUED}),
        Told: frozenset({S.REQUESTED}),
        SeekOver: frozenset({S.REQUESTED, S.RESUMED}),
    },
    S.QUEUED: {
        **_CALLER,
        AgentChosen: frozenset({S.OFFERED}),
        NobodyFree: frozenset({S.QUEUED}),
        Queued: frozenset({S.QUEUED}),
        Told: frozenset({S.QUEUED}),
        SeekOver: frozenset({S.QUEUED, S.RESUMED}),
    },
    S.OFFERED: {
        **_ASKED,
        Ringing: frozenset({S.OFFERED}),
        Answered: frozenset({S.ANSWERED}),
        Briefed: frozenset({S.BRIEFED}),
        Queued: frozenset({S.OFFERED}),
        Told: frozenset({S.OFFERED}),
        SeekOver: frozenset({S.OFFERED}),
    },
    S.ANSWERED: {
        **_ASKED,
        Ringing: frozenset({S.ANSWERED}),
        Answered: frozenset({S.ANSWERED}),
        Briefed: frozenset({S.BRIEFED}),
        Queued: frozenset({S.ANSWERED}),
        Told: frozenset({S.ANSWERED}),
        SeekOver: frozenset({S.ANSWERED}),
    },
    S.BRIEFED: {
        **_ASKED,
        Ringing: frozenset({S.BRIEFED}),
        Answered: frozenset({S.BRIEFED}),
        Briefed: frozenset({S.BRIEFED}),
        Queued: frozenset({S.BRIEFED}),
        Told: frozenset({S.BRIEFED}),
        SeekOver: frozenset({S.BRIEFED}),
    },
    S.ACCEPTED: {
        **_ASKED,
        Ringing: frozenset({S.ACCEPTED}),
        Answered: frozenset({S.ACCEPTED}),
        Briefed: frozenset({S.ACCEPTED}),
        BridgeMade: frozenset({S.BRIDGED}),
        BridgeFailed: _AGAIN,
        Queued: frozenset({S.ACCEPTED}),
        Told: frozenset({S.ACCEPTED}),
        SeekOver: frozenset({S.ACCEPTED}),
    },
    S.BRIDGED: {
        CallerLeft: frozenset({S.ENDED}),
        LegOver: frozenset({S.ENDED}),
        HandedBack: frozenset({S.ENDED}),
        Succeeded: frozenset({S.BRIDGED}),
        FirstWord: frozenset({S.BRIDGED}),
    },
    S.ENDED: {},
    S.ABANDONED: {},
    S.CALLBACK: {},
    S.RESUMED: {},
}
