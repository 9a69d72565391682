# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a text is still wanted by somebody; an engine may register what stops it in the middle of its work."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Wanted:
    """Of one request. `cancel` may come from any thread, at any time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._cancelled = False
        self._stop: Callable[[], None] | None = None

    def __bool__(self) -> bool:
        return not self._cancelled

    def cancel(self) -> None:
        with self._lock:
            self._cancelled = True
            if self._stop is not None:
                self._stop()

    @contextmanager
    def stopped_by(self, stop: Callable[[], None]) -> Iterator[None]:
        """Calls `stop` when it is cancelled, at once if it was."""
        with self._lock:
            self._stop = stop
            if self._cancelled:
                stop()
        try:
            yield
        finally:
            with self._lock:
                self._stop = None
