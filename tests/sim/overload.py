"""More callers than a machine can serve, in virtual time: the real admission over a pool whose work only takes time.

What one utterance costs comes in; a caller speaks every eight seconds, 1.4 decodes a turn, the first of
them at 100 ms of silence while the stop window of 200 ms still runs.
"""

import asyncio
import heapq
import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from models.inference import PoolStats, Priority
from telephony.admission import AdmissionSettings
from telephony.lateness import Lateness
from telephony.sim.clock import run_virtual
from telephony.switchboard.admission_load import Admission

CYCLE_SECONDS = (5.0, 11.0)  # from one utterance's end to the next: 8 s on average
CALL_SECONDS = 90.0
GUESS_SECONDS, WINDOW_SECONDS = 0.1, 0.2  # of silence: the first decode; the end of the turn
WRONG_GUESSES = 0.4  # a turn
MEDIA_SHARE = 0.022  # of a core, that a call takes from the workers
SPREAD = (0.8, 1.4)  # of the service times


class CostedPool:
    """`cost_seconds`: an utterance's, on a core of its own. Implements `models.inference.Pool`."""

    def __init__(self, *, workers: int, cost_seconds: float, rng: random.Random) -> None:
        self.calls_up = 0
        self._free = workers
        self._workers = workers
        self._cost_seconds = cost_seconds
        self._rng = rng
        self._queue: list[tuple[int, int, asyncio.Future[None]]] = []
        self._jobs: dict[str, asyncio.Task[None]] = {}
        self._number = 0
        self._running = 0

    async def warm_up(self) -> None:
        pass

    async def call(
        self, name: str, *args: object, key: str, deadline_s: float, priority: Priority = Priority.FINAL
    ) -> Any:
        if key not in self._jobs:
            self._jobs[key] = asyncio.create_task(self._run(priority))
        await asyncio.shield(self._jobs[key])

    async def _run(self, priority: Priority) -> None:
        if not self._free:
            turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._number += 1
            heapq.heappush(self._queue, (priority, self._number, turn))
            await turn
        else:
            self._free -= 1
        self._running += 1
        left = max(0.05, 1.0 - MEDIA_SHARE * self.calls_up / self._workers)
        await asyncio.sleep(self._cost_seconds * self._rng.uniform(*SPREAD) / left)
        self._running -= 1
        if self._queue:
            heapq.heappop(self._queue)[2].set_result(None)
        else:
            self._free += 1

    def stats(self) -> PoolStats:
        return PoolStats(len(self._queue), self._running, 0, 0, 0, 0, 0, 0.0, 0.0)

    async def close(self) -> None:
        pass


@dataclass
class Day:
    """What came of it. `gaps_ms`: from the end of an admitted caller's words to their being known."""

    gaps_ms: list[float] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    taken: int = 0
    most_up: int = 0

    @property
    def p95_ms(self) -> float:
        return sorted(self.gaps_ms)[int(len(self.gaps_ms) * 0.95)]


def day(
    *,
    calls_at_once: float,
    seconds: float = 1200.0,
    workers: int = 2,
    cost_seconds: float = 0.088,
    ramp_seconds: float = 300.0,
    max_calls: int = 1000,
    settings: AdmissionSettings | None = None,
    seed: int = 7,
) -> Day:
    """Callers come so often that `calls_at_once` would be up if all were taken; the rate grows over the ramp."""
    simulated = _Simulated(calls_at_once, seconds, ramp_seconds, workers, cost_seconds, max_calls, seed)
    return run_virtual(simulated.run(settings or AdmissionSettings()))


class _Simulated:
    def __init__(
        self, calls: float, seconds: float, ramp_seconds: float, workers: int, cost_seconds: float, most: int, seed: int
    ) -> None:
        self._rng = random.Random(seed)
        self._calls, self._seconds, self._ramp_seconds, self._most = calls, seconds, ramp_seconds, most
        self._workers, self._cost_seconds = workers, cost_seconds
        self._day = Day()
        self._up = 0

    async def run(self, settings: AdmissionSettings) -> Day:
        loop = asyncio.get_running_loop()
        costed = CostedPool(workers=self._workers, cost_seconds=self._cost_seconds, rng=self._rng)
        admission = Admission(
            settings, max_calls=self._most, workers=self._workers, loop_late=Lateness(), now=loop.time,
            cpu=lambda: None,
        )  # fmt: skip
        pool = admission.timed(costed)
        measuring = asyncio.create_task(admission.run(pool.stats, lambda: self._up))
        async with asyncio.TaskGroup() as tasks:
            while (now := loop.time()) < self._seconds:
                rate = self._calls / CALL_SECONDS * min(1.0, (now + 10.0) / self._ramp_seconds)
                await asyncio.sleep(self._rng.expovariate(rate))
                if (why := admission.refuses(self._up)) is not None:
                    self._day.refused[why] += 1
                    continue
                admission.took()
                self._day.taken += 1
                tasks.create_task(self._caller(f"call {self._day.taken}", pool, costed))
        measuring.cancel()
        return self._day

    async def _caller(self, name: str, pool: Any, costed: CostedPool) -> None:
        loop = asyncio.get_running_loop()
        self._up += 1
        costed.calls_up = self._up
        self._day.most_up = max(self._day.most_up, self._up)
        leaves_at = loop.time() + CALL_SECONDS
        turn = 0
        while loop.time() < leaves_at:
            turn += 1
            await asyncio.sleep(self._rng.uniform(*CYCLE_SECONDS))
            if self._rng.random() < WRONG_GUESSES:
                guess = pool.call("hear", key=f"{name} {turn} no", deadline_s=4.0, priority=Priority.SPECULATIVE)
                wrong = asyncio.create_task(guess)
                await asyncio.sleep(self._rng.uniform(0.5, 1.5))
                await wrong
            await self._said(f"{name} {turn}", pool)
        self._up -= 1
        costed.calls_up = self._up

    async def _said(self, key: str, pool: Any) -> None:
        loop = asyncio.get_running_loop()
        ended = loop.time()
        await asyncio.sleep(GUESS_SECONDS)
        guess = asyncio.create_task(pool.call("hear", key=key, deadline_s=4.0, priority=Priority.SPECULATIVE))
        await asyncio.sleep(WINDOW_SECONDS - GUESS_SECONDS)
        await pool.call("hear", key=key, deadline_s=4.0)
        await guess
        self._day.gaps_ms.append((loop.time() - ended) * 1000)
