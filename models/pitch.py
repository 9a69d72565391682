"""Pitch of a telephone voice, frame by frame: normalised autocorrelation, 65 to 500 Hz.

The line cuts everything below 300 Hz, the fundamental of most voices with it; the harmonics above still repeat at its
period, which is what autocorrelation sees. Peak correction by the window's own autocorrelation after Boersma (1993).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

LOWEST_HZ, HIGHEST_HZ = 65.0, 500.0
VOICED_PEAK = 0.5  # of the normalised autocorrelation
VOICED_RANGE_DB = 35.0  # below the loudest frame

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Pitch:
    """`semitones` above 55 Hz where `voiced`, else 0; `peak` is the autocorrelation at the period."""

    semitones: Floats
    voiced: npt.NDArray[np.bool_]
    peak: Floats


def track(frames: Floats, energy_db: Floats, rate: int) -> Pitch:
    """Pitch of windows in rows. A second pass stays within an octave of the median, against octave jumps."""
    width = frames.shape[1]
    window = np.hanning(width + 2)[1:-1]
    shortest, longest = int(rate / HIGHEST_HZ), int(rate / LOWEST_HZ) + 1
    size = 1 << (width + longest + 2).bit_length()  # what wraps around lands beyond the lags that are looked at
    centred = (frames - frames.mean(axis=1, keepdims=True)) * window
    likeness = np.fft.irfft(np.abs(np.fft.rfft(centred, size)) ** 2, size)[:, : longest + 2]
    own = np.fft.irfft(np.abs(np.fft.rfft(window, size)) ** 2, size)[: longest + 2]
    likeness = likeness / np.maximum(likeness[:, :1], 1e-9) / (own / own[0])
    loud = energy_db > energy_db.max(initial=-120.0) - VOICED_RANGE_DB
    lag, peak = _best(likeness, shortest, longest)
    voiced = (peak > VOICED_PEAK) & loud
    if voiced.sum() >= 5:
        median = float(np.median(lag[voiced]))
        lag, peak = _best(likeness, max(shortest, int(median / 2)), min(longest, int(median * 2) + 1))
        voiced = (peak > VOICED_PEAK) & loud
    semitones = np.where(voiced, 12 * np.log2(rate / np.maximum(lag, 1.0) / 55.0), 0.0)
    return Pitch(semitones, voiced, np.clip(peak, 0.0, 0.999))


def _best(likeness: Floats, shortest: int, longest: int) -> tuple[Floats, Floats]:
    """The lag of the highest peak, between samples by a parabola, and its height; short lags win near-ties."""
    span = likeness[:, shortest : longest + 1] * (1 - 0.02 * np.linspace(0, 1, longest + 1 - shortest))
    at = span.argmax(axis=1) + shortest
    rows = np.arange(len(likeness))
    before, here, after = likeness[rows, at - 1], likeness[rows, at], likeness[rows, at + 1]
    bend = before - 2 * here + after
    shift = np.where(np.abs(bend) > 1e-9, 0.5 * (before - after) / np.where(np.abs(bend) > 1e-9, bend, 1.0), 0.0)
    return at + np.clip(shift, -0.5, 0.5), here
