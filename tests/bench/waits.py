"""Whether the wait that callers are told comes true 8 times of 10, in a simulated month the estimate knows not."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from tests.bench.context import Context
from tests.bench.writer import Row
from tests.sim.month import HOUR, Caller, Month, World

IDS = ("wait_range_coverage", "wait_range_coverage.waiting", "wait_range_coverage.patient", "wait_range_told")
GOAL = "0.75 to 0.85"
OF = "1 when the wait was within what was said, in whole minutes"


def rows(context: Context) -> Sequence[Row]:
    month = Month(World(), context.seed).run()
    queued = [caller for caller in month.callers if not caller.immediate]
    joined = list(_came_true(queued, joining=True))
    waiting = list(_came_true(queued, joining=False))
    patient = list(_came_true([caller for caller in queued if caller.patient], joining=True))
    told = [float(any(at_joining for _, _, at_joining in caller.told)) for caller in queued]
    left = sum(caller.left_ms is not None for caller in month.callers)
    world = f"{len(month.callers)} callers, {len(queued)} of them found nobody free, {left} hung up"
    make = context.samples.row
    return [
        make(IDS[0], [held for held, _ in joined], "share", unit="of callers told at the beginning", goal=GOAL,
             of=OF, note=f"{world}; by hour {_by_hour(joined)}"),
        make(IDS[1], [held for held, _ in waiting], "share", unit="of what is said each further minute", goal=GOAL,
             of=OF),
        make(IDS[2], [held for held, _ in patient], "share", unit="of callers who never hang up", goal=GOAL, of=OF,
             note="no wait of theirs is unknown"),
        make(IDS[3], told, "share", unit="of callers who found nobody free", goal=">= 0.95",
             of="1 when a range was told, 0 for silence"),
    ]  # fmt: skip


def _came_true(callers: Sequence[Caller], *, joining: bool) -> Iterator[tuple[float, int]]:
    """Each range told whose truth is known, with the hour of the day."""
    for caller in callers:
        for at_ms, told, at_joining in caller.told:
            held = caller.outcome(at_ms, told)
            if at_joining is joining and held is not None:
                yield float(held), at_ms // HOUR % 24


def _by_hour(samples: Sequence[tuple[float, int]]) -> str:
    hours: dict[int, list[float]] = defaultdict(list)
    for held, hour in samples:
        hours[hour].append(held)
    return ", ".join(f"{hour}: {sum(held) / len(held):.2f}" for hour, held in sorted(hours.items()))
