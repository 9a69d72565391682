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
    """What may become speech: `voiced_ms` of voice with small gaps since `at_ms`, 0 while there is none; and
    `speech_ms`, which counts the sound right before too, up to `before_ms` of it. Clock: the audio's."""

    def __init__(self, *, probability: float, gap_ms: int, before_ms: int) -> None:
        self.now_ms = self.at_ms = self.voiced_ms = 0
        self.level = 0.0  # root mean square of the latest frame
        self._probability, self._longest_gap_ms, self._longest_before_ms = probability, gap_ms, before_ms
        self._last_voice_ms = self._before_ms = 0
        self._sound_ms = self._gap_ms = 0
        self._levels: deque[float] = deque(maxlen=FLOOR_MS // FRAME_MS)

    @property
    def voiced(self) -> bool:
        """The latest frame was."""
        return self.voiced_ms > 0 and self._last_voice_ms == self.now_ms

    @property
    def speech_ms(self) -> int:
        return self.now_ms - self.at_ms + self._before_ms if self.voiced_ms else 0

    def hear(self, frame: Pcm, probability: float) -> None:
        self.now_ms += FRAME_MS
        if probability >= self._probability:
            if not self.voiced_ms:
                self.at_ms = self.now_ms - FRAME_MS
                self._before_ms = min(self._longest_before_ms, self._sound_ms)
            self.voiced_ms += FRAME_MS
            self._last_voice_ms = self.now_ms
        elif self.now_ms - self._last_voice_ms >= self._longest_gap_ms:
            self.voiced_ms = 0
        self._hear_sound(frame)

    def _hear_sound(self, frame: Pcm) -> None:
        wave = frame.astype(np.float32)
        self.level = level = float(np.sqrt(np.dot(wave, wave) / max(1, len(wave))))
        floor = min(self._levels, default=0.0)
        self._levels.append(level)
        if level > max(FAINT, SOUND_TIMES * floor):
            self._sound_ms += FRAME_MS + self._gap_ms
            self._gap_ms = 0
        elif self._sound_ms:
            self._gap_ms += FRAME_MS
            if self._gap_ms > GAP_MS:
                self._sound_ms = self._gap_ms = 0
