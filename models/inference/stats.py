"""What a pool has done: counted as it happens, told as one frozen value."""

from collections import Counter, OrderedDict, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from models.engines import Priority

RECENT_RESULTS = 64  # about two turns of each of thirty calls
TIMINGS_KEPT = 512  # of each priority


@dataclass(frozen=True, slots=True)
class Timing:
    """From call to result, of the last jobs of one priority."""

    n: int
    p50_ms: float
    p95_ms: float


@dataclass(frozen=True, slots=True)
class PoolStats:
    queued: int
    running: int
    done: int
    dropped: int  # never run: late before their turn, let go for more urgent work, or nobody waited any more
    wasted: int  # run to the end for nobody
    failed: int
    shared: int  # calls served by another call's run
    p50_ms: float  # from call to result
    p95_ms: float
    speculated: int = 0  # runs that began as a guess that the caller had ended
    kept: int = 0  # those of them that a final call then asked for
    restarts: int = 0  # of the process that runs the engines
    resent: int = 0  # jobs handed to it again, because the one before ended with them
    by_priority: Mapping[Priority, Timing] = field(default_factory=dict)
    batches: Mapping[int, int] = field(default_factory=dict)  # jobs handed over together → how often
    trouble: str = ""  # what is wrong with the process that runs the engines; "": nothing


class Guessed(Protocol):
    """A job or its result; `guess`: no final call has asked for it yet."""

    guess: bool


@dataclass(slots=True)
class Counts:
    done: int = 0
    dropped: int = 0
    wasted: int = 0
    failed: int = 0
    shared: int = 0
    speculated: int = 0
    kept: int = 0
    restarts: int = 0
    resent: int = 0
    batches: Counter[int] = field(default_factory=Counter)
    _milliseconds: dict[Priority, deque[float]] = field(
        default_factory=lambda: {priority: deque(maxlen=TIMINGS_KEPT) for priority in Priority}
    )

    def asked_again(self, it: Guessed, by: Priority) -> None:
        """A second call is served by what the first one asked for. A guess is right once a final call wants it."""
        self.shared += 1
        self.confirm(it, by)

    def confirm(self, it: Guessed, by: Priority) -> None:
        if it.guess and by is Priority.FINAL:
            it.guess = False
            self.kept += 1

    def took(self, priority: Priority, milliseconds: float) -> None:
        self._milliseconds[priority].append(milliseconds)

    def stats(self, queued: int, running: int) -> PoolStats:
        every = _timing([one for kept in self._milliseconds.values() for one in kept])
        return PoolStats(
            queued, running, self.done, self.dropped, self.wasted, self.failed, self.shared, every.p50_ms,
            every.p95_ms, self.speculated, self.kept, self.restarts, self.resent,
            {priority: _timing(kept) for priority, kept in self._milliseconds.items()}, dict(self.batches),
        )  # fmt: skip


@dataclass(slots=True)
class Kept:
    result: Any
    guess: bool


class Results:
    """The last results by engine and key."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, str], Kept] = OrderedDict()

    def put(self, key: tuple[str, str], result: Any, *, guess: bool) -> None:
        self._kept[key] = Kept(result, guess)
        while len(self._kept) > RECENT_RESULTS:
            self._kept.popitem(last=False)

    def again(self, key: tuple[str, str], by: Priority, counts: Counts) -> Kept | None:
        """What is finished already, for whoever asks for it again; counted."""
        kept = self._kept.get(key)
        if kept is not None:
            counts.asked_again(kept, by)
        return kept


def _timing(milliseconds: "deque[float] | list[float]") -> Timing:
    ordered = sorted(milliseconds)
    p50, p95 = (ordered[int(len(ordered) * share)] if ordered else 0.0 for share in (0.5, 0.95))
    return Timing(len(ordered), p50, p95)
