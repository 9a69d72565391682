"""Where a stopped prompt goes on, and how loudness moves."""

import numpy as np

from tests.voice.sounds import quiet, talk
from voice.audio import RATE, Pcm
from voice.resume import DOWN_MS, IN_MS, UP_MS, Fader, goes_on_at

LEVEL = np.full(RATE, 10_000, dtype=np.int16)


def goes_on_ms(*sounds: Pcm, heard_ms: int) -> int:
    return goes_on_at(np.concatenate(sounds), heard_ms * 8) // 8


def test_it_goes_on_after_the_last_pause():
    assert goes_on_ms(talk(1000), quiet(200), talk(800), heard_ms=1700) == 1200


def test_a_pause_that_is_being_heard_is_not_repeated():
    assert goes_on_ms(talk(1000), quiet(200), talk(800), heard_ms=1150) == 1150


def test_a_stop_consonant_is_no_pause():
    assert goes_on_ms(talk(300), quiet(150), talk(500), quiet(40), talk(500), heard_ms=1400) == 450


def test_a_pause_long_ago_is_too_far_back():
    assert goes_on_ms(talk(500), quiet(200), talk(4000), heard_ms=3500) >= 3000


def test_without_a_pause_it_goes_on_at_the_quietest_moment_of_the_last_word():
    soft = (talk(20) // 4).astype(np.int16)
    assert goes_on_ms(talk(1700), soft, talk(280), heard_ms=2000) in (1700, 1710)


def test_a_prompt_that_had_hardly_begun_begins_again():
    assert goes_on_ms(talk(3000), heard_ms=300) == 0
    assert goes_on_ms(talk(3000), heard_ms=0) == 0


def test_it_never_goes_on_later_than_it_was_heard():
    rng = np.random.default_rng(7)
    for _ in range(50):
        pcm = (rng.standard_normal(rng.integers(1, 3 * RATE)) * rng.choice([0, 5000])).astype(np.int16)
        heard = int(rng.integers(0, len(pcm) + 100))
        assert 0 <= goes_on_at(pcm, heard) <= heard


def test_full_loudness_leaves_samples_untouched():
    assert Fader().apply(LEVEL) is LEVEL


def test_ducking_lowers_by_18_db_within_a_frame_and_without_a_jump():
    fader = Fader()
    fader.duck(-18.0)
    out = fader.apply(LEVEL).astype(int)
    assert abs(out[DOWN_MS * 8] - 1259) <= 1
    assert np.abs(np.diff(out)).max() <= 10_000 // (DOWN_MS * 8) + 1


def test_coming_back_takes_longer_and_ends_at_full_loudness():
    fader = Fader()
    fader.duck(-18.0)
    fader.apply(LEVEL)
    fader.up()
    out = fader.apply(LEVEL).astype(int)
    assert out[UP_MS * 4] < 6000
    assert out[UP_MS * 8] == 10_000
    assert np.abs(np.diff(out)).max() <= 20


def test_the_gain_goes_on_from_piece_to_piece():
    whole, pieces = Fader(), Fader()
    whole.duck(-18.0)
    pieces.duck(-18.0)
    one = whole.apply(LEVEL)
    many = np.concatenate([pieces.apply(LEVEL[at : at + 33]) for at in range(0, len(LEVEL), 33)])
    assert np.abs(one.astype(int) - many).max() <= 1


def test_what_goes_on_begins_from_nothing():
    fader = Fader()
    fader.from_nothing()
    out = fader.apply(LEVEL)
    assert out[0] < 200
    assert out[IN_MS * 8] == 10_000
