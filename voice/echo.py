"""Is what comes in our own prompt, come back? Judged by how much of the sound what was just played explains.

A telephone's echo is our prompt, softer and some hundred milliseconds late. A caller who speaks adds what we never
played. Lines with echo cancellers seldom need this; analogue phones and speakerphones do (ITU-T G.131, G.168).
"""

from collections import deque

import numpy as np

from voice.audio import Pcm

LATEST_MS = 700  # 400 ms of path, 100 ms that lie at the carrier, and what the detector needs
JUDGED_MS = 240  # of sound, the latest; the shorter, the more anything resembles anything
SOFTER = 0.5  # of the level played: every line loses 6 dB on the way back (ITU-T G.122), a caller next to it none
SILENT = 40.0  # root mean square, -58 dBFS: softer than any caller
FAINT = 1e-3  # of the loudest stretch's power: a pause in the prompt has no echo


class Echo:
    """One leg's memory of what was played. `now_ms` is the leg's audio clock."""

    def __init__(self) -> None:
        self._played: deque[tuple[int, Pcm]] = deque()

    def played(self, pcm: Pcm, now_ms: int) -> None:
        self._played.append((now_ms, pcm))
        while self._played and self._played[0][0] < now_ms - LATEST_MS - JUDGED_MS:
            self._played.popleft()

    def is_all_of(self, heard: Pcm, now_ms: int, *, share: float) -> bool:
        """Whether at least `share` of the power of `heard`, whose last sample came at `now_ms`, was just played, and
        came back softer."""
        since_ms = now_ms - LATEST_MS - JUDGED_MS
        played = [pcm for at_ms, pcm in self._played if at_ms >= since_ms]
        if not len(heard) or not played:
            return False
        if float(np.square(heard.astype(np.float64)).mean()) < SILENT**2:
            return True  # the detector still hears a voice for a moment when the echo has ended
        nothing = np.zeros(len(heard), dtype=np.int16)  # before the prompt, and after it
        found, gain = explained(heard, np.concatenate([nothing, *played, nothing]))
        return found >= share and gain <= SOFTER


def explained(heard: Pcm, played: Pcm) -> tuple[float, float]:
    """The largest share of the power of `heard` that one stretch of `played`, scaled, accounts for; and the scale."""
    wanted = heard.astype(np.float64) - float(heard.mean())
    source = played.astype(np.float64)
    power = float(wanted @ wanted)
    size = 1 << int(np.ceil(np.log2(len(source) + len(wanted))))
    product = np.fft.irfft(np.fft.rfft(source, size) * np.conj(np.fft.rfft(wanted, size)), size)
    matched = product[: len(source) - len(wanted) + 1]
    sums = np.concatenate(([0.0], np.cumsum(source * source)))
    energy = sums[len(wanted) :] - sums[: -len(wanted)]
    loud = energy > FAINT * float(energy.max(initial=0.0))  # beside silence everything resembles it
    if power == 0.0 or not loud.any():
        return 0.0, 0.0
    shares = np.where(loud, matched**2 / np.maximum(energy, 1.0), 0.0) / power
    best = int(np.argmax(shares))
    return float(shares[best]), abs(float(matched[best] / energy[best]))
