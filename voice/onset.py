"""Where the sound began that a voice detector has become sure of: it needs 40 to 120 ms of a voice, and those count.

Loudness alone tells no voice from a door. It only says since when there has been sound, and the detector says of what.
"""

from collections import deque

import numpy as np

from voice.audio import FRAME_MS, Pcm

FLOOR_MS = 1500  # the line's own noise is the softest frame of so long; nobody speaks so long without a gap
SOUND_TIMES = 3.0  # of that floor, 10 dB: what stands out of it
FAINT = 40.0  # root mean square, -58 dBFS: softer than this is a quiet line, whatever the floor
GAP_MS = 40  # of less sound, inside a "t" or "k"


class Onset:
    """`sound_ms`: how long there has been sound, with small gaps, up to the latest frame; 0 while there is none."""

    def __init__(self) -> None:
        self.sound_ms = 0
        self._gap_ms = 0
        self._levels: deque[float] = deque(maxlen=FLOOR_MS // FRAME_MS)

    def hear(self, frame: Pcm) -> None:
        wave = frame.astype(np.float32)
        level = float(np.sqrt(np.dot(wave, wave) / max(1, len(wave))))
        floor = min(self._levels, default=0.0)
        self._levels.append(level)
        if level > max(FAINT, SOUND_TIMES * floor):
            self.sound_ms += FRAME_MS + self._gap_ms
            self._gap_ms = 0
        elif self.sound_ms:
            self._gap_ms += FRAME_MS
            if self._gap_ms > GAP_MS:
                self.sound_ms = self._gap_ms = 0
