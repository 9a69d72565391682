"""The pool without time: each job runs at once, on the loop, since in a replay nothing else may happen meanwhile."""

from collections.abc import Mapping
from typing import Any

from models.engines import Engine, EngineFactory, Engines, Priority
from models.errors import DeadlinePassed, EngineFailed, PoolClosed
from models.inference.stats import Counts, PoolStats, Results


class InlinePool:
    def __init__(self, factories: Mapping[str, EngineFactory]) -> None:
        self._engines = Engines(factories)
        self._own: dict[str, Engine] = {}
        self._results = Results()
        self._counts = Counts()
        self._closed = False

    async def warm_up(self) -> None:
        for name in self._engines.names:
            self._engines.get(name, self._own)

    async def call(
        self, name: str, *args: object, key: str, deadline_s: float, priority: Priority = Priority.FINAL
    ) -> Any:
        if self._closed:
            raise PoolClosed(f"{name}: the pool is closed, no more work is taken ({key})")
        self._engines.factory(name)
        if (kept := self._results.again((name, key), priority, self._counts)) is not None:
            return kept.result
        if deadline_s <= 0:
            self._counts.dropped += 1
            raise DeadlinePassed(f"{name}: a deadline ahead expected, {deadline_s:.3f} s came ({key})")
        guess = priority is Priority.SPECULATIVE
        self._counts.speculated += guess
        try:
            result = self._engines.run(name, args, self._own)
        except EngineFailed:
            self._counts.failed += 1
            raise
        self._counts.done += 1
        self._counts.took(priority, 0.0)  # time stood still
        self._results.put((name, key), result, guess=guess)
        return result

    def stats(self) -> PoolStats:
        return self._counts.stats(queued=0, running=0)

    async def close(self) -> None:
        self._closed = True
        self._own.clear()
        self._engines.forget()
