"""How soon a desk shows what happened and a supervisor's act is done, under fifty desks and a hundred calls."""

import json
import subprocess
import sys
from collections.abc import Sequence

from tests.bench.context import ROOT, Context
from tests.bench.writer import Row, percentile

IDS = ("desk_event_p95_ms", "supervisor_action_p95_ms")
SECONDS, FULL_SECONDS = 25, 120
SLOW_START = 120  # s, for fifty desks to be opened on a machine with other work


def rows(context: Context) -> Sequence[Row]:
    seconds = FULL_SECONDS if context.full else SECONDS
    load = [sys.executable, "-m", "tests.bench.wall_load", str(seconds)]
    ran = subprocess.run(load, capture_output=True, text=True, check=True, cwd=ROOT, timeout=seconds + SLOW_START)
    found = json.loads(ran.stdout.splitlines()[-1])
    wall = percentile(0.95)(found["wall_ms"])
    note = (
        f"50 desks and a wall over real sockets, 100 calls' journals, all of it and the pages on one core, "
        f"{found['core']:.0%} of it in use; a change is on the wall within {wall:.0f} ms (p95), looked at every 250 ms"
    )
    make = context.samples.row
    return [
        make(IDS[0], found["desk_ms"], "p95", unit="ms", goal="<= 300",
             of="ms from the journal's entry to the desk's socket", note=note),
        make(IDS[1], found["act_ms"], "p95", unit="ms", goal="<= 500",
             of="ms from the page's request to its answer and the first sound of the call",
             note="listen, coach, barge in, leave; audio stands in for the calls' pipelines"),
    ]  # fmt: skip
