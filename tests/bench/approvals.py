"""Whether an act that needs a person's yes ever reaches the backend without one: random orders of all that happens."""

from collections.abc import Sequence

from telephony.sim.clock import run_virtual
from tests.approvals.orders import STEPS, play
from tests.bench.context import Context
from tests.bench.writer import Row

IDS = ("approval_gate_bypasses",)
ORDERS = 10_000


def rows(context: Context) -> Sequence[Row]:
    played = run_virtual(play(ORDERS, seed=context.seed))
    per_order = [0.0] * ORDERS
    for bypass in played.bypasses:
        per_order[int(bypass.split()[1].rstrip(":"))] += 1
    return [
        context.samples.row(
            IDS[0], per_order, "sum", unit="acts", goal="= 0", of="acts at the backend that no yes accounts for",
            note=f"{ORDERS} orders of {STEPS} steps: proposals, decisions twice, late, stale and over the limits, "
            f"grants forged, changed and used again, callers gone; {played.done} acts were done, "
            f"{played.refused} decisions refused",
        )
    ]  # fmt: skip
