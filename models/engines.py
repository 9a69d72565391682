"""What the inference pool runs, and on what: engines opened by their factories, jobs, and worker threads."""

import asyncio
import queue
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from models.errors import EngineFailed, InferenceError

Engine = Callable[..., Any]
"""Arguments and result are the engine's own. `Any`, because one pool carries engines of every type; the two sides that
agree on a name agree on its types."""


class Priority(IntEnum):
    """Whose work goes first (speech.md 2.9): a caller is waiting, may soon be, or would merely see captions sooner."""

    FINAL = 0
    SPECULATIVE = 1
    PARTIAL = 2


@dataclass(frozen=True, slots=True)
class EngineFactory:
    open: Callable[[], Engine]  # called in a worker thread; may take seconds
    shared: bool = False  # True: one instance serves all workers at once; False: each worker opens its own


@dataclass(slots=True, eq=False)
class Job:
    name: str
    key: str
    args: tuple[object, ...]
    priority: Priority
    deadline_at: float  # loop time
    called_at: float
    number: int
    over: asyncio.Future[None]
    waiters: int = 0
    result: Any = None
    error: InferenceError | None = None

    @property
    def id(self) -> tuple[str, str]:
        return self.name, self.key

    def finish(self, result: Any = None, error: InferenceError | None = None) -> None:
        self.result, self.error = result, error
        if not self.over.done():
            self.over.set_result(None)

    def outcome(self) -> Any:
        if self.error is not None:  # a fresh exception for each waiter: a shared one would gather tracebacks
            raise type(self.error)(*self.error.args) from self.error.__cause__
        return self.result


class Engines:
    """Opens engines when first needed, and again after one has failed: what state it is left in, nobody knows."""

    def __init__(self, factories: Mapping[str, EngineFactory]) -> None:
        self._factories = dict(factories)
        self._shared: dict[str, Engine] = {}
        self._opening = threading.Lock()
        self.names = tuple(self._factories)

    def forget(self) -> None:
        """The pool is closed: engines are large, and whoever still holds the pool needs them no more."""
        self._shared.clear()

    def check(self, name: str) -> None:
        if name not in self._factories:
            raise KeyError(f"an engine out of {sorted(self._factories)} expected, {name!r} was called")

    def get(self, name: str, own: dict[str, Engine]) -> Engine:
        """`own` are the calling worker's instances. Raises EngineFailed."""
        try:
            if not self._factories[name].shared:
                if name not in own:
                    own[name] = self._factories[name].open()
                return own[name]
            with self._opening:
                if name not in self._shared:
                    self._shared[name] = self._factories[name].open()
                return self._shared[name]
        except Exception as failure:
            raise EngineFailed(f"{name}: the engine cannot be opened: {failure}") from failure

    def run(self, name: str, args: tuple[object, ...], own: dict[str, Engine]) -> Any:
        engine = self.get(name, own)
        try:
            return engine(*args)
        except Exception as failure:
            own.pop(name, None)
            with self._opening:
                if self._shared.get(name) is engine:
                    del self._shared[name]
            raise EngineFailed(f"{name}: a result expected, {type(failure).__name__} came: {failure}") from failure


class Worker:
    """One thread. It takes one task at a time from the loop and reports back to it."""

    def __init__(
        self,
        number: int,
        engines: Engines,
        finished: "Callable[[Worker, Job, Any, EngineFailed | None], None]",
    ) -> None:
        self._name = f"inference-{number}"
        self._engines = engines
        self._finished = finished
        self._own: dict[str, Engine] = {}
        self._tasks: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ended: asyncio.Future[None] | None = None

    def run(self, job: Job) -> None:
        def task() -> None:
            try:
                result, error = self._engines.run(job.name, job.args, self._own), None
            except EngineFailed as failure:
                result, error = None, failure
            self._tell(lambda: self._finished(self, job, result, error))

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
