"""What a handoff wants done: the switchboard carries these out in the order given and decides nothing itself."""

from dataclasses import dataclass

from telephony.handoff.events import Outcome
from voice.events import PersonStage


@dataclass(frozen=True, slots=True)
class FindAgent:
    """Ask routing now, and again when somebody becomes available, until the handoff leaves the queue."""

    excluding: frozenset[str]


@dataclass(frozen=True, slots=True)
class Offer:
    """Reserve the agent and show them the brief."""

    attempt: str
    agent: str


@dataclass(frozen=True, slots=True)
class Ring:
    """Ring the agent's leg; its deadline is `OfferExpired`."""

    attempt: str
    agent: str


@dataclass(frozen=True, slots=True)
class Cancel:
    """Take the offer back and end the leg, whatever state it is in; harmless when it is gone.

    `tell`: the agent is listening and first hears that the caller is no longer there. `agent` is unknown (None) for a
    leg that came to life after its attempt was over.
    """

    attempt: str
    agent: str | None
    why: str
    tell: bool


@dataclass(frozen=True, slots=True)
class Close:
    """The attempt is over: the agent's presence and the offer on screen follow from `outcome`."""

    attempt: str
    agent: str
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class AskProof:
    """The agent took the call on screen, where nothing proves who answers the leg: the leg is asked for that alone."""

    attempt: str


@dataclass(frozen=True, slots=True)
class Bridge:
    """Join caller and agent; answered by `BridgeMade` or `BridgeFailed`."""

    attempt: str
    agent: str


@dataclass(frozen=True, slots=True)
class Succeed:
    """Join the caller with `successor`, who is heard by them already; `attempt`, of `agent`, is over."""

    attempt: str
    agent: str
    successor: str


@dataclass(frozen=True, slots=True)
class TellCaller:
    stage: PersonStage
    agent: str | None = None


@dataclass(frozen=True, slots=True)
class OfferCallback:
    """Ask the caller whether they would rather be called back; they keep their place meanwhile."""


@dataclass(frozen=True, slots=True)
class GiveUp:
    """No person comes: the system goes on with the caller and says why."""

    why: str


@dataclass(frozen=True, slots=True)
class Resume:
    """The agent left a caller who is still on the line: the system takes them back, with the agent's notes if any.

    `to`: the queue in which another person is to be found, `person`: who is asked first."""

    why: str
    notes: str | None = None
    to: str = ""
    person: str = ""


Next = (
    FindAgent | Offer | Ring | Cancel | Close | AskProof | Bridge | Succeed | TellCaller | OfferCallback | GiveUp
    | Resume
)  # fmt: skip
