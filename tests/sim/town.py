"""What every town has in which stories are played in virtual time, whatever carrier stands in it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any, TypeVar

from telephony.agents.agent import Presence
from telephony.assembly.world import World
from telephony.journal import Record
from telephony.service import Service, open_service
from telephony.settings import Settings
from telephony.sim.clock import at_work

T = TypeVar("T")

STORY_SECONDS = 900.0
SETTLE_SECONDS = 5.0
"""After the story: for pipelines to end and agents to be told."""


class AnyTown:
    """The service, and its journals as they are written."""

    def __init__(self, service: Service, records: list[Record]) -> None:
        self.service = service
        self.records = records
        self._news: set[asyncio.Event] = set()

    def available(self, *agents: str) -> None:
        for agent in agents:
            self.service.staff.roster.set(agent, Presence.AVAILABLE, 0)

    def presence(self, agent: str) -> Presence:
        return self.service.staff.roster.seat(agent).presence

    async def news(self) -> None:
        """Waits for the next journal entry of any call."""
        event = asyncio.Event()
        self._news.add(event)
        await event.wait()

    def heard_of(self) -> None:
        news, self._news = self._news, set()
        for event in news:
            event.set()


@asynccontextmanager
async def opened(settings: Settings, world: World) -> AsyncIterator[Service]:
    """The service. It opens and closes at work: threads and files take their real time."""
    with at_work():
        opening = open_service(settings, world)
        service = await opening.__aenter__()
    try:
        yield service
    finally:
        with at_work():
            await opening.__aexit__(None, None, None)


async def told(story: Awaitable[T], *, while_running: Coroutine[Any, Any, None]) -> T:
    """What the story gives, once what it left behind has settled."""
    running = asyncio.create_task(while_running)
    try:
        async with asyncio.timeout(STORY_SECONDS):
            answer = await story
            await asyncio.sleep(SETTLE_SECONDS)
            return answer
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
