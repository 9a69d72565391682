"""Counts of a pool whose engines work in another process: what happened here, and what that process last said."""

from collections import Counter
from dataclasses import dataclass, field, replace

from models.inference.stats import Counts, PoolStats
from models.inference.wire import Header


@dataclass(frozen=True, slots=True)
class _Told:
    """Of one process. It counts what was never run, or run for nobody: nobody here hears of that."""

    queued: int = 0
    running: int = 0
    dropped: int = 0
    wasted: int = 0
    batches: Counter[int] = field(default_factory=Counter)


class RemoteCounts(Counts):
    def __init__(self) -> None:
        super().__init__()
        self._told = _Told()

    def told(self, stats: Header) -> None:
        """What the process said of itself. Raises KeyError, TypeError or ValueError for what it should not say."""
        batches = Counter({int(size): int(times) for size, times in stats["batches"].items()})
        queued, running, dropped, wasted = (int(stats[name]) for name in ("queued", "running", "dropped", "wasted"))
        self._told = _Told(queued, running, dropped, wasted, batches)

    def lost_process(self) -> None:
        """The next one counts from nought: what this one said last is kept."""
        self.restarts += 1
        self.dropped += self._told.dropped
        self.wasted += self._told.wasted
        self.batches += self._told.batches
        self._told = _Told()

    def of(self, unsent: int) -> PoolStats:
        """`unsent`: jobs that wait for a process."""
        told, here = self._told, self.stats(self._told.queued + unsent, self._told.running)
        return replace(
            here,
            dropped=here.dropped + told.dropped,
            wasted=here.wasted + told.wasted,
            batches=dict(self.batches + told.batches),
        )
