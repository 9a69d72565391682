"""What the room of approvals needs of a call, and of the house: small doors, so that both can be played in a test."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from telephony.access import Role, Who
from telephony.access.audit import Outcome
from telephony.journal import Journal
from voice.dialogue.business import Business
from voice.events import ApprovalNews, ColleagueNews


@dataclass(frozen=True, slots=True)
class CallSide:
    """`words`: what was said in a turn, redacted, or "" ; `prefer`: whoever is sought next, this agent first.
    `business`: with the rules that the call began with, which it keeps."""

    journal: Journal
    tell: Callable[[ApprovalNews | ColleagueNews], None]
    caller: Callable[[], str]  # as agents may see them
    tier: Callable[[], str]
    words: Callable[[int], str]
    prefer: Callable[[str], None]
    business: Business

    @property
    def id(self) -> str:
        return self.journal.call


class Audience(Protocol):
    """Who works here."""

    def may_answer(self, agent: str, queue: str) -> bool:
        """Whether this agent is free now, and has what the queue asks for."""
        ...

    def can_take(self, agent: str) -> bool:
        """Whether a call can be put through to this person at all."""
        ...

    def name(self, person: str) -> str: ...


class Notes(Protocol):
    """The audit, as far as it is needed here."""

    def note(
        self, who: Who, what: str, *, call: str = "", outcome: Outcome = Outcome.DONE, detail: str = ""
    ) -> None: ...


class Present:
    """Whose page is open, and so who could answer. A person with two pages is one person."""

    def __init__(self) -> None:
        self._pages: dict[str, int] = {}
        self._people: dict[str, Who] = {}

    def came(self, who: Who) -> None:
        self._people[who.id] = who
        self._pages[who.id] = self._pages.get(who.id, 0) + 1

    def left(self, who: Who) -> None:
        self._pages[who.id] = self._pages.get(who.id, 1) - 1
        if self._pages[who.id] <= 0:
            del self._pages[who.id]
            self._people.pop(who.id, None)

    def could_answer(self, audience: Audience, queue: str, *, agents: bool, but: frozenset[str]) -> frozenset[str]:
        """Everybody here who may: supervisors, and where `agents` free agents of the queue; without `but`."""
        return frozenset(
            who.id
            for who in self._people.values()
            if who.id not in but
            and (who.has(Role.SUPERVISOR) or (agents and who.has(Role.AGENT) and audience.may_answer(who.id, queue)))
        )
