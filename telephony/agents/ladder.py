"""The staffing-aware ladder: which help is offered first to a caller who needs a person, by hours, staff and the wait.

Pure. Whatever rung is chosen, a person is sought all the same: the rung only says what the caller hears first.
"""

from dataclasses import dataclass
from enum import StrEnum

from telephony.agents.waits import WaitRange


class Rung(StrEnum):
    TRANSFER = "transfer"
    APPROVAL = "approval"  # a person's yes is all that is needed, and the desk takes approvals
    CALLBACK = "callback"


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a caller of one queue may expect now. `wait` is unknown where there is no data for it."""

    is_open: bool  # this queue, or one that it overflows to
    opens: str | None = None  # where it is not: when it will be, as it is said
    staff: int = 0  # agents at work who can take this call
    free: int = 0
    place: int = 1
    wait: WaitRange | None = None


@dataclass(frozen=True, slots=True)
class Ladder:
    """The thresholds: `[routing]` in business.toml. `approvals`: the desk takes them; until it does, nobody sets it."""

    callback_minutes: int = 10
    callback_waiting_per_agent: int = 4
    approvals: bool = False

    def rung(self, outlook: Outlook, *, approval_only: bool = False) -> Rung:
        """What to offer first. `approval_only`: the caller needs no talk, only a person's yes to one act."""
        if not outlook.is_open or outlook.staff == 0:
            return Rung.CALLBACK
        if approval_only and self.approvals:
            return Rung.APPROVAL
        if outlook.place <= outlook.free:
            return Rung.TRANSFER
        if outlook.wait is not None:
            long = outlook.wait.minutes[1] >= self.callback_minutes
        else:
            long = outlook.place > outlook.staff * self.callback_waiting_per_agent
        return Rung.CALLBACK if long else Rung.TRANSFER
