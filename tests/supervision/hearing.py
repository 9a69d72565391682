"""Who hears whom: how alike what somebody heard is to a known recording, wherever in it that may lie."""

from collections.abc import Sequence

import numpy as np

from voice.audio import Pcm, silence

HEARD = 0.35
"""Of the recording's energy, at the best place: two voices at once still leave each half of it."""

NOT_HEARD = 0.15
"""What two different recordings have in common at most, anywhere in some seconds."""


def likeness(heard: Sequence[Pcm], recording: Pcm) -> float:
    """0..1: the normalised cross-correlation at its peak."""
    sound = np.concatenate([silence(0), *heard]).astype(np.float64)
    known = recording.astype(np.float64)
    if len(sound) < len(known):
        return 0.0
    size = 1 << (len(sound) + len(known)).bit_length()
    product = np.fft.irfft(np.fft.rfft(sound, size) * np.conj(np.fft.rfft(known, size)), size)[
        : len(sound) - len(known)
    ]
    energy = np.cumsum(np.concatenate(([0.0], sound**2)))
    window = energy[len(known) :][: len(product)] - energy[: len(product)]
    scale = np.sqrt(np.maximum(window, 1e4 * len(known)) * (known**2).sum())  # below -50 dBFS nothing is heard
    return float(np.abs(product / scale).max()) if len(product) else 0.0
