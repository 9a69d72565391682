"""How soon callers are answered at the edge: last voiced frame sent to first frame of the answer received.

One call at a time. The arms take turns on one machine, with the same callers, the same recognition weights and, where
a voice is rendered live, the same voice. Beside them in the same run: one tick on an empty loop.
"""

import json
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from typing import Any

from tests.bench.context import Context
from tests.bench.edge.arms import Arm, Played, alone, arm
from tests.bench.edge.business import ONE_WORD, PLAIN
from tests.bench.edge.material import prepared
from tests.bench.writer import LEAST, STATISTICS, Row, unmeasured

IDS = (
    "edge_gap_expected_p50_ms", "edge_gap_expected_p95_ms", "edge_gap_expected_16_tokens_p50_ms",
    "edge_gap_free_p50_ms", "edge_gap_live_p50_ms", "edge_gap_live_p95_ms", "stt_final_after_stop_p50_ms",
    "stt_final_after_stop_p95_ms", "edge_cut_off_share", "edge_unanswered_turns", "edge_gap_pipecat_tuned_p50_ms",
    "edge_gap_pipecat_stock_p50_ms", "edge_pipecat_tuned_cut_off_share", "edge_client_late_p99_ms",
)  # fmt: skip
TURNS = "edge_turns.json"  # every turn of every arm, for whoever asks why
EXPECTED = ("yes_no", "choice", "digits")
ROUNDS = 3
CYCLES = {"cached": 6, "live": 1, "tuned": 1, "stock": 1}  # errands of an arm's call, in one round
ROUNDS_OF = {"cached": 3, "live": 2, "tuned": 1, "stock": 1}  # an arm is left out of the other rounds
"""An errand has six turns of expected shapes and takes some 19 s: 108 turns of the cached arm, less what is cut off or
lost, are 6 of the 8 minutes that `make bench` may give. The others come in for their p50; all else is `--full`'s."""
CYCLES_FULL = {"cached": 3, "long": 1, "live": 1, "tuned": 1, "stock": 1}
ROUNDS_FULL, TIMES_FULL = 10, 2
CYCLE_SECONDS = 90.0  # at most; a peer that misses a word is waited for
PEER_SECONDS = 30.0  # of a peer's round; of --full's, as of all
ALONE_SECONDS = 4.0
QUIET_MS = 300  # a caller speaks so long after a question's end; these questions have no pauses
TOKENS, LONG_TOKENS = 7, 16  # of a text: "yes that is right", a long sentence
PEERS = {"tuned": "pipecat 1.14, best tuned", "stock": "pipecat 1.14, stock"}
METHOD = "human clips, base.en shape int8, 7 tokens a text unless said otherwise, words by the script"


def rows(context: Context) -> Sequence[Row]:
    material = prepared(context)
    orders: dict[str, tuple[str, dict[str, Any]]] = {
        "cached": ("service", material.service(ONE_WORD, tokens=TOKENS)),
        **({"long": ("service", material.service(ONE_WORD, tokens=LONG_TOKENS))} if context.full else {}),
        "live": ("service", material.service(PLAIN, tokens=TOKENS, live=True)),
        "tuned": ("peer", material.peer("tuned", PLAIN, tokens=TOKENS)),
        "stock": ("peer", material.peer("stock", PLAIN, tokens=TOKENS)),
    }
    late = alone(ALONE_SECONDS)
    with ExitStack() as stack:
        arms = {name: stack.enter_context(arm(kind, order)) for name, (kind, order) in orders.items()}
        played = _rounds(context, arms)
    late += alone(ALONE_SECONDS)
    turns = {name: [asdict(turn) for one in rounds for turn in one.turns] for name, rounds in played.items()}
    (context.folder / "raw" / TURNS).write_text(json.dumps(turns, indent=1), encoding="utf-8")
    seen = _Seen(context, played, late)
    return [*_ours(seen), *_finals(seen), *_faults(seen), *_peers(seen)]


def _rounds(context: Context, arms: dict[str, Arm]) -> dict[str, list[Played]]:
    """Arm by arm and round by round, so that what else the machine does falls on all of them."""
    played: dict[str, list[Played]] = {name: [] for name in arms}
    for turn in range(ROUNDS_FULL if context.full else ROUNDS):
        for name, one in arms.items():
            if not context.full and turn >= ROUNDS_OF[name]:
                continue
            cycles = CYCLES_FULL[name] * TIMES_FULL if context.full else CYCLES[name]
            peer = name in PEERS and not context.full
            print(f"edge: {name}, round {turn + 1}", file=sys.stderr, flush=True)
            played[name].append(
                one.play(
                    lines=1,
                    calls=1,
                    cycles=cycles,
                    seconds=PEER_SECONDS if peer else CYCLE_SECONDS * cycles,
                    seed=context.seed + 100 * turn,
                    quiet_ms=QUIET_MS,
                )
            )
    return played


@dataclass(frozen=True, slots=True)
class _Seen:
    """What the arms showed, as the rows want it."""

    context: Context
    played: dict[str, list[Played]]
    late: list[float]

    def gaps(self, name: str, *shapes: str) -> list[float]:
        return [gap for one in self.played.get(name, ()) for gap in one.answers_ms(*shapes)]

    def cuts(self, name: str, *shapes: str) -> list[float]:
        return [cut for one in self.played[name] for cut in one.cut_off(*shapes)]

    def p(self, name: str, statistic: str) -> float | None:
        """Of the expected answers; None for too few of them."""
        found = self.gaps(name, *EXPECTED)
        return STATISTICS[statistic](found) if len(found) >= LEAST.get(statistic, 1) else None

    @property
    def base(self) -> str:
        return f"an empty loop's tick was {STATISTICS['p99'](self.late):.1f} ms late (p99) in the same run"

    def unanswered(self, name: str) -> str:
        lost = sum(one.unanswered for one in self.played[name])
        return f"{lost} of {sum(len(one.turns) for one in self.played[name])} turns had no answer before the next"

    def row(self, id: str, samples: list[float], statistic: str, *, unit: str, goal: str, of: str, **more: Any) -> Row:
        """Too few samples are no measurement, and no reason to lose the others."""
        try:
            return self.context.samples.row(id, samples, statistic, unit=unit, goal=goal, of=of, **more)
        except (ValueError, IndexError, ZeroDivisionError) as error:
            return unmeasured(id, unit=unit, goal=goal, why=f"{len(samples)} samples, too few: {error}")


def _ours(seen: _Seen) -> list[Row]:
    gap = {"unit": "ms", "of": "one turn: last voiced frame sent, to the first frame of the answer received"}
    tuned, stock = seen.p("tuned", "p50"), seen.p("stock", "p50")
    beside = {"peer": PEERS["tuned"], "peer_value": tuned}
    cached, live = seen.gaps("cached", *EXPECTED), seen.gaps("live", *EXPECTED)
    cut_free = sum(seen.cuts("cached", "free"))
    return [
        seen.row(IDS[0], cached, "p50", goal="<= 300", **gap, **beside,
                 note=f"{METHOD}; stock pipecat {stock or 0:.0f} ms; {seen.base}"),
        seen.row(IDS[1], cached, "p95", goal="<= 400", **gap, peer=PEERS["tuned"], peer_value=seen.p("tuned", "p95"),
                 note=seen.base),
        seen.row(IDS[2], seen.gaps("long", *EXPECTED), "p50", goal="report", **gap, note="16 tokens a text"),
        seen.row(IDS[3], seen.gaps("cached", "free"), "p50", goal="<= 700", **gap,
                 note=f"requests of 1 to 3.5 s, {cut_free:.0f} of them cut off; {seen.base}"),
        seen.row(IDS[4], live, "p50", goal="<= 450", **gap, **beside,
                 note="cache off, shape-true Piper medium; the peer renders live with the same voice"),
        seen.row(IDS[5], live, "p95", goal="<= 650", **gap, note=seen.base),
    ]  # fmt: skip


def _finals(seen: _Seen) -> list[Row]:
    about = {"unit": "ms", "of": "from the end of a turn to its words"}
    # The arm tells of all its turns each time it is asked: the last answer holds them all.
    finals = list(seen.played["cached"][-1].told["finals_ms"])
    asked = seen.played["cached"][-1].told["asked"]
    note = f"{METHOD}; asked for {asked['speculative']} guesses and {asked['final']} finals"
    return [
        seen.row(IDS[6], finals, "p50", goal="<= 10", **about, note=note),
        seen.row(IDS[7], finals, "p95", goal="<= 120", **about, note=seen.base),
    ]


def _faults(seen: _Seen) -> list[Row]:
    cut = {"unit": "of turns", "of": "1 when answered before the caller had ended"}
    peer_cuts = seen.cuts("tuned", *EXPECTED)
    peer_share = STATISTICS["share"](peer_cuts) if peer_cuts else None
    lost = [float(one.unanswered) for one in seen.played["cached"]]
    return [
        seen.row(IDS[8], seen.cuts("cached", *EXPECTED), "share", goal="<= 0.02", **cut, peer=PEERS["tuned"],
                 peer_value=peer_share or None, note="expected shapes, the very turns of the rows above"),
        seen.row(IDS[9], lost, "sum", unit="turns", goal="0", of="turns of one round without an answer",
                 note=seen.unanswered("cached")),
    ]  # fmt: skip


def _peers(seen: _Seen) -> list[Row]:
    gap = {"unit": "ms", "goal": "report", "of": "one turn, as for Warmline"}
    return [
        seen.row(IDS[10], seen.gaps("tuned", *EXPECTED), "p50", **gap,
                 note=f"no Smart Turn, 0.2 + 0.2 s silence, one shared model, 8 kHz out; {seen.unanswered('tuned')}"),
        seen.row(IDS[11], seen.gaps("stock", *EXPECTED), "p50", **gap,
                 note=f"documented defaults: Silero, Smart Turn v3, a model a call; {seen.unanswered('stock')}"),
        seen.row(IDS[12], seen.cuts("tuned", *EXPECTED), "share", unit="of turns", goal="report",
                 of="1 when answered before the caller had ended", note=PEERS["tuned"]),
        seen.row(IDS[13], seen.late, "p99", unit="ms late", goal="report", of="one 20 ms tick on an empty loop",
                 note="before and after the arms; what the machine itself adds to every tail above"),
    ]  # fmt: skip
