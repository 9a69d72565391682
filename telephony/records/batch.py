"""What waits to be written, and how long it may wait: pure, so that the bound of a batch holds by construction.

A batch closes when its oldest row is `MAX_AGE_MS` old, or at once when somebody waits for it.
"""

from collections import deque
from typing import Generic, TypeVar

MAX_AGE_MS = 10
"""Decision 7: entries that announce nothing are committed in batches of at most 10 ms."""

LIMIT = 65_536
"""Rows that may wait: two minutes of a hundred busy calls (5 entries a second each), some 30 MB."""

R = TypeVar("R")


class Batch(Generic[R]):
    """Times are milliseconds of any clock that only goes forward."""

    def __init__(self, limit: int = LIMIT) -> None:
        self._rows: deque[R] = deque()
        self._limit = limit
        self._oldest_ms: float | None = None
        self._urgent = False

    def __len__(self) -> int:
        return len(self._rows)

    def add(self, row: R, now_ms: float) -> bool:
        """False when there is no room: the row was not taken."""
        if len(self._rows) >= self._limit:
            return False
        if self._oldest_ms is None:
            self._oldest_ms = now_ms
        self._rows.append(row)
        return True

    def hurry(self) -> None:
        """Somebody waits: the batch is due now."""
        self._urgent = True

    def due_in(self, now_ms: float) -> float | None:
        """Milliseconds until the batch is to be written; 0 when it is due, None while there is nothing to write."""
        if self._urgent:
            return 0
        if self._oldest_ms is None:
            return None
        return max(0.0, self._oldest_ms + MAX_AGE_MS - now_ms)

    def take(self) -> list[R]:
        """All rows, in order; a new batch begins."""
        rows = list(self._rows)
        self._rows.clear()
        self._oldest_ms = None
        self._urgent = False
        return rows

    def put_back(self, rows: list[R], now_ms: float) -> None:
        """Rows that could be written nowhere come first again; they were inside the limit before."""
        self._rows.extendleft(reversed(rows))
        if rows:
            self._oldest_ms = now_ms
