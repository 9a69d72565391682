"""How late things happen that should happen on time: a histogram that costs next to nothing, and the loop's own clock.

A frame that is sent late, or a loop that is held up, is what a caller hears as a gap.
"""

import asyncio
import logging
from bisect import bisect_left
from collections import deque

log = logging.getLogger(__name__)

BOUNDS_MS = (1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0)
"""Upper bounds: 10 ms is the p99 wanted, 20 a frame, 50 the alarm, 100 what a carrier holds."""

RECENT = 512  # of the latest values, for `p99_ms`: 51 s of the loop's, 10 s of a leg that is spoken to

TICK_SECONDS = 0.1  # ten timers a second: 0.02 % of a core [measured], and a stall of 50 ms is seen
ALARM_MS = 50.0
ALARM_EVERY_SECONDS = 10.0  # an overloaded machine need not write a log as well


class Lateness:
    """Milliseconds late, counted by bucket."""

    def __init__(self) -> None:
        self.counts = [0] * (len(BOUNDS_MS) + 1)  # the last: above every bound
        self.sum_ms = 0.0
        self.missed = 0  # so late that there was nothing left to play
        self._recent: deque[float] = deque(maxlen=RECENT)

    def was(self, late_ms: float) -> None:
        late_ms = max(0.0, late_ms)
        self.counts[bisect_left(BOUNDS_MS, late_ms)] += 1
        self.sum_ms += late_ms
        self._recent.append(late_ms)

    @property
    def n(self) -> int:
        return sum(self.counts)

    @property
    def p99_ms(self) -> float:
        """Of the latest values; 0 while there are none."""
        return sorted(self._recent)[int(len(self._recent) * 0.99)] if self._recent else 0.0


class LoopClock:
    """Wakes ten times a second and notes how late that was. Runs until its task is cancelled."""

    def __init__(self) -> None:
        self.late = Lateness()
        self._quiet_until = 0.0
        self._unsaid = 0

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time() + TICK_SECONDS
        while True:
            await asyncio.sleep(max(0.0, due - loop.time()))
            now = loop.time()
            self.ticked((now - due) * 1000, now)
            due = max(due + TICK_SECONDS, now)  # ticks that a stall swallowed are not made up for

    def ticked(self, late_ms: float, now: float) -> None:
        self.late.was(late_ms)
        if late_ms <= ALARM_MS:
            return
        self._unsaid += 1
        if now >= self._quiet_until:
            log.warning("event loop: a tick on time expected, it came %.0f ms late (%d since the last such line)",
                        late_ms, self._unsaid)  # fmt: skip
            self._unsaid, self._quiet_until = 0, now + ALARM_EVERY_SECONDS
