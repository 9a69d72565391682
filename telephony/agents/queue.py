"""The queue of callers who wait for a person: order, place, and an honest range for the wait, or none."""

from collections.abc import Iterable
from dataclasses import dataclass

from telephony.agents.routing import Needs
from telephony.agents.waits import Standing, Waited, WaitHistory, WaitRange

AGING_SECONDS = 120
"""So long a wait weighs as much as one step of priority, so that nobody waits for ever. Ours, to be tuned."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """One caller in the queue. `since_ms` is the trigger, in the service's time; a failed offer does not change it."""

    handoff: str
    call: str
    needs: Needs
    since_ms: int
    priority: int = 0  # higher goes first
    queue: str = ""


def in_order(waiting: Iterable[Waiting], now_ms: int) -> list[Waiting]:
    """Who is next, first to last: by priority, which grows with the wait; then by age. The same across queues."""
    return sorted(waiting, key=lambda w: (-_weight(w, now_ms), w.since_ms, w.handoff))


class CallQueue:
    """One queue. The caller stays in it until bridged or gone, also while an agent is being asked."""

    def __init__(self, name: str, history: Iterable[Waited] = ()) -> None:
        self.name = name
        self.history = WaitHistory(history)
        self._waiting: dict[str, Waiting] = {}
        self._stood: dict[str, tuple[Standing, int]] = {}  # at joining, and when that was

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def waiting(self) -> Iterable[Waiting]:
        return self._waiting.values()

    def find(self, handoff: str) -> Waiting | None:
        return self._waiting.get(handoff)

    def join(self, waiting: Waiting, standing: Standing | None = None, *, now_ms: int | None = None) -> None:
        """Joining twice changes nothing. Without `standing` one agent serves this queue alone; `now_ms`: when that is
        later than the trigger, as for a caller who takes up a place that was kept."""
        if waiting.handoff not in self._waiting:
            self._waiting[waiting.handoff] = waiting
            now_ms = waiting.since_ms if now_ms is None else now_ms
            self._stood[waiting.handoff] = standing or Standing(self.position(waiting.handoff, now_ms)), now_ms

    def change(self, waiting: Waiting) -> None:
        """More is known of a caller who waits; their place in time stays."""
        if waiting.handoff in self._waiting:
            self._waiting[waiting.handoff] = waiting

    def leave(self, handoff: str, now_ms: int, *, served: bool) -> None:
        """`served`: a person took the call. Who left before tells that the wait was longer. Leaving twice changes
        nothing."""
        waiting = self._waiting.pop(handoff, None)
        stood, joined_ms = self._stood.pop(handoff, (Standing(), now_ms))
        if waiting is not None and stood.staff:
            self.history.add(Waited(stood, now_ms - joined_ms, served))

    def order(self, now_ms: int) -> list[Waiting]:
        return in_order(self._waiting.values(), now_ms)

    def position(self, handoff: str, now_ms: int) -> int:
        """From 1. Raises `KeyError` for a handoff that does not wait here."""
        me = self._waiting[handoff]
        return 1 + self.order(now_ms).index(me)

    def estimate(self, handoff: str, now_ms: int, standing: Standing | None = None) -> WaitRange | None:
        """The wait still ahead, from what recent callers waited; `None` without data, or with nobody at work."""
        return self.history.forecast(standing or Standing(self.position(handoff, now_ms)))


def _weight(waiting: Waiting, now_ms: int) -> float:
    return waiting.priority + (now_ms - waiting.since_ms) / 1000 / AGING_SECONDS
