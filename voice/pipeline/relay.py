"""What of bridged audio is played, and what is left out so that two people stay close in time.

While a prompt of ours is playing, the other's words are held, not lost. What that or a slow clock makes late is caught
up in the pauses of speech, where nobody misses a frame.
"""

from collections import deque
from collections.abc import Sequence

import numpy as np

from voice.audio import Pcm, duration_ms

HELD_MS_MAX = 1500
"""Of speech over a prompt: "Here is Ana Silva." takes 1.2 s; the first word of an agent falls into it."""

LATE_MS = 60
"""Waiting audio beyond this is caught up in pauses; a frame or two of jitter is not lateness."""

PAUSE_PEAK = 300
"""A frame whose peak is below this (-41 dBFS) holds no speech that a telephone listener would miss."""


class Relay:
    """`dropped_ms` counts what was left out."""

    def __init__(self) -> None:
        self._held: deque[Pcm] = deque()
        self._held_ms = 0
        self.dropped_ms = 0

    def pass_on(self, pcm: Pcm, *, speaking: bool, waiting_ms: int) -> Sequence[Pcm]:
        """The frames to play now. `speaking`: a prompt of ours is playing; `waiting_ms`: what the output holds."""
        self._held.append(pcm)
        self._held_ms += duration_ms(pcm)
        if speaking:
            while self._held_ms > HELD_MS_MAX:
                self._drop(self._take())
            return ()
        played: list[Pcm] = []
        while self._held:
            frame = self._take()
            if waiting_ms > HELD_MS_MAX or (waiting_ms > LATE_MS and _is_pause(frame)):
                self._drop(frame)
                continue
            played.append(frame)
            waiting_ms += duration_ms(frame)
        return played

    def forget(self) -> None:
        """The bridge is over."""
        self._held.clear()
        self._held_ms = 0

    def _take(self) -> Pcm:
        frame = self._held.popleft()
        self._held_ms -= duration_ms(frame)
        return frame

    def _drop(self, frame: Pcm) -> None:
        self.dropped_ms += duration_ms(frame)


def _is_pause(frame: Pcm) -> bool:
    return not len(frame) or int(np.abs(frame.astype(np.int32)).max()) < PAUSE_PEAK
