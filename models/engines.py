"""What the inference pool runs: engines opened by their factories, and the jobs they are given.

An engine is a callable. One that is quicker with several jobs at once (a decoder that reads its weights once for all of
them) has a method `together` beside it, and its factory says how many it takes at most (`BatchEngine`).
"""

import asyncio
import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, Protocol, runtime_checkable

from models.codec import Codec, Json
from models.errors import EngineFailed, InferenceError

log = logging.getLogger(__name__)

Engine = Callable[..., Any]
"""Arguments and result are the engine's own. `Any`, because one pool carries engines of every type; the two sides that
agree on a name agree on its types."""


@runtime_checkable
class BatchEngine(Protocol):
    """An engine that also takes several jobs at once.

    The pool hands over jobs that wait for the same engine when a worker becomes free, the most urgent first, never more
    than the factory's `most_together`. It does not wait for more to come, unless the factory's `gather_ms` says so. A
    job that is alone comes by the ordinary call. Two workers may call a shared engine at the same time.
    """

    def __call__(self, *args: Any) -> Any: ...

    def together(self, jobs: Sequence[tuple[Any, ...]]) -> Sequence[Any]:
        """`jobs`: each one's arguments. One result a job, in their order; an exception in the place of a result fails
        that job alone. When `together` itself raises, the pool runs the jobs one by one."""
        ...


class Priority(IntEnum):
    """Whose work goes first: a caller is waiting, may soon be, or would merely see captions sooner."""

    FINAL = 0
    SPECULATIVE = 1
    PARTIAL = 2


@dataclass(frozen=True, slots=True)
class EngineFactory:
    open: Callable[[], Engine]  # called in a worker thread; may take seconds
    shared: bool = False  # True: one instance serves all workers at once; False: each worker opens its own
    most_together: int = 1  # jobs in one call of a `BatchEngine`; 1: it never gets several
    gather_ms: float = 0.0  # how long a job may wait for others; on a GPU up to 5, on a CPU waiting gains nothing
    holds_gil: bool = False  # True: it keeps the interpreter while it works; a pool process gives each worker a process
    codec: Codec | None = None  # None: it cannot be called from another process
    recipe: Json = field(default_factory=dict)  # what another process needs to open the same engine


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
    guess: bool = False  # asked for by SPECULATIVE calls alone
    began_at: float = 0.0  # loop time, once it runs
    sent: int = 0  # how often it was handed to another process
    waiters: int = 0
    patience: list[asyncio.Timeout] = field(default_factory=list)  # how long each waiter still waits
    result: Any = None
    error: InferenceError | None = None

    @property
    def id(self) -> tuple[str, str]:
        return self.name, self.key

    @property
    def turn(self) -> tuple[Priority, int]:
        """The least is next."""
        return self.priority, self.number

    def hurry(self, priority: Priority, deadline_at: float) -> None:
        """Never makes it less urgent than it was."""
        self.priority = min(self.priority, priority)
        self.deadline_at = max(self.deadline_at, deadline_at)

    def finish(self, result: Any = None, error: InferenceError | None = None) -> None:
        self.result, self.error = result, error
        if not self.over.done():
            self.over.set_result(None)

    def outcome(self) -> Any:
        if self.error is not None:  # a fresh exception for each waiter: a shared one would gather tracebacks
            raise type(self.error)(*self.error.args) from self.error.__cause__
        return self.result


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one job."""

    result: Any = None
    error: EngineFailed | None = None


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

    def factory(self, name: str) -> EngineFactory:
        """Raises KeyError for an engine that nobody gave."""
        if name not in self._factories:
            raise KeyError(f"an engine out of {sorted(self._factories)} expected, {name!r} was called")
        return self._factories[name]

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
        except EngineFailed:  # told by whoever runs the engine elsewhere, or of the arguments
            raise
        except Exception as failure:
            self._distrust(name, engine, own)
            raise _failed(name, failure) from failure

    def run_together(self, name: str, jobs: Sequence[tuple[object, ...]], own: dict[str, Engine]) -> list[Outcome]:
        """One job is an ordinary call, and so is each of several when the engine knows no other way."""
        try:
            engine = self.get(name, own) if len(jobs) > 1 else None
        except EngineFailed as failure:
            return [Outcome(error=failure)] * len(jobs)
        if isinstance(engine, BatchEngine):
            try:
                results = engine.together(jobs)
                if len(results) == len(jobs):
                    return [_outcome(name, result) for result in results]
                log.warning("%s: %d results together expected, %d came", name, len(jobs), len(results))
            except Exception as failure:
                log.warning("%s: %d jobs together failed, each runs alone now: %r", name, len(jobs), failure)
                self._distrust(name, engine, own)
        return [self._run_alone(name, args, own) for args in jobs]

    def _run_alone(self, name: str, args: tuple[object, ...], own: dict[str, Engine]) -> Outcome:
        try:
            return Outcome(self.run(name, args, own))
        except EngineFailed as failure:
            return Outcome(error=failure)

    def _distrust(self, name: str, engine: Engine, own: dict[str, Engine]) -> None:
        own.pop(name, None)
        with self._opening:
            if self._shared.get(name) is engine:
                del self._shared[name]


def _outcome(name: str, result: Any) -> Outcome:
    if not isinstance(result, Exception):
        return Outcome(result)
    if isinstance(result, EngineFailed):
        return Outcome(error=result)
    error = _failed(name, result)
    error.__cause__ = result
    return Outcome(error=error)


def _failed(name: str, failure: Exception) -> EngineFailed:
    return EngineFailed(f"{name}: a result expected, {type(failure).__name__} came: {failure}")
