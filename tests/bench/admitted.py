"""What admitted calls feel of twice as many callers as the machine carries: the real gate, in virtual time."""

from collections.abc import Sequence

from telephony.admission import AdmissionSettings
from tests.bench.context import Context
from tests.bench.writer import Row
from tests.sim.overload import Day, day

IDS = ("admitted_p95_at_2x_ratio", "admitted_capacity_calls")
SEEDS, SEEDS_FULL = 5, 20
COST_SECONDS = 0.088  # base int8, 5 s window, 16 tokens, one core [measured]
UNTIL_FULL = 48.0  # callers at once, of whom the gate takes what it finds the machine to carry


def rows(context: Context) -> Sequence[Row]:
    seeds = range(context.seed, context.seed + (SEEDS_FULL if context.full else SEEDS))
    carried = [_up(day(calls_at_once=UNTIL_FULL, cost_seconds=COST_SECONDS, seed=seed)) for seed in seeds]
    capacity = sorted(carried)[len(carried) // 2]
    ratios = [_ratio(2.0 * capacity, seed) for seed in seeds]
    note = (
        f"virtual time: the real admission, a pool of 2 workers that takes {COST_SECONDS * 1000:.0f} ms an utterance"
        " (0.8 to 1.4 of it), 1.4 decodes a turn of 8 s, 2.2 % of a core a call; real sockets: the edge rows"
    )
    make = context.samples.row
    return [
        make(IDS[0], ratios, "max", unit="ratio", goal="<= 1.1",
             of="a day: p95 from the end of words to their being known, of admitted calls, by that of a lone caller",
             note=f"{note}; {2 * capacity} callers at once, twice what it carries; worst of {len(ratios)} days"),
        make(IDS[1], [float(one) for one in carried], "p50", unit="calls", goal="report",
             of="a day: the most calls at once that the gate took", note=note),
    ]  # fmt: skip


def _ratio(callers: float, seed: int) -> float:
    alone = day(calls_at_once=1, seconds=6000.0, cost_seconds=COST_SECONDS, seed=seed)
    rush = day(calls_at_once=callers, cost_seconds=COST_SECONDS, seed=seed, settings=AdmissionSettings())
    return rush.p95_ms / alone.p95_ms


def _up(one: Day) -> int:
    return one.most_up
