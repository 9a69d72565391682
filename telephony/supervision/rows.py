"""What the wall shows: one small row a call, one a queue, one an agent. Times are seconds of the service's clock."""

from dataclasses import dataclass
from enum import StrEnum


class CallState(StrEnum):
    RINGING = "ringing"
    SYSTEM = "system"
    SEEKING = "seeking"  # with the system, while a person is sought
    TALKING = "talking"
    HELD = "held"


@dataclass(frozen=True, slots=True)
class Alert:
    """`level` 2: look now; 1: soon. `why` is a sentence a supervisor reads in one glance."""

    level: int
    why: str


@dataclass(frozen=True, slots=True)
class CallRow:
    call: str
    who: str  # as agents may see them
    line: str
    since: float
    state: CallState = CallState.RINGING
    state_since: float = 0.0
    agent: str = ""  # who talks with them; "" while it is the system
    intent: str = ""  # what it is about now, as people read it
    frustration: float = 0.0  # 0..1
    trend: int = 0  # 1 rising, -1 falling
    queue: str = ""
    waits_since: float | None = None  # for a person
    alert: Alert | None = None
    supervised: tuple[tuple[str, str], ...] = ()  # supervisor, mode


@dataclass(frozen=True, slots=True)
class QueueRow:
    """`answered_in_time`: the share of `counted` waits that are over; None while none is."""

    queue: str
    title: str
    waiting: int
    longest_since: float | None
    answered_in_time: float | None
    counted: int
    goal: float
    within_seconds: float


@dataclass(frozen=True, slots=True)
class AgentRow:
    agent: str
    name: str
    presence: str  # available | offered | on_call | wrapping | away | not_responding
    since: float


@dataclass(frozen=True, slots=True)
class ApprovalRow:
    """Somebody's yes is awaited."""

    approval: str
    call: str
    title: str
    state: str
    due: float


@dataclass(frozen=True, slots=True)
class Changes:
    """What is different since the last look; None: that part is as it was. Rows replace those of the same id."""

    calls: tuple[CallRow, ...] = ()
    gone: tuple[str, ...] = ()
    queues: tuple[QueueRow, ...] | None = None
    agents: tuple[AgentRow, ...] | None = None
    approvals: tuple[ApprovalRow, ...] | None = None
    notices: tuple[str, ...] | None = None

    def __bool__(self) -> bool:
        parts = (self.queues, self.agents, self.approvals, self.notices)
        return bool(self.calls or self.gone) or any(part is not None for part in parts)
