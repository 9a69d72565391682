"""The pool in a process of its own: engines work there, and the loop here is never kept waiting by one.

What is asked for twice, what is finished already and how long everyone waits is decided here; what runs when, there.
The process is watched. One that ends or hangs is replaced: what it was doing is handed, once more, to the next one.
Calls wait for that as long as their deadline allows, and fail at once when it cannot be back in time.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from models.codec import Packed
from models.engines import EngineFactory, Job, Priority
from models.errors import DeadlinePassed, EngineFailed, EngineGone, InferenceError, PoolClosed, PoolFull
from models.inference import wire
from models.inference.link import Link
from models.inference.lives import Lives, Orders
from models.inference.packed import codec_of
from models.inference.remote_stats import RemoteCounts
from models.inference.stats import PoolStats, Results
from models.inference.watch import Limits
from models.inference.wire import Header, Message

log = logging.getLogger(__name__)

SENDINGS = 2  # of one job: that is all that an utterance which breaks its engine can do

LIMITS = Limits()


class ProcessPool:
    def __init__(
        self,
        factories: Mapping[str, EngineFactory],
        *,
        command: Sequence[str],
        workers: int,
        queue_limit: int,
        limits: Limits = LIMITS,
        problem: Callable[[str], None] = lambda what: None,
    ) -> None:
        """`command` starts a pool process (`child.main`) that understands the factories' recipes; `problem` is told of
        each that ended. Raises ValueError for an engine that cannot be called from another process."""
        self._codecs = {name: codec_of(name, factory) for name, factory in factories.items()}
        recipes = wire.json_bytes({name: factory.recipe for name, factory in factories.items()})
        self._lives = Lives(
            Orders(command, recipes, workers, queue_limit), limits,
            hear=self._hear, came=self._came, gone=self._gone, never=self._never,
        )  # fmt: skip
        self._most_held = 2 * (workers + queue_limit)  # of jobs here; the process refuses what is too much for it
        self._problem = problem
        self._jobs: dict[tuple[str, str], Job] = {}
        self._by_number: dict[int, Job] = {}
        self._results = Results()
        self._counts = RemoteCounts(workers)
        self._number = 0
        self._closed = False

    @property
    def _link(self) -> Link | None:
        return self._lives.link

    @property
    def pid(self) -> int | None:
        """Of the process that runs the engines now."""
        return None if self._link is None else self._link.pid

    async def warm_up(self) -> None:
        if self._closed:
            raise PoolClosed("the pool is closed, its process is not started again")
        await asyncio.shield(self._lives.begin())

    async def call(
        self, name: str, *args: object, key: str, deadline_s: float, priority: Priority = Priority.FINAL
    ) -> Any:
        if self._closed:
            raise PoolClosed(f"{name}: the pool is closed, no more work is taken ({key})")
        if name not in self._codecs:
            raise KeyError(f"an engine out of {sorted(self._codecs)} expected, {name!r} was called")
        if (kept := self._results.again((name, key), priority, self._counts)) is not None:
            return kept.result
        if deadline_s <= 0:
            self._counts.dropped += 1
            raise DeadlinePassed(f"{name}: a deadline ahead expected, {deadline_s:.3f} s came ({key})")
        self._lives.begin()
        deadline_at = asyncio.get_running_loop().time() + deadline_s
        job = self._jobs.get((name, key))
        if job is None:
            job = self._take(name, key, args, priority, deadline_at)
        else:
            self._counts.asked_again(job, priority)
            self._hurry(job, priority, deadline_at)
        return await self._wait_for(job, deadline_at, deadline_s)

    def stats(self) -> PoolStats:
        return self._counts.of(len(self._jobs), running=self._link is not None, trouble=self._lives.trouble)

    async def told(self) -> Header:
        """What the process says of itself, asked now: `stats` of docs/inference-protocol.md. Raises EngineGone."""
        if self._link is None:
            raise EngineGone("there is no pool process to ask")
        self._number += 1
        stats: Header = (await self._link.ask({"do": "stats", "id": self._number})).header["stats"]
        return stats

    async def close(self) -> None:
        """Whoever still waits is told; the process ends when its connection closes."""
        self._closed = True
        for job in list(self._jobs.values()):
            self._finish(job, error=PoolClosed(f"{job.name}: the pool was closed before its result came ({job.key})"))
        await self._lives.close()

    # --- jobs ---------------------------------------------------------------------------------------------------

    def _take(self, name: str, key: str, args: tuple[Any, ...], priority: Priority, deadline_at: float) -> Job:
        loop = asyncio.get_running_loop()
        if len(self._jobs) >= self._most_held:
            self._counts.dropped += 1
            raise PoolFull(f"{name}: at most {self._most_held} jobs in all expected, one more came ({key})")
        if self._link is None and deadline_at <= self._lives.back_at:
            self._counts.failed += 1
            raise EngineGone(f"{name}: its process has ended, and the next is not ready within the deadline ({key})")
        packed = self._codecs[name].pack_args(args)
        self._number += 1
        guess = priority is Priority.SPECULATIVE
        self._counts.speculated += guess
        over = loop.create_future()
        job = Job(name, key, (packed,), priority, deadline_at, loop.time(), self._number, over, guess)
        self._jobs[job.id] = self._by_number[job.number] = job
        self._send(job)
        return job

    def _hurry(self, job: Job, priority: Priority, deadline_at: float) -> None:
        job.hurry(priority, deadline_at)
        if self._link is not None:
            self._link.send({"do": "hurry", "id": job.number, **self._urgency(job)})

    def _send(self, job: Job) -> None:
        """When there is nobody to send it to, the next process gets it."""
        if self._link is None:
            return
        job.sent += 1
        self._counts.resent += job.sent > 1
        (packed,) = job.args
        assert isinstance(packed, Packed)
        header = {"do": "call", "id": job.number, "engine": job.name, "key": job.key, "args": dict(packed.head)}
        try:
            self._link.send({**header, **self._urgency(job)}, packed.blob)
        except wire.WireError as error:
            self._finish(job, error=EngineFailed(f"{job.name}: arguments that can travel expected: {error}"))

    def _urgency(self, job: Job) -> Header:
        left_s = job.deadline_at - asyncio.get_running_loop().time()
        return {"priority": int(job.priority), "deadline_ms": round(left_s * 1000, 1)}

    async def _wait_for(self, job: Job, deadline_at: float, deadline_s: float) -> Any:
        job.waiters += 1
        try:
            async with asyncio.timeout_at(deadline_at):
                await asyncio.shield(job.over)
        except TimeoutError:
            where = "its result came" if self._link is not None else "its process was back"
            raise DeadlinePassed(f"{job.name}: a result within {deadline_s:.3f} s expected, they passed before {where}"
                                 f" ({job.key})") from None  # fmt: skip
        finally:
            job.waiters -= 1
            if not job.waiters and not job.over.done():
                self._forget(job)
        return job.outcome()

    def _forget(self, job: Job) -> None:
        """Nobody waits any more."""
        if self._link is not None:
            self._link.send({"do": "forget", "id": job.number})  # it counts it
        else:
            self._counts.dropped += 1
        self._finish(job, error=DeadlinePassed(f"{job.name}: nobody waits any more ({job.key})"))

    def _finish(self, job: Job, result: Any = None, error: InferenceError | None = None) -> None:
        del self._jobs[job.id], self._by_number[job.number]
        job.finish(result, error)

    # --- what the process says ----------------------------------------------------------------------------------

    def _hear(self, message: Message) -> None:
        header = message.header
        match header.get("is"):
            case "result" | "error" if (job := self._by_number.get(wire.number_of(header))) is not None:
                self._answered(job, message)
            case "result":  # forgotten; its answer was already on the way
                pass
            case "error" if header.get("kind") in wire.ERRORS:  # of one that nobody waits for any more, likewise
                pass
            case "error":
                log.warning("the pool process: %s", header.get("message"))
            case "stats":
                self._counts.told(header["stats"], len(self._jobs))
            case "log":
                level = int(header["level"])
                logging.getLogger(str(header["logger"])).log(level, "%s", header["message"])
            case other:
                raise wire.WireError(f"an answer of the pool expected, {other!r} came")

    def _answered(self, job: Job, message: Message) -> None:
        self._counts.took(job.priority, (asyncio.get_running_loop().time() - job.called_at) * 1000)
        if message.header["is"] == "error":
            error = wire.error_of(message.header)
            self._counts.failed += isinstance(error, EngineFailed)
            self._finish(job, error=error)
            return
        try:
            result = self._codecs[job.name].unpack_result(Packed(message.header["value"], message.blob))
        except (ValueError, KeyError, TypeError) as error:
            self._counts.failed += 1
            self._finish(job, error=EngineFailed(f"{job.name}: a result of this engine expected, other came: {error}"))
            return
        self._counts.done += 1
        self._results.put(job.id, result, guess=job.guess)
        self._finish(job, result)

    # --- the process comes and goes -----------------------------------------------------------------------------

    def _came(self) -> None:
        for job in sorted(self._jobs.values(), key=lambda job: job.turn):
            self._send(job)

    def _gone(self, why: str, pause_s: float) -> None:
        """What was in it is sent again once; what cannot be in time fails now."""
        self._counts.lost_process()
        again = 0
        for job in list(self._jobs.values()):
            if job.sent >= SENDINGS or job.deadline_at <= self._lives.back_at:
                self._counts.failed += 1
                lost = "ended with it" if job.sent else "is not there"
                self._finish(job, error=EngineGone(f"{job.name}: its process {lost}: {why} ({job.key})"))
            else:
                again += bool(job.sent)
        what = f"the pool process has to be started again in {pause_s:.1f} s: {why}; {again} jobs go to the next one"
        log.warning("%s", what)
        self._problem(what)

    def _never(self, failure: InferenceError) -> None:
        for job in list(self._jobs.values()):
            self._counts.failed += 1
            self._finish(job, error=EngineFailed(str(failure)))
