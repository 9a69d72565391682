"""Counts of a pool whose engines work in another process: what happened here, and what that process last said."""

from collections import Counter
from dataclasses import dataclass, field, replace

from models.inference.stats import Counts, PoolStats
from models.inference.wire import Header


@dataclass(frozen=True, slots=True)
class _Told:
    """Of one process. It counts what was never run, or run for nobody: nobody here hears of that."""

    for_nobody: int = 0  # jobs it still has, that nobody here waits for
    dropped: int = 0
    wasted: int = 0
    batches: Counter[int] = field(default_factory=Counter)


class RemoteCounts(Counts):
    def __init__(self, workers: int) -> None:
        super().__init__()
        self._workers = workers
        self._told = _Told()

    def told(self, stats: Header, held: int) -> None:
        """What the process said of itself, while `held` jobs were not over here. Raises KeyError, TypeError, ValueError
        for what it should not say."""
        queued, running, dropped, wasted = (int(stats[name]) for name in ("queued", "running", "dropped", "wasted"))
        batches = Counter({int(size): int(times) for size, times in stats["batches"].items()})
        self._told = _Told(max(0, queued + running - held), dropped, wasted, batches)

    def lost_process(self) -> None:
        """The next one counts from nought: what this one said last is kept."""
        self.restarts += 1
        self.dropped += self._told.dropped
        self.wasted += self._told.wasted
        self.batches += self._told.batches
        self._told = _Told()

    def of(self, held: int, *, running: bool, trouble: str) -> PoolStats:
        """`held`: jobs that are not over. `running`: there is a process that has them. What waits and what runs is
        reckoned from what is known here, now: the process tells its own numbers twice a second."""
        told = self._told
        there = held + told.for_nobody
        at_work = min(there, self._workers) if running else 0
        here = self.stats(there - at_work, at_work)
        return replace(
            here,
            dropped=here.dropped + told.dropped,
            wasted=here.wasted + told.wasted,
            batches=dict(self.batches + told.batches),
            trouble=trouble,
        )
