"""Who heard whom, told by tones: every party sends a pitch of its own, and a recording reads as a list of pitches.

`heard` gives runs such as [(440, 2.0), (880, 3.5)]: the pitch in Hz (0 for none of them) and its seconds.
"""

from __future__ import annotations

import wave
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

RATE = 8000
WINDOW_SECONDS = 0.1
SURE = 2400  # samples; 0.3 s hold at least two whole windows, and so make a run
PITCHES = (440, 600, 880, 1000, 1400, 1900)
PEAK = 8000  # about -12 dBFS
FLOOR = 300  # a pitch weaker than this amplitude is line noise

Samples = NDArray[np.int16]


def tone(hertz: float, seconds: float) -> Samples:
    steps = np.arange(round(seconds * RATE))
    return (PEAK * np.sin(2 * np.pi * hertz * steps / RATE)).astype(np.int16)


def write(path: Path, samples: Samples) -> Path:
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(RATE)
        sound.writeframes(samples.tobytes())
    return path


def read(path: Path) -> Samples:
    with wave.open(str(path), "rb") as sound:
        if sound.getframerate() != RATE or sound.getnchannels() != 1:
            raise ValueError(f"{path}: expected mono at {RATE} Hz, got {sound.getparams()}")
        return np.frombuffer(sound.readframes(sound.getnframes()), dtype=np.int16)


def strength(samples: Samples, hertz: float) -> float:
    """The amplitude of one pitch in a stretch (a single bin of the Fourier transform)."""
    steps = np.arange(len(samples))
    return float(
        2 * abs(np.dot(samples.astype(float), np.exp(-2j * np.pi * hertz * steps / RATE))) / max(1, len(samples))
    )


def pitches(samples: Samples) -> set[int]:
    """Every pitch that is in this stretch: two parties mixed give two."""
    return {hertz for hertz in PITCHES if strength(samples, hertz) > FLOOR}


def steady(samples: Samples) -> set[int] | None:
    """The pitches of a stretch that sounds the same all through; None where it changes or is too short to say."""
    if len(samples) < SURE:
        return None
    parts = {frozenset(pitches(window)) for window in _windows(samples)}
    return set(next(iter(parts))) if len(parts) == 1 else None


def heard(samples: Samples) -> list[tuple[int, float]]:
    """The runs of the strongest pitch. A run of a single window, where two pitches meet, is left out."""
    loudest = (max((strength(window, hertz), hertz) for hertz in PITCHES) for window in _windows(samples))
    runs = [
        (hertz, sum(1 for _ in group)) for hertz, group in groupby(hz if level > FLOOR else 0 for level, hz in loudest)
    ]
    return [(hertz, round(count * WINDOW_SECONDS, 1)) for hertz, count in _joined(runs) if count > 1]


def order(samples: Samples) -> list[int]:
    """The pitches one after the other, without silence and without lengths."""
    return [hertz for hertz, _ in groupby(hertz for hertz, _ in heard(samples) if hertz)]


def _windows(samples: Samples) -> list[Samples]:
    width = round(WINDOW_SECONDS * RATE)
    return [samples[at : at + width] for at in range(0, len(samples) - width + 1, width)]


def _joined(runs: Iterable[tuple[int, int]]) -> Iterable[tuple[int, int]]:
    long = [run for run in runs if run[1] > 1]
    for hertz, group in groupby(long, key=lambda run: run[0]):
        yield hertz, sum(count for _, count in group)
