"""How punctually the carrier's stand-in plays many calls at once on one core; the service has no part in this.

Callers and far end are processes of their own, on the loopback. Beside it, in the same run: one tick on an empty loop,
first alone and then again after the calls, which is what the machine itself is late by.
"""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from tests.bench.context import ROOT, Context
from tests.bench.writer import STATISTICS, Row

IDS = ("standin_calls_on_time",)
CALLS = 100
SECONDS, LONG_SECONDS = 10.0, 60.0  # of each call; with --full the long one
ALONE_SECONDS = 10.0
STARTS_SECONDS = 30.0
"""The last of the calls begins about 2.5 s after the first, and interpreters take a few seconds."""


def rows(context: Context) -> Sequence[Row]:
    seconds = LONG_SECONDS if context.full else SECONDS
    with _far_end(seconds + 3 * STARTS_SECONDS + 2 * ALONE_SECONDS) as port:
        before = _callers(port, 0, ALONE_SECONDS)
        told = _callers(port, CALLS, seconds)
        after = _callers(port, 0, ALONE_SECONDS)
    alone = STATISTICS["p99"]([*before["late_ms"], *after["late_ms"]])
    echoed = f"{told['heard']} of {CALLS} heard their echo, {told['violations']} violations"
    return [
        context.samples.row(
            IDS[0], told["late_ms"], "p99", unit=f"ms late, {CALLS} calls on one core", goal="<= 20",
            of="lateness of one 20 ms tick of one call", peer="one tick on an empty loop, same run",
            peer_value=round(max(alone, 0.001), 3),
            note=(
                f"{told['cpu_share']:.2f} of a core; {echoed}; the machine's load was {os.getloadavg()[0]:.1f} "
                f"on {os.cpu_count()} cores, callers and far end included"
            ),
        )
    ]  # fmt: skip


@contextmanager
def _far_end(seconds: float) -> Iterator[int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [sys.executable, "-m", "tests.bench.far_end", str(port), str(seconds)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        try:
            assert process.stdout is not None and process.stdout.readline() == "ready\n"
            yield port
        finally:
            process.terminate()


def _callers(port: int, count: int, seconds: float) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.bench.callers", str(port), str(count), str(seconds)]
    shown = subprocess.run(
        command, capture_output=True, text=True, check=True, cwd=ROOT, timeout=seconds + STARTS_SECONDS
    )
    told: dict[str, Any] = json.loads(shown.stdout)
    return told
