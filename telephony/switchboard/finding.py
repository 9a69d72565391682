"""Finds who to ask for one search: the roster's best, or the fallback list's next when the roster cannot be asked.

A roster or queue that fails is reported and never costs the caller a person.
"""

import asyncio
from collections.abc import Callable, Collection, Sequence
from typing import TypeVar

from telephony import handoff as h
from telephony.agents.ladder import Outlook
from telephony.agents.staff import Found, Staff

T = TypeVar("T")

LOOK_AGAIN_SECONDS = 10.0
"""How often a roster is asked that says nothing of changes; one that failed may be back."""


class Finding:
    """`lines` are those that are open; `fallback` entries are line:address; `problem` hears what failed."""

    def __init__(
        self,
        people: Staff,
        *,
        call: str,
        handoff: str,
        queue: str,
        lines: Collection[str],
        fallback: Sequence[str],
        problem: Callable[[str, str], None],
        waited_ms: int = 0,
        person: str = "",
    ) -> None:
        self._people = people
        self._call = call
        self._handoff = handoff
        self._queue = queue
        self._lines = lines
        self._fallback = fallback
        self._problem = problem
        self._waited_ms = waited_ms
        self._person = person

    def join(self, *, language: str | None, tier: str | None, known: str | None) -> Outlook | None:
        """The caller takes their place in the queue; what they may expect, unless the queue cannot say.

        `known`: the agent who served them last.
        """
        people, handoff, queue, waited_ms = self._people, self._handoff, self._queue, self._waited_ms
        self._try(
            lambda: people.join(self._call, handoff, queue, language=language, tier=tier, waited_ms=waited_ms), None
        )
        if known is not None:
            self._try(lambda: people.prefer(handoff, known), None)
        if self._person:
            self._try(lambda: people.ask_first(handoff, self._person), None)
        return self._try(lambda: people.outlook(handoff, queue), None)

    def know(self, *, language: str | None, tier: str | None) -> None:
        self._try(lambda: self._people.know(self._handoff, self._queue, language=language, tier=tier), None)

    def outlook(self) -> Outlook | None:
        return self._try(lambda: self._people.outlook(self._handoff, self._queue), None)

    def leave(self, *, served: bool) -> None:
        self._try(lambda: self._people.leave(self._handoff, self._queue, served=served), None)

    async def somebody(self, excluding: frozenset[str]) -> Found:
        """Waits for a free agent, and reserves them."""
        while (found := self._try(lambda: self._reserve(excluding), self._stand_in(excluding))) is None:
            await self._changed()
        return found

    def on_call(self, agent: str) -> None:
        self._try(lambda: self._people.on_call(agent), None)

    def release(self, agent: str, outcome: h.Outcome) -> None:
        self._try(lambda: self._people.release(agent, outcome), None)

    def _reserve(self, excluding: frozenset[str]) -> Found | None:
        return self._people.reserve(self._handoff, self._queue, excluding)

    def _stand_in(self, excluding: frozenset[str]) -> Found | None:
        """The first of the fallback list that was not asked yet."""
        for entry in self._fallback:
            line, _, address = entry.partition(":")
            if line in self._lines and address not in excluding:
                return Found(address, "", line, f"agent:{address}" if line == "webrtc" else address)
        return None

    async def _changed(self) -> None:
        change = asyncio.ensure_future(self._people.changed())
        try:
            await asyncio.wait({change}, timeout=LOOK_AGAIN_SECONDS)
            if change.done() and change.exception() is not None:
                await asyncio.sleep(LOOK_AGAIN_SECONDS)  # it cannot even say when to ask again
        finally:
            change.cancel()

    def _try(self, ask: Callable[[], T], otherwise: T) -> T:
        try:
            return ask()
        except Exception as error:
            self._problem("roster", f"an answer for queue {self._queue} expected, got {error!r}")
            return otherwise
