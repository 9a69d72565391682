"""What pocketsphinx would have heard near a microphone: its cepstra, guessed from a telephone's sound by a small net.

Its acoustic model knows voices from 130 to 6800 Hz; a telephone passes 300 to 3400 and adds noise. From 15 frames of
17 telephone bands the net says what 25 clean, wide bands were. `models/training/phone_cepstra.py` made it.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

SHIPPED = Path(__file__).with_name("data") / "phone_cepstra.npz"
RATE = 16_000  # Hz; all numbers of this block are the acoustic model's own (`feat.params` in pocketsphinx' wheel)
HOP = 160
BANDS = 25
LOW_HZ, HIGH_HZ = 130.0, 6800.0
COEFFICIENTS = 13
LIFTER = 22
PREEMPHASIS = 0.97
_WINDOW = 410
_SPECTRUM = 512

HEARD = slice(2, 19)  # bands that a telephone passes
AROUND = 7  # frames on either side
_QUIETEST = 100.0  # of a band's power, about mu-law's own rounding: below it nothing is told apart

FLOOR_DB = -35.0  # of the noise in `plain`, under the voice


@dataclass(frozen=True, slots=True)
class Layer:
    weights: Floats  # (inputs, outputs)
    bias: Floats


@dataclass(frozen=True, slots=True)
class PhoneCepstra:
    layers: tuple[Layer, ...]

    def __call__(self, sound: npt.NDArray[np.int16]) -> Floats:
        """`sound`: one utterance of a telephone, 16 kHz. (frames of 10 ms, 13 cepstra)."""
        bands = log_bands(sound)
        return cepstra(self._wide(inputs(bands))) if len(bands) else np.zeros((0, COEFFICIENTS), np.float32)

    def _wide(self, through: Floats) -> Floats:
        *hidden, last = self.layers
        for layer in hidden:
            through = np.maximum(through @ layer.weights + layer.bias, 0.0)
        return through @ last.weights + last.bias


def plain(sound: npt.NDArray[np.int16]) -> Floats:
    """Without the net, for what is too short for it: faint noise fills the band that a telephone leaves dead."""
    frames = sound[: len(sound) // 320 * 320].reshape(-1, 320).astype(np.float32)
    if not len(frames):
        return cepstra(log_bands(sound))
    levels = np.sqrt(np.mean(frames * frames, axis=1))
    voiced = levels[levels >= levels.max() * 0.1]  # within 20 dB of the loudest
    floor = float(np.sqrt(np.mean(voiced * voiced))) * 10 ** (FLOOR_DB / 20)
    hiss = np.random.default_rng(0).standard_normal(len(sound), dtype=np.float32) * floor  # the same every time
    return cepstra(log_bands(np.clip(np.rint(sound + hiss), -32768, 32767).astype(np.int16)))


@cache
def shipped() -> PhoneCepstra:
    return load(SHIPPED)


def load(path: Path) -> PhoneCepstra:
    with np.load(path) as kept:
        arrays = [kept[name].astype(np.float32) for name in sorted(kept.files)]
    return PhoneCepstra(tuple(Layer(w, b) for b, w in zip(arrays[0::2], arrays[1::2], strict=True)))


def save(path: Path, net: PhoneCepstra) -> None:
    """Half precision is enough, and half the size."""
    arrays = {f"{n}_bias": one.bias for n, one in enumerate(net.layers)}
    arrays |= {f"{n}_weights": one.weights for n, one in enumerate(net.layers)}
    half: Any = {name: one.astype(np.float16) for name, one in arrays.items()}  # one name could be `allow_pickle`
    np.savez_compressed(path, **half)


def log_bands(sound: npt.NDArray[np.int16]) -> Floats:
    """(frames, 25) natural logarithms of the bands' power."""
    if not len(sound):
        return np.zeros((0, BANDS), np.float32)
    samples = sound.astype(np.float32)
    samples[1:] -= PREEMPHASIS * samples[:-1]
    frames = -(-len(samples) // HOP)
    padded = np.pad(samples, (0, max(0, (frames - 1) * HOP + _WINDOW - len(samples))))
    cut = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)[::HOP][:frames]
    spectrum = np.fft.rfft(cut * _hamming(), _SPECTRUM)
    power = (spectrum.real**2 + spectrum.imag**2).astype(np.float32)
    bands: Floats = np.log(power @ _filters() + _QUIETEST).astype(np.float32)
    return bands


def inputs(bands: Floats) -> Floats:
    """(frames, 15 x 17): each frame with its neighbours, without what is constant through the utterance."""
    heard = bands[:, HEARD] - bands[:, HEARD].mean(axis=0)
    padded = np.pad(heard, ((AROUND, AROUND), (0, 0)), mode="edge")
    return np.concatenate([padded[at : at + len(heard)] for at in range(2 * AROUND + 1)], axis=1)


def cepstra(bands: Floats) -> Floats:
    return bands @ cosines()


@cache
def cosines() -> Floats:
    """(25, 13): the discrete cosine transform with the lifter in it."""
    order, band = np.arange(COEFFICIENTS), np.arange(BANDS)[:, None]
    lifter = 1 + LIFTER / 2 * np.sin(np.pi * order / LIFTER)
    scale = np.where(order == 0, np.sqrt(1 / BANDS), np.sqrt(2 / BANDS))
    return np.asarray(np.cos(np.pi * order * (band + 0.5) / BANDS) * scale * lifter, np.float32)


@cache
def _hamming() -> Floats:
    return np.hamming(_WINDOW).astype(np.float32)


@cache
def _filters() -> Floats:
    """(257, 25) triangles of unit area whose corners lie on bins, as the engine builds them (`round_filters`)."""
    step = RATE / _SPECTRUM
    low, high = (2595 * np.log10(1 + hz / 700) for hz in (LOW_HZ, HIGH_HZ))
    edges = 700 * (10 ** (np.linspace(low, high, BANDS + 2) / 2595) - 1)
    left, top, right = (np.round(edges / step)[at : BANDS + at] * step for at in range(3))
    hz = np.arange(_SPECTRUM // 2 + 1)[:, None] * step
    rising, falling = (hz - left) / (top - left), (right - hz) / (right - top)
    return np.asarray(np.maximum(0, np.minimum(rising, falling)) * 2 / (right - left), np.float32)
