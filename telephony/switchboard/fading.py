"""A bridge over legs whose network may be lost for some seconds: the other party is told, and so is the record.

A leg that stays lost ends by itself, and the handoff goes on from there; here nothing is decided.
"""

import asyncio
from dataclasses import dataclass
from typing import Protocol

from telephony.bridge import Withholds
from telephony.events import PartyBack, PartyLost
from telephony.journal import Journal
from telephony.leg import Fades, Leg
from voice.events import Event, PersonNews, PersonStage

BEARABLE_SECONDS = 1.0
"""A gap that needs no word, counted from when we noticed: a page that is reloaded is back about then [est]."""


class Told(Protocol):
    def tell(self, event: Event) -> None: ...


@dataclass(frozen=True, slots=True)
class Side:
    leg: Leg
    session: Told
    speaker: str  # caller | agent
    name: str | None = None  # as the other may hear it


class FadingBridge:
    """Implements `telephony.bridge.Withholds` around the one that joins them."""

    def __init__(self, bridge: Withholds, *, caller: Side, agent: Side, journal: Journal) -> None:
        self.kind = bridge.kind
        self._bridge = bridge
        self._sides = ((caller, agent), (agent, caller))
        self._journal = journal
        self._lost_at: dict[str, float] = {}
        self._words: dict[str, asyncio.TimerHandle] = {}

    async def join(self) -> None:
        await self._bridge.join()
        self.watch()

    def watch(self) -> None:
        """For a bridge that is joined already."""
        for side, other in self._sides:
            if isinstance(side.leg, Fades):
                side.leg.on_fade(lambda away, side=side, other=other: self._faded(away, side, other))  # type: ignore[misc]  # mypy cannot infer a lambda's defaults
                if side.leg.away:
                    self._faded(True, side, other)

    async def hold(self, on: bool) -> None:
        await self._bridge.hold(on)

    async def withhold(self, on: bool) -> None:
        await self._bridge.withhold(on)

    async def part(self) -> None:
        for side, _ in self._sides:
            if isinstance(side.leg, Fades):
                side.leg.on_fade(None)
            self._say_nothing(side)
        await self._bridge.part()

    def _faded(self, away: bool, side: Side, other: Side) -> None:
        loop = asyncio.get_running_loop()
        if away:
            self._lost_at[side.speaker] = loop.time()
            self._journal.append(PartyLost(side.speaker))
            news = PersonNews(PersonStage.LINE_LOST, side.name)
            self._words[side.speaker] = loop.call_later(BEARABLE_SECONDS, other.session.tell, news)
            return
        self._say_nothing(side)
        since = self._lost_at.pop(side.speaker, loop.time())
        self._journal.append(PartyBack(side.speaker, round((loop.time() - since) * 1000)))

    def _say_nothing(self, side: Side) -> None:
        words = self._words.pop(side.speaker, None)
        if words is not None:
            words.cancel()
