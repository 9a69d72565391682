"""Where agents see their work, whatever shows it to them: the desk, a test, nothing for those on a plain telephone."""

from dataclasses import dataclass
from typing import Protocol

from models.brief import Brief
from telephony.journal import Journal


@dataclass(frozen=True, slots=True)
class Invitation:
    """An agent who talks with a caller asks a colleague to join them."""

    agent: str
    name: str  # as people call them
    notes: str


class Attending(Protocol):
    """What is shown to agents. None of these waits or raises: a desk that is gone must not touch a call."""

    def offered(
        self, agent: str, *, attempt: str, journal: Journal, caller: str, tier: str, queue: str,
        waited_seconds: float, ring_seconds: float, brief: Brief, on_desk: bool, invitation: Invitation | None = None,
    ) -> None:  # fmt: skip
        """This call is offered to the agent, with its brief; or a colleague asks them to join it."""
        ...

    def briefed(self, agent: str, *, attempt: str, brief: Brief) -> None:
        """A newer brief of an offer that is open."""
        ...

    def closed(self, agent: str, *, attempt: str, why: str) -> None: ...

    def joined(self, agent: str, *, journal: Journal, caller: str, tier: str) -> None:
        """The agent has the caller on the line."""
        ...

    def left(self, agent: str, *, call: str, by: str) -> None: ...

    def wrap_up_due(self, agent: str, *, journal: Journal, caller: str, summary: str, disposition: str | None) -> None:
        """`summary` is a draft, `disposition` a suggestion; the agent's answer goes into the journal."""
        ...
