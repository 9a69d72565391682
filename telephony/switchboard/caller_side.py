"""What the search for a person needs of the caller: their leg, what agents may see of them, the newest brief."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from models.brief import Brief
from telephony.events import Problem
from telephony.journal import Journal
from telephony.leg import Leg
from voice.pipeline.session import Session


class BriefSource(Protocol):
    """The newest brief; asking composes it anew and raises its version when something in it changed. And what routing
    must know of the caller."""

    def newest(self) -> Brief: ...

    @property
    def language(self) -> str: ...

    @property
    def tier(self) -> str: ...


@dataclass(frozen=True, slots=True)
class CallerSide:
    call: str
    shown: str  # name or number, as agents may see it
    tier: str
    journal: Journal
    leg: Leg
    session: Session
    now_ms: Callable[[], int]
    known: str | None  # the agent who served them last
    joined: Callable[[str], None]  # the caller talks with this agent now
    left: Callable[[str, str], None]  # (agent, by): no longer

    def problem(self, part: str, what: str) -> None:
        self.journal.append(Problem(part, what))
