"""The queue of callers who wait for a person: order, place, and an honest range for the wait, or none."""

from collections import deque
from dataclasses import dataclass
from statistics import quantiles

from telephony.agents.routing import Needs

AGING_SECONDS = 120
"""So long a wait weighs as much as one step of priority, so that nobody waits for ever. Ours, to be tuned."""

MEMORY = 50
"""Served callers remembered for the estimate: about a morning of a small team, so that it follows the day."""

ENOUGH = 8
"""With fewer served callers nothing is said: an estimate without data is how "zero minutes" gets announced."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """One caller in the queue. `since_ms` is the trigger, in the service's time; a failed offer does not change it."""

    handoff: str
    call: str
    needs: Needs
    since_ms: int
    priority: int = 0  # higher goes first


@dataclass(frozen=True, slots=True)
class WaitRange:
    """What 8 of 10 callers like this one waited, from now on."""

    low_ms: int
    high_ms: int

    @property
    def minutes(self) -> tuple[int, int]:
        """As it is said: whole minutes, rounded outwards, never "zero"."""
        low = max(1, self.low_ms // 60_000)
        return low, max(low, -(-self.high_ms // 60_000))


class CallQueue:
    """One queue. The caller stays in it until bridged or gone, also while an agent is being asked."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._waiting: dict[str, Waiting] = {}
        self._places: dict[str, int] = {}  # at joining
        self._per_place_ms: deque[float] = deque(maxlen=MEMORY)

    def __len__(self) -> int:
        return len(self._waiting)

    def join(self, waiting: Waiting) -> None:
        """Joining twice changes nothing."""
        if waiting.handoff not in self._waiting:
            self._waiting[waiting.handoff] = waiting
            self._places[waiting.handoff] = self.position(waiting.handoff, waiting.since_ms)

    def leave(self, handoff: str, now_ms: int, *, served: bool) -> None:
        """`served`: a person took the call, so the wait counts for the estimate. Leaving twice changes nothing."""
        waiting = self._waiting.pop(handoff, None)
        place = self._places.pop(handoff, 1)
        if waiting is not None and served:
            self._per_place_ms.append((now_ms - waiting.since_ms) / place)

    def order(self, now_ms: int) -> list[Waiting]:
        """Who is next, first to last: by priority, which grows with the wait; then by age."""
        return sorted(self._waiting.values(), key=lambda w: (-_weight(w, now_ms), w.since_ms, w.handoff))

    def position(self, handoff: str, now_ms: int) -> int:
        """From 1. Raises `KeyError` for a handoff that does not wait here."""
        me = self._waiting[handoff]
        return 1 + self.order(now_ms).index(me)

    def estimate(self, handoff: str, now_ms: int) -> WaitRange | None:
        """The wait still ahead, from what recent callers waited for each place before them; `None` without data."""
        if len(self._per_place_ms) < ENOUGH:
            return None
        tenths = quantiles(self._per_place_ms, n=10, method="inclusive")
        place = self.position(handoff, now_ms)
        return WaitRange(round(tenths[0] * place), round(tenths[-1] * place))


def _weight(waiting: Waiting, now_ms: int) -> float:
    return waiting.priority + (now_ms - waiting.since_ms) / 1000 / AGING_SECONDS
