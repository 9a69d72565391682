"""What calls leave behind in the service's process, and what one that is up holds: resident memory, over many calls."""

import asyncio
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from telephony.sim.caller import Step
from tests.bench.context import Context
from tests.bench.idle_call import Silent
from tests.bench.served import NUMBER, Served, served
from tests.bench.spending import Spent
from tests.bench.writer import Row
from voice.audio import Pcm

IDS = ("rss_per_call_kb", "rss_slope_kb_per_call", "tasks_fds_threads_left")
AT_ONCE = 16
UP_SECONDS = 8.0  # into the greeting: every part of a call is there
SHORT, SHORT_FULL = 200, 2000  # calls; of 2,000 the goal speaks
WARM_UP = 100  # calls before the slope is taken: caches fill, the allocator finds its size
BATCH = 20
SECONDS_EACH = 2.0
SETTLE_SECONDS, SETTLE_TRIES = 0.5, 60


class Leaver(Silent):
    """Holds on for a moment, then hangs up."""

    def __init__(self, seed: int, seconds: float) -> None:
        super().__init__(seed)
        self._left = round(seconds * 50)

    def step(self, heard: Pcm) -> Step:
        self._left -= 1
        self.leaves |= self._left <= 0
        return super().step(heard)


def rows(context: Context) -> Sequence[Row]:
    calls = SHORT_FULL if context.full else SHORT
    each_kb, sizes, left = asyncio.run(_measure(context, calls))
    counts, rss = np.array([n for n, _ in sizes]), np.array([kb for _, kb in sizes])
    slopes = [float(slope) for slope in _slopes(counts, rss)]
    note = f"{BATCH} calls at a time on real sockets, each {SECONDS_EACH:.0f} s of the greeting; after {WARM_UP} calls"
    make = context.samples.row
    return [
        make(IDS[0], each_kb, "max", unit="KB", goal="<= 1,500", of=f"resident memory of {AT_ONCE} calls, each",
             note="in the greeting, on real sockets; the service's process; of a service that had one call before"),
        make(IDS[1], slopes, "p50", unit="KB a call", goal="<= 5",
             of="two moments between batches: growth of resident memory by calls between them (Theil-Sen)",
             note=f"{calls} short calls; {note}"),
        make(IDS[2], [float(one) for one in left], "max", unit="", goal="0",
             of="tasks, open files, threads: how many more than before the first call", note=f"after {calls} calls"),
    ]  # fmt: skip


def _slopes(counts: np.ndarray, rss: np.ndarray) -> np.ndarray:
    i, j = np.triu_indices(len(counts), k=1)
    return (rss[j] - rss[i]) / (counts[j] - counts[i])


async def _measure(context: Context, calls: int) -> tuple[list[float], list[tuple[int, int]], list[int]]:
    with tempfile.TemporaryDirectory(dir=context.folder) as scratch:
        keys = {"max_calls": 64, "by_load": False, "record_audio": False, "prerender": False}
        async with served(Path(scratch), idle=True, **keys) as service:
            await _batch(service, 1, context.seed)
            each_kb = [await _held_by_calls(service, context.seed)]  # before freed memory lies ready for them
            await _batch(service, BATCH, context.seed)
            before = await _settled(service)
            for n in range(WARM_UP // BATCH):
                await _batch(service, BATCH, context.seed + n)
            sizes = [(0, (await _settled(service)).rss_kb)]
            for n in range(calls // BATCH):
                await _batch(service, BATCH, context.seed + n)
                sizes.append(((n + 1) * BATCH, (await _settled(service)).rss_kb))
            after = await _settled(service)
    left = [after.tasks - before.tasks, after.fds - before.fds, after.threads - before.threads]
    return each_kb, sizes, left


async def _held_by_calls(service: Served, seed: int) -> float:
    before = await _settled(service)
    batch = asyncio.create_task(_batch(service, AT_ONCE, seed, seconds=UP_SECONDS + 4.0))
    await asyncio.sleep(UP_SECONDS)
    up = await service.process.spent()
    await batch
    if up.calls != AT_ONCE:
        raise RuntimeError(f"{AT_ONCE} calls at once expected, {up.calls} were up")
    return max(0.0, (up.rss_kb - before.rss_kb) / AT_ONCE)


async def _batch(service: Served, calls: int, seed: int, *, seconds: float = SECONDS_EACH) -> None:
    async with asyncio.TaskGroup() as tasks:
        for n in range(calls):
            party = Leaver(seed + n, seconds)
            tasks.create_task(service.carrier.call(from_=f"+1202555{1000 + n}", to=NUMBER, party=party))
    service.carrier.calls.clear()


async def _settled(service: Served) -> Spent:
    """Once no call is left, and what ends after a call has ended."""
    for _ in range(SETTLE_TRIES):
        spent = await service.process.spent()
        await asyncio.sleep(SETTLE_SECONDS)
        if not spent.calls:
            break
    return await service.process.spent()
