"""What can happen to a handoff, and how one agent's attempt can end."""

from dataclasses import dataclass
from enum import StrEnum

from telephony.leg import LegEnded


class Outcome(StrEnum):
    """How asking one agent ended."""

    BRIDGED = "bridged"
    DECLINED = "declined"
    BUSY = "busy"
    NO_ANSWER = "no_answer"  # of the leg, or to the question after the brief
    MACHINE = "machine"
    FAILED = "failed"
    TIMED_OUT = "timed_out"  # answered, but did not decide in time
    ABANDONED = "abandoned"  # the caller left meanwhile
    WITHDRAWN = "withdrawn"  # the caller cancelled, or took a callback


# --- from our own code: must fit the table ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Queued:
    """A brief is there: the first queues the handoff, each later one is only noted."""

    brief_version: int


@dataclass(frozen=True, slots=True)
class AgentChosen:
    """Routing picked `agent`. `attempt` is `Handoff.next_attempt`."""

    attempt: str
    agent: str


# --- from outside: may be repeated, late or out of order --------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class NobodyFree:
    """Routing found nobody, for long enough that the caller should know."""


@dataclass(frozen=True, slots=True)
class SeekOver:
    """The search has lasted its time, or cannot go on (`why`: timed_out, no_line, ...).

    Sent again until the handoff is over: the first may only lead to the offer of a callback.
    """

    why: str = "timed_out"


@dataclass(frozen=True, slots=True)
class Told:
    """The caller has heard that a person is sought."""


@dataclass(frozen=True, slots=True)
class CallerLeft:
    pass


@dataclass(frozen=True, slots=True)
class CallerCancelled:
    """The caller would rather go on with the system."""


@dataclass(frozen=True, slots=True)
class CallbackAgreed:
    """The promise is durable; the search ends."""


@dataclass(frozen=True, slots=True)
class AttemptEvent:
    """Something about one attempt. Another attempt than the current one is history."""

    attempt: str


@dataclass(frozen=True, slots=True)
class Ringing(AttemptEvent):
    pass


@dataclass(frozen=True, slots=True)
class Answered(AttemptEvent):
    """The leg has media. `proven`: it is the desk's own softphone, so a person is there."""

    proven: bool = False


@dataclass(frozen=True, slots=True)
class Briefed(AttemptEvent):
    brief_version: int


@dataclass(frozen=True, slots=True)
class Accepted(AttemptEvent):
    by: str  # key | voice | screen


@dataclass(frozen=True, slots=True)
class Declined(AttemptEvent):
    by: str  # key | voice | screen | no_answer
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class LegOver(AttemptEvent):
    why: LegEnded
    reason: str | None = None  # what the machine was recognised by, or what stood still


@dataclass(frozen=True, slots=True)
class OfferExpired(AttemptEvent):
    """Not answered, or not decided, in time."""


@dataclass(frozen=True, slots=True)
class BridgeMade(AttemptEvent):
    pass


@dataclass(frozen=True, slots=True)
class BridgeFailed(AttemptEvent):
    why: str


@dataclass(frozen=True, slots=True)
class FirstWord(AttemptEvent):
    """The agent's first word to the caller."""


@dataclass(frozen=True, slots=True)
class HandedBack(AttemptEvent):
    """The agent gives the caller back to the system, with `notes` of what is left to do; `to`: the queue to do it;
    `person`: the agent to be asked first for it."""

    notes: str
    to: str = ""
    person: str = ""


@dataclass(frozen=True, slots=True)
class Succeeded(AttemptEvent):
    """The agent has left, and `agent`, who was beside them as `successor`, goes on with the caller."""

    successor: str
    agent: str


OURS = (Queued, AgentChosen)

Event = (
    Queued | AgentChosen | NobodyFree | SeekOver | Told | CallerLeft | CallerCancelled | CallbackAgreed | Ringing
    | Answered | Briefed | Accepted | Declined | LegOver | OfferExpired | BridgeMade | BridgeFailed | FirstWord
    | HandedBack | Succeeded
)  # fmt: skip
