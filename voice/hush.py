"""Whether a speaker has fallen silent, by loudness: a detector with a memory goes on hearing a voice for 100 to 160 ms.

On a quiet line the level alone tells: what lies far below the speaker's loud sounds is no voice, whatever the detector
still thinks. In noise nothing lies so far below them, and the detector has the last word.
"""

from voice.audio import FRAME_MS

FAINT = 60.0  # root mean square, -55 dBFS: below it nothing is voice, however soft the speaker
FORGETS_DB = 6.0  # a second: who speaks on more softly is measured by that


class Hush:
    """`drop_db`: so far below the loudest of late is silence, `after_ms` of it are a hush; 0: there is none."""

    def __init__(self, *, drop_db: float, after_ms: int) -> None:
        self._share = 10 ** (-drop_db / 20)
        self._after_ms = after_ms
        self._keeps = 10 ** (-FORGETS_DB * FRAME_MS / 1000 / 20)
        self._loudest = 0.0
        self._quiet_ms = 0

    def hear(self, level: float) -> bool:
        """The latest frame's root mean square; whether it belongs to a hush."""
        self._loudest = max(level, self._loudest * self._keeps)
        quiet = level < max(FAINT, self._loudest * self._share)
        self._quiet_ms = self._quiet_ms + FRAME_MS if quiet else 0
        return 0 < self._after_ms <= self._quiet_ms
