"""Whether the next call is taken: by what was measured of the calls that are up, with a hard bound above. Pure.

The gate closes when a measure reaches its limit, and opens when all have stayed well below for a while. Beyond the
number of calls that is known to go well, calls are let in one at a time, and each is watched for a turn's length before
the next: what a caller costs shows only when they speak. Calls that are up are never touched.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

MAX_CALLS, SETTLING = "max_calls", "settling"
"""Reasons beside the names of the measures."""


@dataclass(frozen=True, slots=True)
class AdmissionSettings:
    by_load: bool = True  # false: max_calls alone counts
    final_p95_ms: float = 300.0  # from the end of an utterance to its words; what `warmline check` proposes weights by
    waiting: float = 0.05  # of utterances that find all workers busy: beyond it p95 feels them; 2 workers busy 0.17
    loop_late_ms: float = 20.0  # p99; a frame. 10 is the goal, 50 the alarm
    cpu: float = 0.9  # share of all cores, whoever has them: above it a 20 ms timer waits its turn [estimate]
    reopens_at: float = 0.8  # share of the limits
    quiet_seconds: float = 10.0  # so long below: a turn and its answer take 8 s
    settle_seconds: float = 10.0  # between two calls beyond what is known to go well
    least_calls: int = 2  # taken whatever is measured: so few calls do not cause it, and refusing them mends nothing
    known_calls: int = 8  # known to go well from the start: 4 a core keep p95 within 1.1 (queue model, base.en)


@dataclass(frozen=True, slots=True)
class Gate:
    """Times are loop seconds."""

    closed_by: str | None = None  # the measure
    calm_since: float | None = None  # all measures well below their limits
    known: int = 0  # calls at once that may be, since one less has gone well; beside the settings' own
    last_taken: float = float("-inf")


def waiting_share(busy: float, workers: int) -> float:
    """Share of jobs that find all `workers` at work while each is `busy` for that share of the time: Erlang's C."""
    if busy >= 1.0:
        return 1.0
    offered, blocked = busy * workers, 1.0
    for n in range(1, workers + 1):  # Erlang's B, by its recursion
        blocked = offered * blocked / (n + offered * blocked)
    return blocked / (1.0 - busy * (1.0 - blocked))


def reason(gate: Gate, calls: int, *, max_calls: int, settings: AdmissionSettings) -> str | None:
    """Why the next call is not taken while `calls` are up; None: it is."""
    if calls >= max_calls:
        return MAX_CALLS
    if not settings.by_load or calls < settings.least_calls:
        return None
    if gate.closed_by is not None:
        return gate.closed_by
    return SETTLING if calls >= max(gate.known, settings.known_calls) else None


def taken(gate: Gate, now: float) -> Gate:
    """One more call is up."""
    return replace(gate, last_taken=now)


def measured(gate: Gate, shares: Mapping[str, float], calls: int, *, now: float, settings: AdmissionSettings) -> Gate:
    """`shares`: measure → share of its limit."""
    worst = max(shares, key=lambda name: shares[name], default=None)
    if worst is not None and shares[worst] >= 1.0:
        return replace(gate, closed_by=gate.closed_by or worst, calm_since=None, known=min(gate.known, calls - 1))
    if worst is not None and shares[worst] > settings.reopens_at:
        return replace(gate, calm_since=None)
    since = now if gate.calm_since is None else gate.calm_since
    if now - since < settings.quiet_seconds:
        return replace(gate, calm_since=since)
    settled = now - gate.last_taken >= settings.settle_seconds
    known = max(gate.known, calls + 1) if settled else gate.known
    return replace(gate, closed_by=None, calm_since=since, known=known)
