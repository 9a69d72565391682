"""What audio is inside Warmline: int16 mono at 8 kHz, moved in 20 ms frames. Converted once, at a line's edge."""

import numpy as np
import numpy.typing as npt

RATE = 8000  # Hz; the telephone's, G.711 (ITU-T G.711)
FRAME_MS = 20
FRAME_SAMPLES = RATE * FRAME_MS // 1000  # 160

Pcm = npt.NDArray[np.int16]


def silence(milliseconds: int) -> Pcm:
    return np.zeros(RATE * milliseconds // 1000, dtype=np.int16)


def duration_ms(pcm: Pcm) -> int:
    return len(pcm) * 1000 // RATE
