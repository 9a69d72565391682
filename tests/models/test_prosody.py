"""How something was said, from samples alone."""

import numpy as np
import numpy.typing as npt
import pytest

from models.prosody import LEVEL, NAMES, NOTHING, RATE, extract

Samples = npt.NDArray[np.int16]


def tone(hertz: float, seconds: float = 1.5, *, gain: float = 0.3, silence: float = 0.2) -> Samples:
    """A buzz with harmonics and short pauses, as a voice has."""
    time = np.arange(int(seconds * RATE)) / RATE
    wave = sum(np.sin(2 * np.pi * hertz * number * time) / number for number in range(1, 8))
    wave = np.where((time % 0.5) < 0.5 - silence, wave, 0.0)
    noise = np.random.default_rng(1).normal(0, 0.002, len(time))
    return np.asarray(np.clip(gain * (wave / 2 + noise), -1, 1) * 32767, np.int16)


@pytest.mark.parametrize("hertz", [90.0, 140.0, 220.0, 330.0])
def test_hears_the_pitch(hertz: float) -> None:
    semitones = extract(tone(hertz))["pitch_p50"]

    assert semitones == pytest.approx(12 * np.log2(hertz / 55), abs=0.5)


def test_counts_voiced_time_and_noise() -> None:
    clean = extract(tone(150))
    noisy = extract((tone(150) + np.random.default_rng(2).normal(0, 2500, int(1.5 * RATE))).astype(np.int16))

    assert clean.voiced_seconds == pytest.approx(0.9, abs=0.25)
    assert clean.snr_db > 25
    assert noisy.snr_db < 15


def test_only_the_level_features_follow_the_gain() -> None:
    soft, loud = extract(tone(150, gain=0.1)), extract(tone(150, gain=0.4))

    for name in LEVEL:
        assert loud[name] - soft[name] == pytest.approx(12, abs=1.5)
    assert loud["pitch_p50"] == pytest.approx(soft["pitch_p50"], abs=0.1)
    assert loud["band_500_1000"] == pytest.approx(soft["band_500_1000"], abs=0.5)


@pytest.mark.parametrize("samples", [[], [0] * 8000, [5] * 400])
def test_silence_and_scraps_say_nothing(samples: list[int]) -> None:
    assert extract(np.array(samples, np.int16)).voiced_seconds == 0


def test_less_than_a_tenth_of_a_second_is_nothing() -> None:
    assert extract(tone(150)[: int(0.09 * RATE)]) is NOTHING


@pytest.mark.parametrize(
    "samples",
    [
        np.full(8000, 32767, np.int16),
        np.where(np.arange(8000) % 50 < 25, 32767, -32768).astype(np.int16),
        np.random.default_rng(0).integers(-32768, 32767, 8000).astype(np.int16),
        np.full(8000, np.nan),
        np.where(np.arange(8000) % 7 == 0, np.inf, 100.0),
    ],
)
def test_bears_clipped_broken_and_random_sound(samples: npt.NDArray[np.generic]) -> None:
    found = extract(samples)  # type: ignore[arg-type]  # broken on purpose

    assert found.features.shape == (len(NAMES),)
    assert np.isfinite(found.features).all()
