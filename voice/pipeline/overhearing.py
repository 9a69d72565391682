"""Those who listen in on a leg: each is handed the same audio, and one that fails is let go. The call never waits."""

import logging
from collections.abc import Callable

from voice.audio import Pcm

log = logging.getLogger(__name__)

Listener = Callable[[Pcm], None]


class Overhearing:
    """Nobody, most of the time."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []

    def add(self, listener: Listener) -> Callable[[], None]:
        """Returns the undo; harmless when it is gone already."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener) if listener in self._listeners else None

    def tell(self, pcm: Pcm) -> None:
        for listener in tuple(self._listeners):
            try:
                listener(pcm)
            except Exception:  # whoever listens in must not touch the call
                log.exception("somebody who listened in failed, and listens no more")
                self._listeners.remove(listener)
