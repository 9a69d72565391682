"""Rates are changed without losing time, loudness or the last milliseconds."""

import numpy as np
import pytest

from voice.errors import AudioError
from voice.resample import ResampleStream, resample


def tone(rate: int, *, seconds: float = 1.0, hz: float = 440.0, level: float = 10_000) -> np.ndarray:
    return (level * np.sin(2 * np.pi * hz * np.arange(int(rate * seconds)) / rate)).astype(np.int16)


@pytest.mark.parametrize("rate", [16_000, 22_050, 24_000, 44_100, 48_000])
def test_a_stream_in_pieces_is_as_long_as_all_at_once(rate):
    sound, stream = tone(rate), ResampleStream(rate, 8000)
    piece = rate // 50
    out = [stream.feed(sound[i : i + piece]) for i in range(0, len(sound), piece)] + [stream.flush()]
    assert sum(map(len, out)) == len(resample(sound, rate, 8000)) == 8000


def test_the_end_of_a_sentence_is_not_lost():
    sound = np.concatenate((np.zeros(21_000, np.int16), tone(22_050, seconds=0.05)))
    stream = ResampleStream(22_050, 8000)
    heard = np.concatenate((stream.feed(sound), stream.flush()))
    assert np.abs(heard[-300:].astype(int)).max() > 8000


def test_after_a_flush_the_next_sentence_starts_clean():
    stream = ResampleStream(22_050, 8000)
    first = np.concatenate((stream.feed(tone(22_050)), stream.flush()))
    second = np.concatenate((stream.feed(tone(22_050)), stream.flush()))
    assert first.tolist() == second.tolist()


def test_two_streams_of_one_sound_give_the_same_samples():
    one, other = (ResampleStream(22_050, 8000) for _ in range(2))
    assert one.feed(tone(22_050)).tolist() == other.feed(tone(22_050)).tolist()


def test_a_streamed_square_at_full_scale_does_not_wrap_around():
    square = np.where(np.arange(16_000) % 40 < 20, 32_767, -32_768).astype(np.int16)
    out = ResampleStream(16_000, 8000).feed(square).astype(int)
    assert np.abs(np.diff(np.sign(out[100:]))).sum() <= 2 * 2 * len(square) / 40


def test_a_tone_keeps_its_loudness():
    up_and_down = resample(resample(tone(8000), 8000, 16_000), 16_000, 8000)
    assert np.abs(up_and_down[800:-800].astype(int) - tone(8000)[800:-800]).max() < 20


def test_equal_rates_change_nothing():
    stream = ResampleStream(8000, 8000)
    assert stream.feed(tone(8000)).tolist() == tone(8000).tolist()
    assert len(stream.flush()) == 0
    assert resample(tone(8000), 8000, 8000).tolist() == tone(8000).tolist()


def test_full_scale_does_not_wrap_around():
    square = np.where(np.arange(16_000) % 40 < 20, 32_767, -32_768).astype(np.int16)
    out = resample(square, 16_000, 8000).astype(int)
    assert np.abs(np.diff(np.sign(out[100:-100]))).sum() <= 2 * 2 * len(square) / 40  # no more sign changes than it has


def test_a_rate_of_nothing_is_refused():
    with pytest.raises(AudioError, match="positive Hz"):
        resample(tone(8000), 0, 8000)
