"""What the recogniser's own process costs a call, and what it spares the loop that all calls share.

Three arms in turn, in one run: the loop with nothing beside it, with a recogniser on threads, with one in its process.
"""

import asyncio
import os
import signal
import statistics
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
import soundfile
import uvloop

from models.engines import EngineFactory
from models.inference import InferencePool, Limits, Pool, ProcessPool
from telephony.assembly import recognisers
from telephony.assembly.hearing import COMMAND, languages
from tests.bench import pool_echo
from tests.bench.context import ROOT, Context
from tests.bench.writer import Row
from voice.audio import RATE, Pcm
from voice.dialogue.load import load_business
from voice.pipeline.recognise import ENGINE
from voice.resample import resample

IDS = (
    "pool_overhead_p50_ms",
    "pool_overhead_fork_p50_ms",
    "pool_overhead_cpu_ms",
    "loop_late_empty_p99_ms",
    "loop_late_p99_ms",
    "pool_replaced_p50_ms",
)
CLIPS = ROOT / "tests" / "calls" / "labelled" / "clips"
CALLS, CALLS_FULL = 400, 2000
TURNS, TURNS_FULL = 4, 20
TURN_SECONDS = 3.0
TICK_SECONDS = 0.02  # a frame
ENDS, ENDS_FULL = 5, 20


def rows(context: Context) -> Sequence[Row]:
    return uvloop.run(_rows(context))


async def _rows(context: Context) -> list[Row]:
    return [*await _overhead(context), *await _lateness(context), await _replaced(context)]


# --- there and back -------------------------------------------------------------------------------------------------


async def _overhead(context: Context) -> list[Row]:
    """Each call once through either pool, in turns, so that what else the machine does falls on both."""
    calls = CALLS_FULL if context.full else CALLS
    pcm = np.random.default_rng(context.seed).integers(-3000, 3000, 3 * RATE).astype(np.int16)
    threads = _on_threads({ENGINE: pool_echo.factory(forked=False)})
    process = _in_process({ENGINE: pool_echo.factory(forked=False)}, pool_echo.COMMAND)
    forks = _in_process({ENGINE: pool_echo.factory(forked=True)}, pool_echo.COMMAND)
    async with _open(threads), _open(process), _open(forks):
        timed: dict[str, list[tuple[float, float]]] = {"threads": [], "process": [], "forks": []}
        for number in range(calls):
            for name, pool in (("threads", threads), ("process", process), ("forks", forks)):
                timed[name].append(await _timed(pool, pcm, str(number)))
    more = {
        name: [there[0] - here[0] for there, here in zip(timed[name], timed["threads"], strict=True)]
        for name in ("process", "forks")
    }
    cpu = [there[1] - here[1] for there, here in zip(timed["process"], timed["threads"], strict=True)]
    here_ms = statistics.median(ms for ms, _ in timed["threads"])
    of = "a call through the process less the same call through threads; 3 s of sound, an engine that does nothing"
    note = f"threads of the same process: {here_ms:.2f} ms; one call at a time"
    return [
        context.samples.row(IDS[0], more["process"], "p50", unit="ms", goal="<= 2", of=of, note=note),
        context.samples.row(
            IDS[1], more["forks"], "p50", unit="ms", goal="<= 2", of=of, note=f"{note}; a forked worker (pocketsphinx)"
        ),
        context.samples.row(
            IDS[2], cpu, "mean", unit="ms of CPU", goal="report", of=of, note="in the service's process alone"
        ),
    ]


async def _timed(pool: Pool, pcm: Pcm, key: str) -> tuple[float, float]:
    """Milliseconds, and of this process's CPU."""
    began, cpu_s = time.perf_counter(), time.process_time()
    await pool.call(ENGINE, pcm, "main", key=key, deadline_s=60)
    return (time.perf_counter() - began) * 1000, (time.process_time() - cpu_s) * 1000


# --- the loop beside a recogniser -------------------------------------------------------------------------------


async def _lateness(context: Context) -> list[Row]:
    """One utterance is always being recognised, on one core; the other is the loop's."""
    heard = {ENGINE: recognisers.factory(None, languages(load_business(ROOT / "config")))}
    threads, process = _on_threads(heard), _in_process(heard, COMMAND)
    late: dict[str, list[float]] = {"empty": [], "threads": [], "process": []}
    clips = _clips()
    async with _open(threads), _open(process):
        for turn in range(TURNS_FULL if context.full else TURNS):
            for name, pool in (("empty", None), ("threads", threads), ("process", process)):
                late[name] += await _turn(pool, clips, f"{turn}")
    empty, on_threads = (_p99(late[name]) for name in ("empty", "threads"))
    of = "lateness of one 20 ms tick of the service's loop"
    note = f"pocketsphinx without a pause; an empty loop in the same run: {empty:.2f} ms"
    return [
        context.samples.row(IDS[3], late["empty"], "p99", unit="ms", goal="report", of=of, note="nothing beside it"),
        context.samples.row(
            IDS[4], late["process"], "p99", unit="ms", goal="<= 10", of=of, note=note,
            peer="the same recogniser on threads of the service", peer_value=round(on_threads, 3),
        ),
    ]  # fmt: skip


async def _turn(pool: Pool | None, clips: Sequence[Pcm], turn: str) -> list[float]:
    work = asyncio.create_task(_recognise(pool, clips, turn)) if pool is not None else None
    late: list[float] = []
    due = time.monotonic() + TICK_SECONDS
    ends = time.monotonic() + TURN_SECONDS
    while due < ends:
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        late.append((time.monotonic() - due) * 1000)
        due = max(due + TICK_SECONDS, time.monotonic())  # a stall is one late tick, not the many it swallowed
    if work is not None:
        work.cancel()
        await asyncio.wait({work})
    return late


async def _recognise(pool: Pool, clips: Sequence[Pcm], turn: str) -> None:
    number = 0
    while True:
        await pool.call(ENGINE, clips[number % len(clips)], "main", key=f"{turn}:{number}", deadline_s=60)
        number += 1


def _clips() -> list[Pcm]:
    read = [soundfile.read(path, dtype="int16") for path in sorted(Path(CLIPS).glob("*.flac"))[:20]]
    return [resample(pcm, rate, RATE) for pcm, rate in read]


def _p99(values: Sequence[float]) -> float:
    return sorted(values)[int(len(values) * 0.99)]


# --- when it dies ---------------------------------------------------------------------------------------------------


async def _replaced(context: Context) -> Row:
    heard = {ENGINE: recognisers.factory(None, languages(load_business(ROOT / "config")))}
    at_once = Limits(first_pause_s=0.001, last_pause_s=0.001)
    pool, clip, took = _in_process(heard, COMMAND, at_once), _clips()[0], []
    async with _open(pool):
        for number in range(ENDS_FULL if context.full else ENDS):
            assert pool.pid is not None
            os.kill(pool.pid, signal.SIGKILL)
            began = time.perf_counter()
            await pool.call(ENGINE, clip, "main", key=str(number), deadline_s=60)
            took.append((time.perf_counter() - began) * 1000)
    return context.samples.row(
        IDS[5], took, "p50", unit="ms", goal="<= 4000, an utterance's deadline", of="from SIGKILL to the next words",
        note="pocketsphinx, all its states compiled anew; no pause between restarts in a row",
    )  # fmt: skip


# --- pools ------------------------------------------------------------------------------------------------------


def _on_threads(factories: dict[str, EngineFactory]) -> InferencePool:
    return InferencePool(factories, workers=1, queue_limit=8)


def _in_process(
    factories: dict[str, EngineFactory], command: Sequence[str], limits: Limits | None = None
) -> ProcessPool:
    return ProcessPool(factories, command=command, workers=1, queue_limit=8, limits=limits or Limits())


@asynccontextmanager
async def _open(pool: Pool) -> AsyncIterator[None]:
    await pool.warm_up()
    try:
        yield
    finally:
        await pool.close()
