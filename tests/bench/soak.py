"""Eight calls at once for half an hour (two minutes without --full): nothing grows, nobody is stuck, no gap sounds."""

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations

from tests.bench.context import Context
from tests.bench.edge.arms import Arm, Played, arm
from tests.bench.edge.business import PLAIN
from tests.bench.edge.material import prepared
from tests.bench.writer import Row

IDS = (
    "soak_rss_slope_kb_per_call", "soak_tasks_left", "soak_fds_left", "soak_stuck_turns", "soak_underruns",
    "soak_calls",
)  # fmt: skip
LINES = 8
SECONDS, SECONDS_FULL = 120.0, 1_800.0
WARM_UP_SECONDS = 20.0
STUCK_MS = 5_000.0
EVERY_SECONDS = 2.0
WARM_SHARE = 0.3  # of the time, in which caches fill and the allocator finds its size
SETTLE_SECONDS = 6.0  # after the last call: for its record to be written
TOKENS = 7


@dataclass(frozen=True, slots=True)
class Look:
    at_s: float
    rss_kb: int
    calls: int  # ended by then


def rows(context: Context) -> Sequence[Row]:
    seconds = SECONDS_FULL if context.full else SECONDS
    material = prepared(context)
    with arm("service", material.service(PLAIN, tokens=TOKENS)) as service:
        _played(service, context, WARM_UP_SECONDS)  # the first calls load what is loaded once
        time.sleep(SETTLE_SECONDS)
        before, tasks = service.used(), service.asked()["tasks"]
        began, looks = time.monotonic(), list[Look]()

        def look(ended: int) -> None:
            looks.append(Look(time.monotonic() - began, service.used().rss_kb, ended))

        print(f"soak: {LINES} calls for {seconds:.0f} s", file=sys.stderr, flush=True)
        played = _played(service, context, seconds, look)
        time.sleep(SETTLE_SECONDS)
        after, tasks_after = service.used(), service.asked()["tasks"]
    return _rows(context, played, looks, tasks_after - tasks, after.fds - before.fds, after.rss_kb - before.rss_kb)


def _played(service: Arm, context: Context, seconds: float, look: Callable[[int], None] | None = None) -> Played:
    return service.play(
        lines=LINES, calls=1_000_000, cycles=1, seconds=seconds, seed=context.seed, starts_ms=8_000, look=look,
        every=EVERY_SECONDS,
    )  # fmt: skip


def _rows(context: Context, played: Played, looks: list[Look], tasks: int, fds: int, rss_kb: int) -> list[Row]:
    make = context.samples.row
    slopes = slopes_kb(looks)
    late = [float(turn.answer_ms is not None and turn.answer_ms > STUCK_MS) for turn in played.turns]
    lost = max(0, played.unanswered - LINES)  # those that went on when the callers hung up are none
    minutes = looks[-1].at_s / 60
    return [
        make(IDS[0], slopes, "p50", unit="kB a call", goal="<= 5" if context.full else "report",
             of="slope between two looks at resident memory, by calls ended in between",
             note=f"median of all pairs after the warm-up; {rss_kb / 1024:+.1f} MB over {len(played.calls)} calls"
             + ("" if context.full else "; two minutes cannot tell growth from noise, --full takes thirty, goal <= 5")),
        make(IDS[1], [float(tasks)], "max", unit="tasks", goal="<= 0", of="tasks after the soak, less those before"),
        make(IDS[2], [float(fds)], "max", unit="files", goal="<= 0", of="open files after the soak, less those before"),
        make(IDS[3], [*late, *[1.0] * lost], "sum", unit="turns", goal="0", of="1 for a turn not answered within 5 s",
             note=f"of {len(played.turns)} turns"),
        make(IDS[4], [1.0 for _ in played.holes_ms] or [0.0], "sum", unit="gaps in the playback buffer", goal="0",
             of="1 for each time the carrier ran out of audio inside a prompt"),
        make(IDS[5], [float(len(played.calls))], "max", unit="calls", goal="report", of="calls in the soak",
             note=f"{LINES} at once, {minutes:.1f} minutes"),
    ]  # fmt: skip


def slopes_kb(looks: Sequence[Look]) -> list[float]:
    """Theil and Sen's estimator: the median of these is the slope, whatever a few looks caught."""
    warm = [one for one in looks if one.at_s >= WARM_SHARE * looks[-1].at_s]
    apart = warm[:: max(1, len(warm) // 60)]
    pairs = [(one, other) for one, other in combinations(apart, 2) if other.calls > one.calls]
    return [(other.rss_kb - one.rss_kb) / (other.calls - one.calls) for one, other in pairs] or [0.0]
