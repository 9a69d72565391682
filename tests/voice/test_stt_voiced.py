"""The voice of a segment with its margins."""

import numpy as np

from tests.voice.sounds import quiet, talk
from voice.stt.voiced import voiced_part


def test_long_silence_around_the_voice_is_cut_to_a_margin() -> None:
    from_ms, voice = voiced_part(np.concatenate((quiet(1000), talk(500), quiet(2000))))
    assert from_ms == 1000 - 160
    assert len(voice) == 8 * (160 + 500 + 160)


def test_where_the_sound_ends_the_margin_is_silence() -> None:
    from_ms, voice = voiced_part(talk(500))
    assert from_ms == -160
    assert not voice[: 8 * 160].any()
    assert not voice[-8 * 160 :].any()


def test_silence_has_no_voice() -> None:
    assert not len(voiced_part(quiet(500))[1])
