"""Hold music without a licence: four soft chords, computed when the first call needs them."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from voice.audio import FRAME_SAMPLES, RATE, Pcm

Samples = NDArray[np.float64]

LEVEL_DBFS = -30.0
"""Of the whole loop: well above the -50 dBFS of a dead line, and half as loud as the voice that comes between."""

CHORD_SECONDS = 4.0
CHORDS_HZ = (
    (261.63, 329.63, 392.00, 493.88),  # C major seventh
    (220.00, 329.63, 392.00, 523.25),  # A minor seventh
    (349.23, 440.00, 523.25, 659.26),  # F major seventh
    (392.00, 493.88, 587.33, 659.26),  # G with a sixth
)
OVERTONES = (1.0, 0.35, 0.12)
"""Strength of the first, second and third partial; a telephone passes little above 3400 Hz anyway."""


class Music:
    """One listener's place in the loop."""

    def __init__(self) -> None:
        self._at = 0

    def next(self, milliseconds: int) -> Pcm:
        """The next so many milliseconds."""
        music, samples = hold_music(), milliseconds * RATE // 1000
        piece = np.take(music, range(self._at, self._at + samples), mode="wrap")
        self._at = (self._at + samples) % len(music)
        return piece


@cache
def hold_music() -> Pcm:
    """16 s, int16 mono 8 kHz, whole frames; its end runs into its beginning."""
    samples = round(CHORD_SECONDS * RATE)
    whole = samples * len(CHORDS_HZ)
    mixed = np.zeros(whole)
    for number, chord in enumerate(CHORDS_HZ):
        at = (np.arange(2 * samples) + number * samples) % whole
        for hertz in chord:
            mixed[at] += _swell(2 * samples) * _note(hertz, 2 * samples)
    rms = float(np.sqrt(np.mean(mixed**2)))
    scaled = mixed * (32768 * 10 ** (LEVEL_DBFS / 20) / rms)
    return scaled[: whole // FRAME_SAMPLES * FRAME_SAMPLES].astype(np.int16)


def _note(hertz: float, samples: int) -> Samples:
    at = np.arange(samples) / RATE
    note = np.zeros(samples)
    for number, share in enumerate(OVERTONES, start=1):
        note += share * np.sin(2 * np.pi * hertz * number * at)
    return note


def _swell(samples: int) -> Samples:
    """Up and down once: where a chord fades, the next one is coming up."""
    swell: Samples = np.sin(np.pi * np.arange(samples) / samples) ** 2
    return swell
