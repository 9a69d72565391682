"""What the decision on the next call is made of, as measured: how long finals take, how busy all is."""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import fmean
from typing import Any, Protocol

from models.inference import Pool, PoolStats, Priority
from telephony import admission
from telephony.admission import AdmissionSettings, Gate
from telephony.lateness import Lateness

SAMPLE_SECONDS = 0.5
WORKER_SAMPLES = 120  # a minute: fewer tell one busy worker in five from one in three by chance alone
CPU_SAMPLES = 20  # 10 s, a turn and its answer; a moment's peak is no load
FINALS_SECONDS = 30.0  # finals of the last half minute count
FINALS_LEAST = 5  # of fewer, one slow one would be the p95

Cpu = Callable[[], float | None]


class Calls(Protocol):
    """How many are up."""

    def __call__(self) -> int: ...


class Admission:
    """`workers`: of the pool; `cpu`: the share of all cores used since it was asked last, None where unknown."""

    def __init__(
        self,
        settings: AdmissionSettings,
        *,
        max_calls: int,
        workers: int,
        loop_late: Lateness,
        now: Callable[[], float],
        cpu: Cpu,
    ) -> None:
        self.shares: Mapping[str, float] = {}
        self.refused = 0
        self._settings = settings
        self._max_calls = max_calls
        self._workers = workers
        self._loop_late = loop_late
        self._now = now
        self._cpu = cpu
        self._gate = Gate()
        self._busy: deque[float] = deque(maxlen=WORKER_SAMPLES)
        self._used: deque[float] = deque(maxlen=CPU_SAMPLES)
        self._finals: deque[tuple[float, float]] = deque(maxlen=512)

    def refuses(self, calls: int) -> str | None:
        """Why no further call is taken while `calls` are up."""
        return admission.reason(self._gate, calls, max_calls=self._max_calls, settings=self._settings)

    def took(self) -> None:
        """A call was taken."""
        self._gate = admission.taken(self._gate, self._now())

    def final(self, milliseconds: float) -> None:
        """One caller's words came, or did not, after so long."""
        self._finals.append((self._now(), milliseconds))

    def timed(self, pool: Pool) -> Pool:
        """`pool`, with its finals timed as callers wait for them."""
        return _Timed(pool, self)

    async def run(self, stats: Callable[[], PoolStats], calls: Calls) -> None:
        """Measures twice a second, until cancelled."""
        while self._settings.by_load:
            self.measure(stats(), calls())
            await asyncio.sleep(SAMPLE_SECONDS)

    def measure(self, stats: PoolStats, calls: int) -> None:
        now = self._now()
        self._busy.append((stats.running + stats.queued) / self._workers)
        while self._finals and self._finals[0][0] < now - FINALS_SECONDS:
            self._finals.popleft()
        found = {
            "workers": admission.waiting_share(fmean(self._busy), self._workers) / self._settings.waiting,
            "loop_late": self._loop_late.p99_ms / self._settings.loop_late_ms,
        }
        if len(self._finals) >= FINALS_LEAST:
            ordered = sorted(took for _, took in self._finals)
            found["final_p95"] = ordered[int(len(ordered) * 0.95)] / self._settings.final_p95_ms
        if (cpu := self._cpu()) is not None:
            self._used.append(cpu)
            found["cpu"] = fmean(self._used) / self._settings.cpu
        self.shares = found
        self._gate = admission.measured(self._gate, found, calls, now=now, settings=self._settings)


class _Timed:
    """Implements `models.inference.Pool`."""

    def __init__(self, inner: Pool, told: Admission) -> None:
        self._inner = inner
        self._told = told

    async def warm_up(self) -> None:
        await self._inner.warm_up()

    async def call(
        self, name: str, *args: object, key: str, deadline_s: float, priority: Priority = Priority.FINAL
    ) -> Any:
        if priority is not Priority.FINAL:
            return await self._inner.call(name, *args, key=key, deadline_s=deadline_s, priority=priority)
        loop = asyncio.get_running_loop()
        began = loop.time()
        try:
            result = await self._inner.call(name, *args, key=key, deadline_s=deadline_s, priority=priority)
        except Exception:  # too late, or a failure: the caller has waited for it all the same
            self._told.final((loop.time() - began) * 1000)
            raise
        self._told.final((loop.time() - began) * 1000)
        return result

    def stats(self) -> PoolStats:
        return self._inner.stats()

    async def close(self) -> None:
        await self._inner.close()


def machine_cpu(stat: Path = Path("/proc/stat")) -> Cpu:
    """From the kernel's counters (proc_stat(5)); unknown where there are none."""
    before: list[int] = []

    def share() -> float | None:
        nonlocal before
        try:
            ticks = [int(word) for word in stat.read_text(encoding="ascii").split("\n", 1)[0].split()[1:9]]
        except (OSError, ValueError):
            return None
        was, before = before, ticks
        if not was:
            return None
        spent = [now - then for now, then in zip(ticks, was, strict=True)]
        idle = spent[3] + spent[4]  # idle, iowait
        return 1.0 - idle / total if (total := sum(spent)) else None

    return share
