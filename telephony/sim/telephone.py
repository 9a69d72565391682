"""What a telephone line does to a voice: 8 kHz, 300 to 3400 Hz, and μ-law's rounding (ITU-T G.711, G.712's band).

Recordings made near a microphone go through here before anything is measured on them, and the simulated carrier
speaks through it too.
"""

from functools import cache

import numpy as np
import numpy.typing as npt

from voice.audio import RATE, Pcm
from voice.g711 import mulaw_decode, mulaw_encode
from voice.resample import resample

LOW_HZ, HIGH_HZ = 300, 3400
_TAPS = 255  # 16 ms each way: -6 dB at the two edges, below -50 dB 60 Hz beyond them


def telephone(pcm: Pcm, rate: int) -> Pcm:
    """`pcm`: int16 mono at `rate` Hz. Returns as many milliseconds, int16 mono at 8 kHz, as the far end hears them."""
    narrow = resample(pcm, rate, RATE)
    if not len(narrow):
        return narrow
    banded = np.convolve(narrow.astype(np.float64), _band(), mode="full")
    centred = banded[_TAPS // 2 :][: len(narrow)]
    return mulaw_decode(mulaw_encode(np.clip(np.rint(centred), -32768, 32767).astype(np.int16)))


@cache
def _band() -> npt.NDArray[np.float64]:
    """A band-pass FIR: the difference of two windowed-sinc low-passes."""
    n = np.arange(_TAPS) - _TAPS // 2

    def low_pass(hz: float) -> npt.NDArray[np.float64]:
        kernel = 2 * hz / RATE * np.sinc(2 * hz / RATE * n) * np.hamming(_TAPS)
        return np.asarray(kernel / kernel.sum(), dtype=np.float64)

    return low_pass(HIGH_HZ) - low_pass(LOW_HZ)
