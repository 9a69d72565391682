"""Two channels put side by side by sample count: left what the party said, right what they were played. Pure.

What the party says comes without a break, so it is the clock; what is played comes in stretches, and each new stretch
is put where the left channel has got to.
"""

import numpy as np
import numpy.typing as npt

from voice.audio import RATE, Pcm

SLACK_SAMPLES = RATE // 5
"""A channel that lags by more (200 ms) had a gap; by less, it is jitter, or audio sent ahead to the carrier."""

HORIZON_SAMPLES = RATE
"""A block is closed once both channels are past it, or one is a second past it."""

Frames = npt.NDArray[np.int16]
"""Shape (samples, 2)."""


class Places:
    """Where in the recording a party's sound lies, by how much of it came before: the network may have lost some."""

    def __init__(self) -> None:
        self._gaps: list[tuple[int, int]] = []  # samples said before the gap, all gaps' length up to it

    def gap(self, said: int, samples: int) -> None:
        self._gaps.append((said, samples + (self._gaps[-1][1] if self._gaps else 0)))

    def of(self, said: int) -> int:
        """The recording's sample for the `said`-th that came."""
        return said + next((shift for before, shift in reversed(self._gaps) if before <= said), 0)


class Stereo:
    """`said` and `heard` add audio; `take` gives what is settled, each sample once, with where it begins."""

    def __init__(self) -> None:
        self._said = 0  # samples from the start
        self._heard = 0
        self._start = 0  # of the buffer
        self._buffer: Frames = np.zeros((4 * RATE, 2), dtype=np.int16)
        self._paused = False
        self._came = 0  # of `said`, without the gaps
        self.places = Places()

    def pause(self) -> None:
        """From here on silence is kept, on both channels, in place of what comes."""
        self._paused = True

    def resume(self) -> None:
        self._paused = False

    def said(self, pcm: Pcm) -> None:
        if self._heard - self._said > SLACK_SAMPLES:
            self.places.gap(self._came, self._heard - self._said)  # the network lost some
            self._said = self._heard
        self._put(0, self._said, pcm)
        self._came += len(pcm)
        self._said += len(pcm)

    def heard(self, pcm: Pcm) -> None:
        if self._said - self._heard > SLACK_SAMPLES:
            self._heard = self._said  # nothing was played for a while
        self._put(1, self._heard, pcm)
        self._heard += len(pcm)

    @property
    def samples(self) -> int:
        return max(self._said, self._heard)

    @property
    def settled(self) -> int:
        """How many samples `take` would give."""
        return max(min(self._said, self._heard), self.samples - HORIZON_SAMPLES) - self._start

    def take(self, *, everything: bool = False) -> tuple[int, Frames]:
        """The settled samples and the position of their first; with `everything`, all there are."""
        count = self.samples - self._start if everything else self.settled
        if count <= 0:
            return self._start, np.zeros((0, 2), dtype=np.int16)
        at, block = self._start, self._buffer[:count].copy()
        self._buffer = np.concatenate([self._buffer[count:], np.zeros((count, 2), dtype=np.int16)])
        self._start += count
        return at, block

    def _put(self, channel: int, at: int, pcm: Pcm) -> None:
        if self._paused:
            return
        late = max(0, self._start - at)  # what is taken already cannot change
        pcm = pcm[late:]
        first = at + late - self._start
        if first + len(pcm) > len(self._buffer):
            more = np.zeros((first + len(pcm) + RATE, 2), dtype=np.int16)
            self._buffer = np.concatenate([self._buffer, more])
        self._buffer[first : first + len(pcm), channel] = pcm
