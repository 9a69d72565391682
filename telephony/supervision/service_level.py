"""Service level: the share of callers who wanted a person and had one within so many seconds. Pure.

Counted are the waits that ended in the last half hour, answered or abandoned; who gave up sooner than the goal's own
seconds counts for neither side, as is usual. A callback promised or a search taken back is no wait that ended.
"""

from collections import deque
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ServiceGoal:
    """`[supervision]`. 80/20 is the usual goal (nextiva.com/blog/service-level-call-center.html calls it the
    standard); the window is ours: long enough for a share to mean something on a small team, short enough to be now."""

    share: float = 0.8
    within_seconds: float = 20.0
    window_seconds: float = 1800.0


class ServiceLevel:
    """Of one queue."""

    def __init__(self, goal: ServiceGoal) -> None:
        self._goal = goal
        self._ended: deque[tuple[float, bool]] = deque()  # when, and whether in time

    def answered(self, waited_seconds: float, now: float) -> None:
        self._ended.append((now, waited_seconds <= self._goal.within_seconds))

    def abandoned(self, waited_seconds: float, now: float) -> None:
        if waited_seconds > self._goal.within_seconds:
            self._ended.append((now, False))

    def expire(self, now: float) -> bool:
        """Forgets what is too old; whether there was any."""
        before = len(self._ended)
        while self._ended and now - self._ended[0][0] > self._goal.window_seconds:
            self._ended.popleft()
        return len(self._ended) < before

    @property
    def counted(self) -> int:
        return len(self._ended)

    @property
    def share(self) -> float | None:
        return sum(in_time for _, in_time in self._ended) / len(self._ended) if self._ended else None
