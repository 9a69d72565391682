"""How soon callers are answered at the edge: last voiced frame sent to first frame of the answer received.

One call at a time. The arms take turns on one machine, with the same callers, the same recognition weights and, where
a voice is rendered live, the same voice. Beside them in the same run: one tick on an empty loop.
"""

import sys
from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any

from tests.bench.context import Context
from tests.bench.edge.arms import Arm, Played, alone, arm
from tests.bench.edge.material import Material, prepared
from tests.bench.writer import STATISTICS, Row

IDS = (
    "edge_gap_expected_p50_ms", "edge_gap_expected_p95_ms", "edge_gap_expected_16_tokens_p50_ms",
    "edge_gap_free_p50_ms", "edge_gap_live_p50_ms", "edge_gap_live_p95_ms", "stt_final_after_stop_p50_ms",
    "stt_final_after_stop_p95_ms", "edge_cut_off_share", "edge_unanswered_turns", "edge_gap_pipecat_tuned_p50_ms",
    "edge_gap_pipecat_stock_p50_ms", "edge_pipecat_tuned_cut_off_share", "edge_client_late_p99_ms",
)  # fmt: skip
EXPECTED = ("yes_no", "choice", "digits")
ROUNDS = 6
CYCLES = {"cached": 3, "long": 1, "live": 1, "tuned": 1, "stock": 1}  # errands of an arm's call, in one round
ROUNDS_OF = {"cached": 6, "long": 2, "live": 4, "tuned": 2, "stock": 2}  # an arm is left out of the other rounds
ROUNDS_FULL, TIMES_FULL = 10, 2
CYCLE_SECONDS = 90.0  # at most; a peer that misses a word is waited for
ALONE_SECONDS = 6.0
TOKENS, LONG_TOKENS = 7, 16  # of a text: "yes that is right", a long sentence
PEERS = {"tuned": "pipecat 1.14, best tuned", "stock": "pipecat 1.14, stock"}
METHOD = "human clips, base.en shape int8, 7 tokens a text unless said otherwise, words by the script"


def rows(context: Context) -> Sequence[Row]:
    material = prepared(context)
    orders: dict[str, tuple[str, dict[str, Any]]] = {
        "cached": ("service", material.service(tokens=TOKENS)),
        "long": ("service", material.service(tokens=LONG_TOKENS)),
        "live": ("service", material.service(tokens=TOKENS, live=True)),
        "tuned": ("peer", material.peer("tuned", tokens=TOKENS)),
        "stock": ("peer", material.peer("stock", tokens=TOKENS)),
    }
    late = alone(ALONE_SECONDS)
    with ExitStack() as stack:
        arms = {name: stack.enter_context(arm(kind, order)) for name, (kind, order) in orders.items()}
        played = _rounds(context, arms, material)
    late += alone(ALONE_SECONDS)
    return _rows(context, played, late)


def _rounds(context: Context, arms: dict[str, Arm], material: Material) -> dict[str, list[Played]]:
    """Arm by arm and round by round, so that what else the machine does falls on all of them."""
    played: dict[str, list[Played]] = {name: [] for name in arms}
    for turn in range(ROUNDS_FULL if context.full else ROUNDS):
        for name, one in arms.items():
            if not context.full and turn >= ROUNDS_OF[name]:
                continue
            cycles = CYCLES[name] * (TIMES_FULL if context.full else 1)
            print(f"edge: {name}, round {turn + 1}", file=sys.stderr, flush=True)
            played[name].append(
                one.play(
                    lines=1, calls=1, cycles=cycles, seconds=CYCLE_SECONDS * cycles, seed=context.seed + 100 * turn
                )
            )
    return played


def _rows(context: Context, played: dict[str, list[Played]], late: list[float]) -> list[Row]:
    make = context.samples.row
    gaps = {name: _gaps(played[name], *EXPECTED) for name in played}
    free = _gaps(played["cached"], "free")
    peer = {name: STATISTICS["p50"](gaps[name]) for name in PEERS}
    tuned95 = STATISTICS["p95"](gaps["tuned"]) if len(gaps["tuned"]) >= 20 else None
    finals = [ms for one in played["cached"][-1:] for ms in one.told["finals_ms"]]
    base = f"an empty loop's tick was {STATISTICS['p99'](late):.1f} ms late (p99) in the same run"
    stock = f"stock pipecat {peer['stock']:.0f} ms"
    of = "one turn: last voiced frame sent, to the first frame of the answer received"
    cuts = [cut for one in played["cached"] for cut in one.cut_off(*EXPECTED)]
    peer_cuts = [cut for one in played["tuned"] for cut in one.cut_off(*EXPECTED)]
    free_cuts = sum(sum(one.cut_off("free")) for one in played["cached"])
    lost = [float(one.unanswered) for one in played["cached"]]
    served = {
        name: f"{sum(one.unanswered for one in played[name])} of {sum(len(one.turns) for one in played[name])} turns "
        f"had no answer before the next" for name in played
    }  # fmt: skip
    tuned_name = PEERS["tuned"]
    return [
        make(IDS[0], gaps["cached"], "p50", unit="ms", goal="<= 300", of=of, peer=tuned_name, peer_value=peer["tuned"],
             note=f"{METHOD}; {stock}; {base}"),
        make(IDS[1], gaps["cached"], "p95", unit="ms", goal="<= 400", of=of, peer=tuned_name, peer_value=tuned95,
             note=base),
        make(IDS[2], gaps["long"], "p50", unit="ms", goal="report", of=of, note="16 tokens a text"),
        make(IDS[3], free, "p50", unit="ms", goal="<= 700", of=of,
             note=f"requests of 1 to 3.5 s, {free_cuts:.0f} of them cut off; {base}"),
        make(IDS[4], gaps["live"], "p50", unit="ms", goal="<= 450", of=of, peer=tuned_name, peer_value=peer["tuned"],
             note="cache off, shape-true Piper medium; the peer renders live with the same voice"),
        make(IDS[5], gaps["live"], "p95", unit="ms", goal="<= 650", of=of, note=base),
        make(IDS[6], finals, "p50", unit="ms", goal="<= 10", of="from the end of a turn to its words", note=METHOD),
        make(IDS[7], finals, "p95", unit="ms", goal="<= 120", of="from the end of a turn to its words", note=base),
        make(IDS[8], cuts, "share", unit="of turns", goal="<= 0.02", of="1 when answered before the caller had ended",
             peer=tuned_name, peer_value=STATISTICS["share"](peer_cuts) or None,
             note="expected shapes, the very turns of the rows above"),
        make(IDS[9], lost, "sum", unit="turns", goal="0", of="turns of one round without an answer",
             note=served["cached"]),
        make(IDS[10], gaps["tuned"], "p50", unit="ms", goal="report", of=of,
             note=f"no Smart Turn, 0.2 s + 0.2 s of silence, one shared model, 8 kHz out; {served['tuned']}"),
        make(IDS[11], gaps["stock"], "p50", unit="ms", goal="report", of=of,
             note=f"documented defaults: Silero, Smart Turn v3, a model a call; {served['stock']}"),
        make(IDS[12], peer_cuts, "share", unit="of turns", goal="report",
             of="1 when answered before the caller had ended", note=tuned_name),
        make(IDS[13], late, "p99", unit="ms late", goal="report", of="one 20 ms tick on an empty loop",
             note="before and after the arms; what the machine itself adds to every tail above"),
    ]  # fmt: skip


def _gaps(played: Sequence[Played], *shapes: str) -> list[float]:
    return [gap for one in played for gap in one.answers_ms(*shapes)]
