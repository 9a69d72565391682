"""How far ahead of its playing audio is sent to a carrier: at most 100 ms.

The lead over real time hides a stalled event loop; what lies at the carrier is what a barge-in has to take back, so it
is kept short. Time is the loop's own, so that a replay may run in virtual time.
"""

from pipecat.frames.frames import OutputAudioRawFrame

from telephony.lateness import Lateness
from voice.audio import FRAME_MS, RATE

AHEAD_SECONDS_MAX = 0.1  # a carrier still holds this much when a barge-in comes


class Pace:
    """Keeps count of when what was sent will have been played, and tells `late` how late each frame of a prompt was."""

    def __init__(self, late: Lateness | None = None) -> None:
        self._late = late or Lateness()
        self._in_prompt = False
        self._due: float | None = None  # when the prompt's next frame is to be sent
        self.played_at = 0.0  # loop time at which everything sent so far will have been played
        self._protected_until = 0.0  # loop time until which the carrier holds audio that must not be taken back

    def sent(self, frame: OutputAudioRawFrame, now: float) -> float:
        """Seconds to wait before the next."""
        self._note(now)
        self.played_at = max(self.played_at, now) + len(frame.audio) / (2 * RATE)
        if not frame.interruptible:
            self._protected_until = self.played_at
        # The next message adds its own 20 ms to what lies ahead.
        wait = max(0.0, self.played_at - now - AHEAD_SECONDS_MAX + FRAME_MS / 1000)
        self._due = now + wait if self._in_prompt else None
        return wait

    def prompt(self, on: bool) -> None:
        """A prompt begins, or has been sent to its end: between two, nothing is due."""
        self._in_prompt, self._due = on, None

    def _note(self, now: float) -> None:
        if self._due is None:
            return
        self._late.was((now - self._due) * 1000)
        if now > self.played_at:  # the carrier had nothing left to play
            self._late.missed += 1

    def taken_back(self, now: float) -> bool:
        """Whether what lies at the carrier may be taken back; if so, it counts as gone."""
        if now < self._protected_until:
            return False  # it would cut the protected prompt as well
        self.played_at, self._due = 0.0, None
        return True
