"""How far ahead of its playing audio is sent to a carrier: at most 100 ms.

The lead over real time hides a stalled event loop; what lies at the carrier is what a barge-in has to take back, so it
is kept short. Time is the loop's own, so that a replay may run in virtual time.
"""

from pipecat.frames.frames import OutputAudioRawFrame

from voice.audio import FRAME_MS, RATE

AHEAD_SECONDS_MAX = 0.1  # a carrier still holds this much when a barge-in comes


class Pace:
    """Keeps count of when what was sent will have been played."""

    def __init__(self) -> None:
        self.played_at = 0.0  # loop time at which everything sent so far will have been played
        self._protected_until = 0.0  # loop time until which the carrier holds audio that must not be taken back

    def sent(self, frame: OutputAudioRawFrame, now: float) -> float:
        """Seconds to wait before the next."""
        self.played_at = max(self.played_at, now) + len(frame.audio) / (2 * RATE)
        if not frame.interruptible:
            self._protected_until = self.played_at
        # The next message adds its own 20 ms to what lies ahead.
        return max(0.0, self.played_at - now - AHEAD_SECONDS_MAX + FRAME_MS / 1000)

    def taken_back(self, now: float) -> bool:
        """Whether what lies at the carrier may be taken back; if so, it counts as gone."""
        if now < self._protected_until:
            return False  # it would cut the protected prompt as well
        self.played_at = 0.0
        return True
