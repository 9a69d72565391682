"""How long callers of one queue wait for a person: what is remembered, and the range that may be said of the next.

A wait is compared by what it took for each call that had to end first, times the agents at work; waits from a place
like the caller's weigh most, and recent ones. Who hung up tells that it would have taken longer (Kaplan and Meier's
estimate). The two ends are then moved, caller by caller, until what is *said*, whole minutes, is too long for one in
ten and too short for one in ten (adaptive conformal inference: Gibbs and Candès, 2021).
"""

import math
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MEMORY = 400
"""Callers remembered who had to wait: some days of a small team, and all that one forecast has to look through."""

ENOUGH = 8
"""With fewer callers whose wait is known nothing is said: an estimate without data is how "zero minutes" gets told."""

ALIKE = 0.5
"""How much two standings differ, as a logarithm of their ratio, when the weight of one falls to 1/e. From trials on a
simulated month (tests/sim/month.py); 0.3 to 0.5 make no difference there."""

FADES = 150
"""After so many further callers a wait weighs 1/e. From the same trials: half or double makes no difference."""

MISSED = 0.1
"""The share of callers for whom either end of the range may be wrong: 8 of 10 are within."""

STEP = 0.02
"""How far one wrong end moves it. Larger steps follow a changed day sooner, and say more jumpy ranges."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a caller stands: their place (from 1) among those who want the same agents, how many of these agents are
    at work, and how many of them are free."""

    place: int = 1
    staff: int = 1
    free: int = 0

    @property
    def departures(self) -> int:
        """How many calls must end before this caller's turn; 0: an agent is free for them."""
        return max(0, self.place - self.free)


@dataclass(frozen=True, slots=True)
class WaitRange:
    """What 8 of 10 callers like this one wait, from now on."""

    low_ms: int
    high_ms: int

    @property
    def minutes(self) -> tuple[int, int]:
        """As it is said: whole minutes, rounded outwards, never "zero"; from one minute on it is said as "up to"."""
        low = max(1, self.low_ms // 60_000)
        return low, max(low, -(-self.high_ms // 60_000))

    def missed(self, wait_ms: float) -> int:
        """Whether what was said came true: 0, or -1 when the wait was shorter, 1 when it was longer."""
        low, high = self.minutes
        if wait_ms > high * 60_000:
            return 1
        return -1 if low > 1 and wait_ms < low * 60_000 else 0


@dataclass(frozen=True, slots=True)
class Waited:
    """One caller's wait, from where they stood at its beginning. `served`: to a person; else they left before."""

    standing: Standing
    wait_ms: int
    served: bool


class WaitHistory:
    """One queue's. Feed it in the order in which the waits ended."""

    def __init__(self, waits: Iterable[Waited] = ()) -> None:
        self._queued: deque[Waited] = deque(maxlen=MEMORY)
        self._at_once: deque[Waited] = deque(maxlen=MEMORY // 4)
        self._columns: tuple[Floats, Floats, Floats, Floats] | None = None
        self._low, self._high = MISSED, 1 - MISSED  # the shares of waits below either end
        for waited in waits:
            self.add(waited)

    def add(self, waited: Waited) -> None:
        if waited.standing.departures == 0:
            self._at_once.append(waited)
            return
        self._learn(waited)
        self._queued.append(waited)
        self._columns = None

    def forecast(self, standing: Standing) -> WaitRange | None:
        """The wait that lies ahead of who stands so; `None` without data, or with nobody at work."""
        at_once = standing.departures == 0
        kept = self._at_once if at_once else self._queued
        if standing.staff == 0 or sum(waited.served for waited in kept) < ENOUGH:
            return None
        if at_once:
            waits = np.array([waited.wait_ms for waited in kept], dtype=float)
            served = np.array([waited.served for waited in kept], dtype=float)
            return _range(waits, served, np.ones(len(kept)), MISSED, 1 - MISSED)
        waits, served, weights = self._as_if(standing)
        return _range(waits, served, weights, self._low, self._high)

    def _as_if(self, standing: Standing) -> tuple[Floats, Floats, Floats]:
        """Each remembered wait as it would have been from `standing`, and how much it weighs.

        Asking, ringing and briefing the agent takes the same time from any place: it is what those waited for whom
        somebody was free.
        """
        if self._columns is None:
            rows = [(w.standing.departures, w.standing.staff, w.wait_ms, w.served) for w in self._queued]
            table = np.array(rows, dtype=float)
            self._columns = (table[:, 0], table[:, 1], table[:, 2], table[:, 3])
        departures, staff, waits, served = self._columns
        asking = float(np.median([float(w.wait_ms) for w in self._at_once if w.served] or [0.0]))
        scale = (standing.departures / departures) * (staff / standing.staff)
        as_if = np.maximum(waits - asking, 0) * scale + np.minimum(waits, asking)
        apart = np.abs(np.log(departures / standing.departures)) + np.abs(np.log(staff / standing.staff))
        age = np.arange(len(waits))[::-1]
        return as_if, served, np.exp(-apart / ALIKE - age / FADES)

    def _learn(self, waited: Waited) -> None:
        """Moves the ends by what would have been said to this caller, where it is known how that came out."""
        said = self.forecast(waited.standing)
        if said is None:
            return
        missed = said.missed(waited.wait_ms)
        if not waited.served and missed != 1:
            return  # they left before anybody could know
        self._low = min(0.45, max(0.01, self._low + STEP * (MISSED - (missed == -1))))
        self._high = max(0.55, min(0.995, self._high - STEP * (MISSED - (missed == 1))))


def _range(waits: Floats, served: Floats, weights: Floats, low: float, high: float) -> WaitRange:
    """The quantiles `low` and `high` of the time to be served, where those who left are only known to wait longer."""
    order = np.lexsort((-served, waits))
    waits, served, weights = waits[order], served[order], weights[order]
    at_risk = np.cumsum(weights[::-1])[::-1]
    reached = 1 - np.cumprod(1 - served * weights / np.maximum(at_risk, 1e-12))
    last = len(waits) - 1
    first, second = (min(last, int(np.searchsorted(reached, share - 1e-12))) for share in (low, high))
    return WaitRange(math.floor(waits[first]), math.ceil(waits[second]))
