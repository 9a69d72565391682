"""One pool process after another: opened, watched, ended when it does not answer, and followed by the next."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from models.errors import EngineFailed, EngineGone, InferenceError
from models.inference import wire
from models.inference.link import Link
from models.inference.watch import Limits, Pauses, Watch
from models.inference.wire import Message


@dataclass(frozen=True, slots=True)
class Orders:
    """What every process is told to open."""

    command: Sequence[str]
    recipes: bytes
    workers: int
    queue_limit: int


class Lives:
    """`hear` gets what a process says. `came` is called when one has its engines open, `gone` with why it went and the
    pause before the next, `never` when not even the first could open them."""

    def __init__(
        self,
        orders: Orders,
        limits: Limits,
        *,
        hear: Callable[[Message], None],
        came: Callable[[], None],
        gone: Callable[[str, float], None],
        never: Callable[[InferenceError], None],
    ) -> None:
        self.link: Link | None = None
        self.back_at = 0.0  # loop time: when the next process may be ready, while there is none
        self._orders, self._limits = orders, limits
        self._hear, self._came, self._gone, self._never = hear, came, gone, never
        self._start_s = 0.0  # what the last start took
        self._came_at = 0.0  # loop time: when the process there is now was ready
        self._ends: list[str] = []  # why the processes before it went, without a calm one between
        self._watch: Watch | None = None
        self._first: asyncio.Future[None] | None = None
        self._task: asyncio.Task[None] | None = None

    def begin(self) -> "asyncio.Future[None]":
        """Starts the first one, unless that was done. Done when its engines are open; raises EngineFailed."""
        if self._first is None:
            self._first = asyncio.get_running_loop().create_future()
            self._task = asyncio.create_task(self._live(self._first), name="pool process")
        return self._first

    @property
    def trouble(self) -> str:
        """Why there is no process, or none that has been well for a while after several that were not; "" else."""
        if self.link is not None and asyncio.get_running_loop().time() - self._came_at >= self._limits.calm_s:
            self._ends.clear()
        if not self._ends or (self.link is not None and len(self._ends) == 1):
            return ""
        return f"ended {len(self._ends)} times in a row, at last: {self._ends[-1]}"

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})

    async def _live(self, first: "asyncio.Future[None]") -> None:
        """Until closed, or until the first one could not open its engines."""
        loop, pauses = asyncio.get_running_loop(), Pauses(self._limits)
        while True:
            link, began_at = Link(self._sort), loop.time()
            try:
                await self._open(link)
                if not first.done():
                    first.set_result(None)
                why = await self._serve(link)
            except InferenceError as failure:
                why = str(failure)
                if not first.done():
                    self._give_up(first, failure)
                    return
            finally:
                self.link = self._watch = None
                await asyncio.shield(link.end())
            lived_s = loop.time() - began_at
            pause_s = pauses.after(lived_s)
            if lived_s >= self._limits.calm_s:
                self._ends.clear()
            self._ends.append(why)
            self.back_at = loop.time() + pause_s + self._start_s
            self._gone(why, pause_s)
            await asyncio.sleep(pause_s)

    async def _open(self, link: Link) -> None:
        """A process with its engines open. Raises EngineFailed, or EngineGone when it ended or took too long."""
        began_at, orders = asyncio.get_running_loop().time(), self._orders
        opening = {
            "do": "open",
            "id": 1,
            "workers": orders.workers,
            "queue_limit": orders.queue_limit,
            "log_level": logging.getLogger().getEffectiveLevel(),
        }
        try:
            async with asyncio.timeout(self._limits.start_s):
                await link.start(orders.command)
                answer = (await link.ask(opening, orders.recipes)).header
        except TimeoutError:
            raise EngineGone(f"the pool process: engines open within {self._limits.start_s:.0f} s expected") from None
        if answer["is"] == "error":
            raise wire.error_of(answer)
        self._start_s = asyncio.get_running_loop().time() - began_at
        self.link, self._came_at = link, asyncio.get_running_loop().time()
        self._came()

    async def _serve(self, link: Link) -> str:
        """Watches it. Why it has to go."""
        loop = asyncio.get_running_loop()
        self._watch = Watch(self._limits, loop.time())
        while True:
            for question in ("ping", "stats"):
                link.send({"do": question, "id": 1})
            await asyncio.wait({link.ended}, timeout=self._limits.ping_s)
            if link.ended.done():
                return link.ended.result()
            if (why := self._watch.beat(loop.time(), cpu_s=link.cpu_s())) is not None:
                return why

    def _sort(self, message: Message) -> None:
        if message.header.get("is") != "pong":
            self._hear(message)
        elif self._watch is not None:
            overdue_s, running_s = (float(message.header[name]) / 1000 for name in ("overdue_ms", "running_ms"))
            self._watch.heard(asyncio.get_running_loop().time(), overdue_s=overdue_s, running_s=running_s)

    def _give_up(self, first: "asyncio.Future[None]", failure: InferenceError) -> None:
        error = failure if isinstance(failure, EngineFailed) else EngineFailed(str(failure))
        first.set_exception(error)
        first.exception()  # seen: a call that began the process waits for its own job
        self._first = None  # the next call, or warm-up, tries again
        self._never(error)
