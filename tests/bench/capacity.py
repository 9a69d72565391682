"""How many calls at once are still answered in time on this machine, beside pipecat's best on the same weights.

A ramp: so many callers speak for a while, each about once in six seconds, then more of them, until the 95th
percentile leaves the goal. Each step lasts until some sixty turns can have come: of fewer, the 95th percentile is the
worst one. Callers, carrier and service share the machine; the callers' own share is in the note.
"""

import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field

from tests.bench.context import Context
from tests.bench.edge.arms import Arm, Played, alone, arm
from tests.bench.edge.business import USUAL
from tests.bench.edge.material import prepared
from tests.bench.writer import STATISTICS, Row

IDS = (
    "calls_at_p95_500ms", "calls_ratio_vs_pipecat", "underruns_16_calls", "pacing_p99_ms", "call_core_pct_16_calls",
)  # fmt: skip
EXPECTED = ("yes_no", "choice", "digits")
GOAL_MS = 500.0
KNEE = 1.5  # a peer that never reaches the goal is counted up to so many times its p95 at its first step
CALLS = 16
STEPS, STEPS_FULL = (8, 12, 16, 24), (1, 4, 8, 12, 16, 20, 24, 28, 32, 36, 40, 48)
PEER_STEPS, PEER_STEPS_FULL = (4, 8, 16), (1, 2, 4, 6, 8, 10, 12, 16, 20)
STEP_SECONDS, STEP_SECONDS_FULL = 26.0, 90.0  # at least
THINKS_MS = (300, 1_500)
TURN_SECONDS = 6.2  # from one answer to the next: 3.5 s of question, 0.4 s of quiet, a thought, the answer, ours
EXPECTED_SHARE = 6 / 8  # of an errand's turns
LEAST_TURNS = 60
STARTS_MS = 6_000  # calls begin spread over as long as a turn takes
TOKENS = 7
ALONE_SECONDS = 6.0
WARMLINE, PIPECAT = "Warmline", "pipecat 1.14, best tuned"


@dataclass(frozen=True, slots=True)
class Step:
    calls: int
    p50_ms: float
    p95_ms: float
    turns: int
    unanswered: int
    cut_off: int
    core_pct_per_call: float
    client_pct: float
    holes: int
    wrong: Mapping[str, float] = field(default_factory=dict)  # how turns were answered that went wrong, of all turns


def rows(context: Context) -> Sequence[Row]:
    material = prepared(context)
    late = alone(ALONE_SECONDS)
    sixteen: list[Played] = []

    def keep(calls: int, played: Played) -> None:
        if calls == CALLS:
            sixteen.append(played)

    with arm("service", material.service(USUAL, tokens=TOKENS)) as service:
        steps = STEPS_FULL if context.full else STEPS
        ours = _ramp(context, service, steps, lambda step, _: step.p95_ms <= GOAL_MS, keep)
        if not sixteen:  # the ramp ended before: what is told of sixteen calls is told all the same
            ours.append(_step(context, service, CALLS, keep))
    with arm("peer", material.peer("tuned", USUAL, tokens=TOKENS)) as peer:
        steps = PEER_STEPS_FULL if context.full else PEER_STEPS
        theirs = _ramp(context, peer, steps, lambda step, first: step.p95_ms <= max(GOAL_MS, KNEE * first.p95_ms))
    late += alone(ALONE_SECONDS)
    kept = {"arms": {WARMLINE: [asdict(one) for one in ours], PIPECAT: [asdict(one) for one in theirs]}}
    (context.folder / "raw" / "capacity_arms.json").write_text(json.dumps(kept, indent=1), encoding="utf-8")
    return _rows(context, ours, theirs, sixteen[0], late)


def _ramp(
    context: Context,
    one: Arm,
    steps: Iterable[int],
    goes_on: Callable[[Step, Step], bool],
    keep: Callable[[int, Played], None] = lambda calls, played: None,
) -> list[Step]:
    """Up to the first step that is too many, itself included: a plot shows where the knee is."""
    made: list[Step] = []
    for calls in steps:
        made.append(_step(context, one, calls, keep))
        if not goes_on(made[-1], made[0]):
            break
    return made


def _step(context: Context, one: Arm, calls: int, keep: Callable[[int, Played], None]) -> Step:
    seconds = STEP_SECONDS_FULL if context.full else STEP_SECONDS
    needed = STARTS_MS / 1000 + LEAST_TURNS / EXPECTED_SHARE * TURN_SECONDS / calls
    seconds = max(seconds, needed)  # few calls need longer for as many turns
    print(f"capacity: {calls} calls, {seconds:.0f} s", file=sys.stderr, flush=True)
    before = one.asked().get("answered", {})
    played = one.play(
        lines=calls, calls=1, cycles=100, seconds=seconds, seed=context.seed + calls, thinks_ms=THINKS_MS,
        starts_ms=STARTS_MS,
    )  # fmt: skip
    keep(calls, played)
    found = played.answers_ms(*EXPECTED)
    # A turn that went on when the callers hung up has no answer yet: one of each call at the most.
    lost = max(0, played.unanswered - calls)
    gaps = [*found, *[10_000.0] * lost] or [10_000.0]
    wrong = {
        how: round((count - before.get(how, 0)) / max(1, len(played.turns)), 3)
        for how, count in played.told.get("answered", {}).items()
    }
    print(f"capacity: {len(found)} turns answered, {lost} not; of all: {wrong}", file=sys.stderr, flush=True)
    return Step(
        calls,
        STATISTICS["p50"](gaps),
        STATISTICS["p95"](gaps),
        len(found),
        lost,
        round(sum(played.cut_off(*EXPECTED))),
        core_pct_per_call=100 * played.core_share / calls,
        client_pct=100 * played.client_share,
        holes=len(played.holes_ms),
        wrong=wrong,
    )


def _rows(
    context: Context, ours: Sequence[Step], theirs: Sequence[Step], sixteen: Played, late: list[float]
) -> list[Row]:
    make = context.samples.row
    own = in_time(ours, GOAL_MS)
    limit = GOAL_MS if theirs[0].p95_ms <= GOAL_MS else KNEE * theirs[0].p95_ms
    peer = in_time(theirs, limit)
    alone99 = STATISTICS["p99"](late)
    at16 = next(step for step in ours if step.calls == CALLS)
    walk, walked = _walk(ours), _walk(theirs)
    unheard = ", ".join(f"{100 * step.wrong.get('unheard', 0.0):.0f}" for step in ours)
    how = f"p95 of {peer[-1]:.0f} calls is within {limit:.0f} ms, " + (
        "the same goal"
        if limit == GOAL_MS
        else f"{KNEE} times its p95 at {theirs[0].calls} calls, since it never meets the goal"
    )
    return [
        make(IDS[0], own, "max", unit="calls", goal=">= 16", of="a step of the ramp whose p95 was within 500 ms",
             peer=PIPECAT, peer_value=float(max(peer)),
             note=f"calls: p95 ms {walk}; % of turns not heard: {unheard}; base.en shape int8, 7 tokens, cached "
                  "prompts, expected answers, callers think 0.3 to 1.5 s, a turn in about 6 s; callers took "
                  f"{at16.client_pct:.0f} % of a core at 16; an empty loop's tick was {alone99:.1f} ms late (p99)"),
        make(IDS[1], [max(own) / (max(peer) or 1.0)], "max", unit="times pipecat's calls", goal=">= 2",
             of="ratio of the two ramps", note=f"pipecat's ramp {walked}; {how}"),
        make(IDS[2], [float(hole > 0) for hole in sixteen.holes_ms] or [0.0], "sum", unit="gaps in the playback buffer",
             goal="0", of="1 for each time the carrier ran out of audio inside a prompt",
             note=f"over {len(sixteen.turns)} turns of 16 calls"),
        make(IDS[3], list(sixteen.gaps_ms), "p99", unit="ms", goal="report", peer="one tick on an empty loop, same run",
             of="gap between two messages of a prompt, less their length, once the lead is there",
             peer_value=round(max(alone99, 0.001), 3),
             note="16 calls; sent up to 100 ms ahead, so this much is not heard"),
        make(IDS[4], [at16.core_pct_per_call], "mean", unit="% of a core a call", goal="report",
             of="CPU time of all the service's processes, models included",
             note=f"pipecat at {theirs[0].calls} calls: {theirs[0].core_pct_per_call:.0f} %"),
    ]  # fmt: skip


def _walk(steps: Sequence[Step]) -> str:
    return ", ".join(f"{step.calls}: {step.p95_ms:.0f} of {step.turns + step.unanswered} turns" for step in steps)


def in_time(steps: Sequence[Step], limit_ms: float) -> list[float]:
    """Steps up to the first that was too late; 0 where even the first was."""
    found = [0.0]
    for step in steps:
        if step.p95_ms > limit_ms:
            break
        found.append(float(step.calls))
    return found
