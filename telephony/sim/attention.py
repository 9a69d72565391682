"""A simulated party's ear: is the system speaking, has it answered, has it finished. Timed by the audio it hears."""

import numpy as np

from telephony.sim.script import QUIET_MS
from voice.audio import FRAME_MS, Pcm

LOUD = 200  # peak of a frame that counts as sound, about -44 dBFS: above comfort noise, below any consonant of a voice
CLICK_MS = 60  # shorter sounds are not a prompt
OVERLAP_MS = 100  # who was heard this recently when we spoke was being talked over


class Attention:
    """What was heard since the party itself last made a sound."""

    def __init__(self) -> None:
        self.sounding_ms = 0  # how much of the current prompt was sound
        self.running_ms = 0  # since the current prompt began; pauses up to QUIET_MS are inside it
        self.quiet_ms = QUIET_MS
        self._talked_over = False  # a prompt is still coming out that we have spoken over: not an answer to us

    @property
    def answered(self) -> bool:
        """A prompt was heard since we last spoke, finished or not."""
        return self.sounding_ms >= CLICK_MS

    @property
    def prompted(self) -> bool:
        """A prompt is being spoken right now."""
        return self.answered and self.quiet_ms < QUIET_MS

    def hear(self, frame: Pcm) -> None:
        loud = is_loud(frame)
        if loud and self.quiet_ms >= QUIET_MS:
            self.running_ms = self.sounding_ms = 0
        self.quiet_ms = 0 if loud else self.quiet_ms + FRAME_MS
        self.running_ms += FRAME_MS
        if self._talked_over:
            self._talked_over = self.quiet_ms < 2 * OVERLAP_MS
        elif loud:
            self.sounding_ms += FRAME_MS

    def spoke(self) -> None:
        """We made a sound in this frame: only what comes after it answers us."""
        self._talked_over = self._talked_over or self.quiet_ms < OVERLAP_MS
        self.sounding_ms = self.running_ms = 0


def is_loud(frame: Pcm) -> bool:
    return bool(len(frame)) and int(np.abs(frame.astype(np.int32)).max()) >= LOUD
