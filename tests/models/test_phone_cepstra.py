"""Cepstra for the recogniser without a download: shape, steadiness, and what is kept in the file."""

from pathlib import Path

import numpy as np
import pytest

from models.phone_cepstra import COEFFICIENTS, HOP, load, log_bands, plain, save, shipped


def hum(seconds: float, level: int) -> np.ndarray:
    time = np.arange(int(16_000 * seconds)) / 16_000
    swell = 1 + np.sin(2 * np.pi * 3 * time)
    return (level * swell * sum(np.sin(2 * np.pi * 140 * n * time) / n for n in range(1, 20))).astype(np.int16)


def test_there_are_thirteen_cepstra_for_each_ten_milliseconds() -> None:
    assert shipped()(hum(0.5, 3000)).shape == (16_000 // 2 // HOP, COEFFICIENTS)


@pytest.mark.parametrize("samples", [0, 1, 159, 161, 500])
def test_any_length_of_sound_gives_numbers(samples: int) -> None:
    assert np.isfinite(shipped()(np.full(samples, 30_000, np.int16))).all()


def test_a_louder_line_gives_the_same_cepstra() -> None:
    voice = hum(1.0, 1500) + np.random.default_rng(0).normal(0, 150, 16_000).astype(np.int16)
    quiet, loud = shipped()(voice), shipped()(2 * voice)
    assert np.abs(quiet - loud).max() < 0.02 * np.abs(quiet).max()


def test_the_bands_follow_the_pitch_of_a_tone() -> None:
    loudest = [
        int(
            log_bands((8000 * np.sin(2 * np.pi * hz * np.arange(8000) / 16_000)).astype(np.int16)).mean(axis=0).argmax()
        )
        for hz in (400, 1000, 2500, 6000)
    ]
    assert loudest == sorted(loudest)
    assert loudest[-1] >= 19  # above what a telephone passes


def test_what_is_saved_is_what_is_loaded(tmp_path: Path) -> None:
    save(tmp_path / "net.npz", shipped())
    sound = hum(0.3, 2000)
    assert np.array_equal(load(tmp_path / "net.npz")(sound), shipped()(sound))


def test_what_is_too_short_for_the_net_has_cepstra_too_the_same_every_time() -> None:
    sound = hum(0.4, 2000)
    assert plain(sound).shape == (40, COEFFICIENTS)
    assert np.array_equal(plain(sound), plain(sound))
