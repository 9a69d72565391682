"""Which of Whisper's sizes this machine can afford: the largest whose texts are there in time at the most calls. Pure.

A queue with `workers` servers, Poisson arrivals and exponential service (M/M/c, Erlang's C); real decodes vary less, so
the waits are upper bounds. The service time is what one decode costs on this machine, measured.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

LIMIT_MS = 300.0  # from a caller's last sound to the text, 95 of 100 times
GUESS_MS = 80.0  # of silence before a decode is asked for: [hearing.ear] tail_ms


@dataclass(frozen=True, slots=True)
class Load:
    calls: int
    workers: int
    turn_seconds: float = 8.0  # between two things a caller says
    decodes_per_turn: float = 1.4  # guesses that come to nothing included
    share_of_core: float = 0.02  # that a call takes for media and voice detection (measured: 1.2 to 2.2 %)

    @property
    def arrivals_per_second(self) -> float:
        return self.calls * self.decodes_per_turn / self.turn_seconds


@dataclass(frozen=True, slots=True)
class Cost:
    """ms of one core for a decode of 7 tokens: of most utterances, and of the long ones that the tail is made of."""

    usual_ms: float
    long_ms: float


def text_p95_ms(cost: Cost, load: Load) -> float:
    """From the last sound to the text, for 95 of 100 utterances; infinite where decodes come faster than they go."""
    left = 1.0 - load.calls * load.share_of_core / load.workers  # of each core, when the calls have had theirs
    if left <= 0:
        return math.inf
    service_s = cost.usual_ms / 1000 / left
    waits = erlang_c(load.arrivals_per_second * service_s, load.workers)
    if waits >= 1:
        return math.inf
    drains = load.workers / service_s - load.arrivals_per_second
    waited_s = max(0.0, math.log(waits / 0.05) / drains) if waits > 0 else 0.0
    return GUESS_MS + 1000 * waited_s + cost.long_ms / left


def erlang_c(offered: float, servers: int) -> float:
    """The probability that an arrival finds all `servers` at work; `offered`: arrivals a second times seconds each."""
    if offered >= servers:
        return 1.0
    blocked = 1.0
    for busy in range(1, servers + 1):
        blocked = offered * blocked / (busy + offered * blocked)
    return blocked / (1 - offered / servers * (1 - blocked))


@dataclass(frozen=True, slots=True)
class Proposal:
    name: str | None  # None: even the smallest is too slow
    p95_ms: Mapping[str, float]


def proposal(costs: Sequence[tuple[str, Cost]], load: Load, *, limit_ms: float = LIMIT_MS) -> Proposal:
    """`costs`: the largest size first."""
    p95_ms = {name: text_p95_ms(cost, load) for name, cost in costs}
    return Proposal(next((name for name, ms in p95_ms.items() if ms <= limit_ms), None), p95_ms)
