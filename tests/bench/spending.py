"""What another process of the bench has cost and holds: asked over its standard input, answered with a line of JSON.

Whatever measures, calls and waits lies in the asking process and is not counted.
"""

import asyncio
import gc
import json
import os
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.bench.context import ROOT

READY_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Spent:
    """In all, of the process alone."""

    cpu_s: float
    rss_kb: int
    calls: int
    tasks: int
    fds: int
    threads: int


def answer(calls: Callable[[], int]) -> None:
    """In the measured process, on its loop: says that it is ready, and then answers each line with a `Spent`."""
    loop = asyncio.get_running_loop()

    def tell() -> None:
        gc.collect()
        fds, threads = len(list(Path("/proc/self/fd").iterdir())), threading.active_count()
        spent = Spent(time.process_time(), _rss_kb(), calls(), len(asyncio.all_tasks(loop)), fds, threads)
        print(json.dumps(asdict(spent)), file=sys.__stdout__, flush=True)

    def listen() -> None:
        for _ in sys.stdin:
            loop.call_soon_threadsafe(tell)

    threading.Thread(target=listen, daemon=True).start()
    print("ready", file=sys.__stdout__, flush=True)


def _rss_kb() -> int:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:"))


class Measured:
    """The asking side."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def spent(self) -> Spent:
        assert self._process.stdin is not None
        self._process.stdin.write(b"?\n")
        await self._process.stdin.drain()
        return Spent(**json.loads(await self._line()))

    async def share(self, seconds: float) -> float:
        """Of one core, over the next `seconds`."""
        loop = asyncio.get_running_loop()
        before, began = await self.spent(), loop.time()
        await asyncio.sleep(seconds)
        after, ended = await self.spent(), loop.time()
        return (after.cpu_s - before.cpu_s) / (ended - began)

    async def _line(self) -> bytes:
        assert self._process.stdout is not None
        line = await self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"a measured process: a line expected, it ended with {await self._process.wait()}")
        return line


@asynccontextmanager
async def measured(
    module: str, *arguments: str, environment: Mapping[str, str] | None = None
) -> AsyncIterator[Measured]:
    """`python -m module arguments` in a process of its own, ready; killed when the block ends."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, *arguments, stdin=pipe, stdout=pipe, stderr=asyncio.subprocess.DEVNULL, cwd=ROOT,
        env={**os.environ, **(environment or {})},
    )  # fmt: skip
    one = Measured(process)
    try:
        async with asyncio.timeout(READY_SECONDS):
            await one._line()
        yield one
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
