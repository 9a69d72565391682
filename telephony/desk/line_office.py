"""What an agent can do about the caller on their line, as the desk asks for it; `on_the_line.py` carries it out.

Each call is named by the page that asks: one that shows a call which has moved on changes nothing in the next.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Colleague:
    """Another agent at work. `busy`: rings, talks or wraps up; they are waited for a little."""

    id: str
    name: str
    busy: bool


class LineOffice(Protocol):
    """Each method that decides raises `NotPossible` with a sentence for the agent when it cannot be done (any more)."""

    async def hang_up(self, agent: str, call: str) -> None: ...

    async def hold(self, agent: str, call: str, on: bool) -> None:
        """The caller waits, or is talked with again; twice changes nothing."""
        ...

    def queues(self) -> Mapping[str, str]:
        """Where a caller can be passed on to: name → title."""
        ...

    def colleagues(self, agent: str) -> Sequence[Colleague]:
        """To whom a caller can be passed on, the free ones first."""
        ...

    def numbers(self) -> Mapping[str, str]:
        """What a caller may be asked to key: name → title."""
        ...

    async def ask_keys(self, agent: str, call: str, what: str) -> None:
        """The system takes this number by keypad; until then the agent does not hear the caller."""
        ...

    async def stop_keys(self, agent: str, call: str) -> None:
        """They talk again, without the number."""
        ...

    async def bring_in(self, agent: str, call: str, person: str, notes: str) -> None:
        """The colleague `person` is asked to join them and the caller; the two talk on meanwhile."""
        ...

    async def let_go(self, agent: str, call: str) -> None:
        """Whom they brought in leaves again, or is asked no more."""
        ...

    async def hand_back(self, agent: str, call: str, notes: str, to: str = "", person: str = "") -> None:
        """The system goes on with the caller, with these notes; or it finds another person: in the queue `to`, or the
        colleague `person`, and whoever is free of their queue where that one does not take the call."""
        ...
