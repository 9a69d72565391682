"""What callers see of a pool, whether it is threads, another process, or one day a cluster."""

from typing import Any, Protocol

from models.engines import Priority
from models.inference.stats import PoolStats


class Pool(Protocol):
    async def warm_up(self) -> None:
        """Opens every engine. Raises EngineFailed."""
        ...

    async def call(
        self, name: str, *args: object, key: str, deadline_s: float, priority: Priority = Priority.FINAL
    ) -> Any:
        """The engine's result for these arguments. The same `key` in flight or just finished is run once.

        `deadline_s` counts from now. Raises PoolFull, PoolClosed, DeadlinePassed, EngineFailed or EngineGone.
        """
        ...

    def stats(self) -> PoolStats: ...

    async def close(self) -> None: ...
