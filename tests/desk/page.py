"""A browser's page as the line sees it: its offers, what it hears and is told, and its going."""

import asyncio
from collections.abc import Callable

import numpy as np

from telephony.leg import LegEnded, LegId
from telephony.sim.browser import Peer
from telephony.sim.caller import Step
from tests.sim.sounds import tone
from voice.audio import FRAME_MS, Pcm


class Bell:
    """Remembers how desks were rung; `open_desks` says whose are there."""

    def __init__(self, *open_desks: str) -> None:
        self.open_desks = open_desks
        self.rung: list[tuple[str, str]] = []
        self.stopped: list[LegEnded | None] = []

    def ring(self, leg: LegId, *, agent: str, call: str, ring_seconds: float) -> bool:
        self.rung.append((agent, call))
        return agent in self.open_desks

    def stop(self, leg: LegId, *, agent: str, why: LegEnded | None) -> None:
        self.stopped.append(why)


class Loud:
    """A party who buzzes all the time, and remembers what it heard."""

    def __init__(self) -> None:
        self.heard: list[Pcm] = []
        self.more = asyncio.Event()

    def step(self, heard: Pcm) -> Step:
        self.heard.append(heard)
        self.more.set()
        return Step(tone(500, FRAME_MS))


class Page:
    """One peer connection of a page: a loud microphone up, a voice down, a data channel."""

    def __init__(self) -> None:
        self.offer = ""
        self.told: list[str] = []
        self._party = Loud()
        self._peer = Peer(self._party, on_message=self._take)

    @classmethod
    async def open(cls) -> "Page":
        page = cls()
        page.offer = await page._peer.offer()
        return page

    async def takes(self, answer: str) -> None:
        await self._peer.takes(answer)

    def _take(self, message: str) -> None:
        self.told.append(message)
        self._party.more.set()

    async def hears(self, loud: int = 1000) -> None:
        """Waits until something of this peak was heard, from now on."""
        self._party.heard.clear()
        await self._until(lambda: any(np.abs(part).max() > loud for part in self._party.heard))

    async def is_told(self, words: str) -> None:
        await self._until(lambda: any(words in message for message in self.told))

    async def _until(self, so: Callable[[], bool]) -> None:
        async with asyncio.timeout(45):
            while not so():
                self._party.more.clear()
                await self._party.more.wait()

    async def leaves(self) -> None:
        """Closes as a page does whose tab is shut."""
        await self._peer.opened()
        self._peer.leave()

    async def vanishes(self) -> None:
        """Its connection is gone, without a word."""
        await self._peer.close()
