"""The one bounded pool all engine work goes through: a few worker threads, urgent work first, nothing too late.

It knows no engine: the composition root hands it factories by name. A cluster of engines would stand behind the same
`Pool`. Scheduling happens on the event loop alone; worker threads only run engines and report back, so there is
nothing to lock. Time is the loop's.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from models.engines import Engine, EngineFactory, Engines, Job, Priority, Worker
from models.errors import DeadlinePassed, EngineFailed, InferenceError, PoolClosed, PoolFull

__all__ = ["Engine", "EngineFactory", "InferencePool", "InlinePool", "Pool", "PoolStats", "Priority"]

RECENT_RESULTS = 64  # about two turns of each of thirty calls
TIMINGS_KEPT = 512


@dataclass(frozen=True, slots=True)
class PoolStats:
    queued: int
    running: int
    done: int
    dropped: int  # never run: late before their turn, let go for more urgent work, or nobody waited any more
    wasted: int  # run to the end for nobody
    failed: int
    shared: int  # calls served by another call's run
    p50_ms: float  # from call to result
    p95_ms: float


class Pool(Protocol):
    async def warm_up(self) -> None:
        """Opens every engine. Raises EngineFailed."""
        ...

    async def call(
        self, name: str, *args: object, key: str, deadline_s: float, priority: Priority = Priority.FINAL
    ) -> Any:
        """The engine's result for these arguments. The same `key` in flight or just finished is run once.

        `deadline_s` counts from now. Raises PoolFull, PoolClosed, DeadlinePassed or EngineFailed.
        """
        ...

    def stats(self) -> PoolStats: ...

    async def close(self) -> None: ...


@dataclass(slots=True)
class _Counts:
    done: int = 0
    dropped: int = 0
    wasted: int = 0
    failed: int = 0
    shared: int = 0
    milliseconds: deque[float] = field(default_factory=lambda: deque(maxlen=TIMINGS_KEPT))

    def stats(self, queued: int, running: int) -> PoolStats:
        ordered = sorted(self.milliseconds)
        p50, p95 = (ordered[int(len(ordered) * share)] if ordered else 0.0 for share in (0.5, 0.95))
        return PoolStats(queued, running, self.done, self.dropped, self.wasted, self.failed, self.shared, p50, p95)


class _Results:
    """The last results by engine and key."""

    def __init__(self) -> None:
        self._results: OrderedDict[tuple[str, str], Any] = OrderedDict()

    def __contains__(self, key: tuple[str, str]) -> bool:
        return key in self._results

    def __getitem__(self, key: tuple[str, str]) -> Any:
        return self._results[key]

    def put(self, key: tuple[str, str], result: Any) -> None:
        self._results[key] = result
        while len(self._results) > RECENT_RESULTS:
            self._results.popitem(last=False)


class InferencePool:
    def __init__(
        self, factories: Mapping[str, EngineFactory], *, workers: int, queue_limit: int, close_s: float = 5.0
    ) -> None:
        """One worker a core is right on a CPU: engines run on one thread each."""
        if workers < 1 or queue_limit < 1:
            raise ValueError(f"at least one worker and one place expected, {workers} and {queue_limit} came")
        self._engines = Engines(factories)
        self._workers = [Worker(number, self._engines, self._finished) for number in range(workers)]
        self._queue_limit = queue_limit
        self._close_s = close_s
        self._idle = list(self._workers)
        self._waiting: dict[tuple[str, str], Job] = {}
        self._running: dict[tuple[str, str], Job] = {}
        self._results = _Results()
        self._counts = _Counts()
        self._jobs_made = 0
        self._closed = False

    async def warm_up(self) -> None:
        await asyncio.gather(*(worker.warm_up() for worker in self._workers))

    async def call(
        self, name: str, *args: object, key: str, deadline_s: float, priority: Priority = Priority.FINAL
    ) -> Any:
        if self._closed:
            raise PoolClosed(f"{name}: the pool is closed, no more work is taken ({key})")
        self._engines.check(name)
        if (name, key) in self._results:
            self._counts.shared += 1
            return self._results[name, key]
        deadline_at = asyncio.get_running_loop().time() + deadline_s
        job = self._running.get((name, key)) or self._waiting.get((name, key))
        if job is None:
            job = self._take(name, key, args, priority, deadline_at)
        else:
            self._counts.shared += 1
            job.priority = min(job.priority, priority)
            job.deadline_at = max(job.deadline_at, deadline_at)
        return await self._wait_for(job, deadline_at, deadline_s)

    def stats(self) -> PoolStats:
        return self._counts.stats(len(self._waiting), len(self._running))

    async def close(self) -> None:
        """Lets go of what waits and gives what runs `close_s` to end; an engine that hangs is left to its thread."""
        self._closed = True
        closed = "the pool was closed before its turn"
        for job in list(self._waiting.values()):
            self._drop(job, PoolClosed(f"{job.name}: {closed} ({job.key})"))
        endings = [ending for worker in self._workers if (ending := worker.stop()) is not None]
        if endings:
            await asyncio.wait(endings, timeout=self._close_s)
        for job in list(self._running.values()):
            job.finish(
                error=PoolClosed(f"{job.name}: the pool closed, its engine did not end in {self._close_s:.0f} s")
            )
        self._engines.forget()

    async def _wait_for(self, job: Job, deadline_at: float, deadline_s: float) -> Any:
        job.waiters += 1
        try:
            async with asyncio.timeout_at(deadline_at):
                await asyncio.shield(job.over)
        except TimeoutError:
            where = "its turn came" if job.id in self._waiting else "its engine was ready"
            raise DeadlinePassed(f"{job.name}: a result within {deadline_s:.3f} s expected, they passed before {where}"
                                 f" ({job.key})") from None  # fmt: skip
        finally:
            job.waiters -= 1
            if not job.waiters and self._waiting.get(job.id) is job:
                self._drop(job, DeadlinePassed(f"{job.name}: nobody waits any more ({job.key})"))
        return job.outcome()

    def _take(self, name: str, key: str, args: tuple[object, ...], priority: Priority, deadline_at: float) -> Job:
        if len(self._waiting) >= self._queue_limit:
            self._make_room(name, priority)
        loop = asyncio.get_running_loop()
        self._jobs_made += 1
        job = Job(name, key, args, priority, deadline_at, loop.time(), self._jobs_made, loop.create_future())
        self._waiting[job.id] = job
        self._dispatch()
        return job

    def _make_room(self, name: str, priority: Priority) -> None:
        """The least urgent, newest job leaves for a more urgent one; for an equal one nobody does."""
        least = max(self._waiting.values(), key=lambda job: (job.priority, job.number))
        full = f"at most {self._queue_limit} waiting jobs expected, one more came"
        if least.priority <= priority:
            self._counts.dropped += 1
            raise PoolFull(f"{name}: {full}")
        self._drop(least, PoolFull(f"{least.name}: {full}, more urgent than this one ({least.key})"))

    def _drop(self, job: Job, error: InferenceError) -> None:
        del self._waiting[job.id]
        self._counts.dropped += 1
        job.finish(error=error)

    def _dispatch(self) -> None:
        now = asyncio.get_running_loop().time()
        while self._idle and self._waiting:
            job = min(self._waiting.values(), key=lambda job: (job.priority, job.number))
            if job.deadline_at <= now:
                self._drop(job, DeadlinePassed(f"{job.name}: its time had passed before its turn came ({job.key})"))
                continue
            del self._waiting[job.id]
            self._running[job.id] = job
            self._idle.pop().run(job)

    def _finished(self, worker: "Worker", job: Job, result: Any, error: EngineFailed | None) -> None:
        del self._running[job.id]
        self._idle.append(worker)
        self._counts.done += error is None
        self._counts.failed += error is not None
        self._counts.wasted += not job.waiters
        self._counts.milliseconds.append((asyncio.get_running_loop().time() - job.called_at) * 1000)
        if error is None:
            self._results.put(job.id, result)
        job.finish(result, error)
        self._dispatch()


class InlinePool:
    """Runs each job at once, on the loop: in a replay's virtual time nothing else may happen while an engine works."""

    def __init__(self, factories: Mapping[str, EngineFactory]) -> None:
        self._engines = Engines(factories)
        self._own: dict[str, Engine] = {}
        self._results = _Results()
        self._counts = _Counts()
        self._closed = False

    async def warm_up(self) -> None:
        for name in self._engines.names:
            self._engines.get(name, self._own)

    async def call(
        self, name: str, *args: object, key: str, deadline_s: float, priority: Priority = Priority.FINAL
    ) -> Any:
        if self._closed:
            raise PoolClosed(f"{name}: the pool is closed, no more work is taken ({key})")
        self._engines.check(name)
        if (name, key) in self._results:
            self._counts.shared += 1
            return self._results[name, key]
        if deadline_s <= 0:
            self._counts.dropped += 1
            raise DeadlinePassed(f"{name}: a deadline ahead expected, {deadline_s:.3f} s came ({key})")
        try:
            result = self._engines.run(name, args, self._own)
        except EngineFailed:
            self._counts.failed += 1
            raise
        self._counts.done += 1
        self._counts.milliseconds.append(0.0)  # time stood still
        self._results.put((name, key), result)
        return result

    def stats(self) -> PoolStats:
        return self._counts.stats(queued=0, running=0)

    async def close(self) -> None:
        self._closed = True
        self._own.clear()
        self._engines.forget()
