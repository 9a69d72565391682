"""The pool on threads: a few workers, urgent work first, nothing too late.

Scheduling happens on the event loop alone; worker threads only run engines and report back, so there is nothing to
lock. Time is the loop's.
"""

import asyncio
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from models.engines import EngineFactory, Engines, Job, Outcome, Priority
from models.errors import DeadlinePassed, InferenceError, PoolClosed, PoolFull
from models.inference.stats import Counts, PoolStats, Results
from models.worker import Worker


@dataclass(frozen=True, slots=True)
class Late:
    """A running job: how long ago it should have been ready (negative: it has time), and since when it runs."""

    overdue_s: float
    running_s: float


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
        self._results = Results()
        self._counts = Counts()
        self._jobs_made = 0
        self._closed = False

    @property
    def names(self) -> tuple[str, ...]:
        """Of its engines."""
        return self._engines.names

    async def warm_up(self) -> None:
        await asyncio.gather(*(worker.warm_up() for worker in self._workers))

    async def call(
        self, name: str, *args: object, key: str, deadline_s: float, priority: Priority = Priority.FINAL
    ) -> Any:
        if self._closed:
            raise PoolClosed(f"{name}: the pool is closed, no more work is taken ({key})")
        self._engines.factory(name)
        if (kept := self._results.again((name, key), priority, self._counts)) is not None:
            return kept.result
        deadline_at = asyncio.get_running_loop().time() + deadline_s
        job = self._running.get((name, key)) or self._waiting.get((name, key))
        if job is None:
            job = self._take(name, key, args, priority, deadline_at)
        else:
            self._counts.asked_again(job, priority)
            self._hurry(job, priority, deadline_at)
        return await self._wait_for(job, deadline_at, deadline_s)

    def hurry(self, name: str, key: str, *, priority: Priority, deadline_s: float) -> bool:
        """What was asked for under this key is more urgent now, and whoever waits for it has this long from now.
        False: it is not waiting and not running."""
        job = self._running.get((name, key)) or self._waiting.get((name, key))
        if job is None:
            return False
        self._counts.confirm(job, priority)
        self._hurry(job, priority, asyncio.get_running_loop().time() + deadline_s)
        for timeout in job.patience:
            timeout.reschedule(job.deadline_at)
        return True

    def latest(self) -> "Late":
        """The running job that is furthest behind its deadline."""
        now = asyncio.get_running_loop().time()
        late = [Late(now - job.deadline_at, now - job.began_at) for job in self._running.values()]
        return max(late, key=lambda one: one.overdue_s, default=Late(0.0, 0.0))

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
        patience = asyncio.timeout_at(deadline_at)
        try:
            async with patience:
                job.patience.append(patience)
                await asyncio.shield(job.over)
        except TimeoutError:
            where = "its turn came" if job.id in self._waiting else "its engine was ready"
            raise DeadlinePassed(f"{job.name}: a result within {deadline_s:.3f} s expected, they passed before {where}"
                                 f" ({job.key})") from None  # fmt: skip
        finally:
            job.waiters -= 1
            job.patience.remove(patience)
            if not job.waiters and self._waiting.get(job.id) is job:
                self._drop(job, DeadlinePassed(f"{job.name}: nobody waits any more ({job.key})"))
        return job.outcome()

    def _take(self, name: str, key: str, args: tuple[object, ...], priority: Priority, deadline_at: float) -> Job:
        if len(self._waiting) >= self._queue_limit:
            self._make_room(name, priority)
        loop = asyncio.get_running_loop()
        self._jobs_made += 1
        guess = priority is Priority.SPECULATIVE
        self._counts.speculated += guess
        job = Job(name, key, args, priority, deadline_at, loop.time(), self._jobs_made, loop.create_future(), guess)
        self._waiting[job.id] = job
        self._dispatch()
        return job

    def _hurry(self, job: Job, priority: Priority, deadline_at: float) -> None:
        job.hurry(priority, deadline_at)
        self._dispatch()

    def _make_room(self, name: str, priority: Priority) -> None:
        """The least urgent, newest job leaves for a more urgent one; for an equal one nobody does."""
        least = max(self._waiting.values(), key=lambda job: job.turn)
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
        for job in sorted(self._waiting.values(), key=lambda job: job.turn):
            if not self._idle:
                return
            if job.id not in self._waiting:  # it went with one before it
                continue
            if job.deadline_at <= now:
                self._drop(job, DeadlinePassed(f"{job.name}: its time had passed before its turn came ({job.key})"))
            elif self._may_begin(job, now):
                self._begin(job)

    def _may_begin(self, job: Job, now: float) -> bool:
        """A caption never takes the last worker: the words that a caller waits for may come any moment."""
        if job.priority is Priority.PARTIAL and len(self._idle) == 1 < len(self._workers):
            return False
        factory = self._engines.factory(job.name)
        gathered_at = job.called_at + factory.gather_ms / 1000
        if gathered_at <= now or len(self._others(job)) + 1 >= factory.most_together:
            return True
        asyncio.get_running_loop().call_at(gathered_at, self._dispatch)
        return False

    def _others(self, first: Job) -> list[Job]:
        """Those that wait for the same engine, the next first. Captions go with captions: they may be long."""
        return sorted(
            (
                job
                for job in self._waiting.values()
                if job.name == first.name
                and job is not first
                and (job.priority is Priority.PARTIAL) == (first.priority is Priority.PARTIAL)
            ),
            key=lambda job: job.turn,
        )

    def _begin(self, first: Job) -> None:
        """Jobs go together as far as each worker has its share of what runs and waits; where their engine gathers them,
        all do."""
        factory, now = self._engines.factory(first.name), asyncio.get_running_loop().time()
        others = self._others(first)
        share = math.ceil((len(others) + 1 + len(self._running)) / len(self._workers))
        if factory.gather_ms:
            share = factory.most_together
        jobs = [first, *others[: min(factory.most_together, share) - 1]]
        for job in jobs:
            del self._waiting[job.id]
            self._running[job.id] = job
            job.began_at = now
        self._counts.batches[len(jobs)] += 1
        self._idle.pop().run(jobs)

    def _finished(self, worker: Worker, jobs: Sequence[Job], outcomes: Sequence[Outcome]) -> None:
        self._idle.append(worker)
        now = asyncio.get_running_loop().time()
        for job, outcome in zip(jobs, outcomes, strict=True):
            del self._running[job.id]
            self._counts.done += outcome.error is None
            self._counts.failed += outcome.error is not None
            self._counts.wasted += not job.waiters
            self._counts.took(job.priority, (now - job.called_at) * 1000)
            if outcome.error is None:
                self._results.put(job.id, outcome.result, guess=job.guess)
            job.finish(outcome.result, outcome.error)
        self._dispatch()
