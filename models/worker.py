"""One thread of the pool. It takes one task at a time from the loop and reports back to it."""

import asyncio
import queue
import threading
from collections.abc import Callable, Sequence
from typing import Any

from models.engines import Engine, Engines, Job, Outcome
from models.errors import EngineFailed


class Worker:
    def __init__(
        self,
        number: int,
        engines: Engines,
        finished: "Callable[[Worker, Sequence[Job], Sequence[Outcome]], None]",
    ) -> None:
        self._name = f"inference-{number}"
        self._engines = engines
        self._finished = finished
        self._own: dict[str, Engine] = {}
        self._tasks: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ended: asyncio.Future[None] | None = None

    def run(self, jobs: Sequence[Job]) -> None:
        """All of one engine."""

        def task() -> None:
            outcomes = self._engines.run_together(jobs[0].name, [job.args for job in jobs], self._own)
            self._tell(lambda: self._finished(self, jobs, outcomes))

        self._begin()
        self._tasks.put(task)

    async def warm_up(self) -> None:
        opened = asyncio.get_running_loop().create_future()

        def task() -> None:
            error: EngineFailed | None = None
            try:
                for name in self._engines.names:
                    self._engines.get(name, self._own)
            except EngineFailed as failure:
                error = failure
            self._tell(lambda: _settle(opened, error))

        self._begin()
        self._tasks.put(task)
        if (error := await opened) is not None:
            raise error

    def stop(self) -> "asyncio.Future[None] | None":
        """Ends the thread after its present task; what is returned is done when it has. None: it never began."""
        if self._thread is not None:
            self._tasks.put(None)
        return self._ended

    def _begin(self) -> None:
        if self._thread is None:
            self._loop = asyncio.get_running_loop()
            self._ended = self._loop.create_future()
            # A daemon, so that an engine that hangs cannot hold the process at its end.
            self._thread = threading.Thread(target=self._work, name=self._name, daemon=True)
            self._thread.start()

    def _work(self) -> None:
        while (task := self._tasks.get()) is not None:
            task()
        ended = self._ended
        assert ended is not None
        self._tell(lambda: _settle(ended, None))

    def _tell(self, what: Callable[[], object]) -> None:
        assert self._loop is not None
        try:
            self._loop.call_soon_threadsafe(what)
        except RuntimeError:  # the loop was closed while an engine worked: nobody is left to tell
            return


def _settle(future: "asyncio.Future[Any]", value: object) -> None:
    """The one who waited may have gone meanwhile."""
    if not future.done():
        future.set_result(value)
