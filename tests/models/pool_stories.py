"""What stories about a pool in another process have in common."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from models.inference import Priority, ProcessPool
from tests.models.pool_process import pool_of


@asynccontextmanager
async def opened(**asked: object) -> AsyncIterator[ProcessPool]:
    pool = pool_of(**asked)  # type: ignore[arg-type]
    await pool.warm_up()
    try:
        yield pool
    finally:
        await pool.close()


class Gate:
    """A job that an engine over there has begun, and will end when the test says so."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "gate"
        os.mkfifo(self._path)
        self.word = f"gate {self._path}"
        self._held: int | None = None

    async def reached(self) -> None:
        await until(self._is_reached)

    def _is_reached(self) -> bool:
        try:
            self._held = os.open(self._path, os.O_WRONLY | os.O_NONBLOCK)
        except OSError:  # nobody reads yet
            return False
        return True

    def open(self) -> None:
        assert self._held is not None
        os.close(self._held)


def said(pool: ProcessPool, word: str, key: str = "", *, deadline_s: float = 20, priority: Priority = Priority.FINAL):
    return asyncio.create_task(pool.call("say", word, key=key or word, deadline_s=deadline_s, priority=priority))


async def has(pool: ProcessPool, *, queued: int, dropped: int = 0) -> None:
    """Waits until the process says so of itself: it has heard then what was said so far."""
    async with asyncio.timeout(20):
        while ((told := await pool.told())["queued"], told["dropped"]) != (queued, dropped):  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def until(told: Callable[[], bool]) -> None:
    """The process tells its numbers every ping."""
    async with asyncio.timeout(20):
        while not told():  # noqa: ASYNC110 - there is nothing to wait for: a number is asked for
            await asyncio.sleep(0.01)
