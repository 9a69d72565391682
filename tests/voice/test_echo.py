"""Our own prompt, come back, is told from a caller's voice."""

from itertools import pairwise

import numpy as np
import pytest

from tests.data import data_folder
from tests.voice.coffee import commands
from voice.audio import RATE, Pcm
from voice.echo import JUDGED_MS, SOFTER, Echo, explained
from voice.g711 import mulaw_decode, mulaw_encode

CLIPS = 40


def voices(count: int) -> list[Pcm]:
    data_folder("commands-picovoice")
    return [command.pcm for command in commands(count)]


def loudest(pcm: Pcm, milliseconds: int) -> Pcm:
    at = int(np.argmax(np.abs(pcm.astype(int)))) - milliseconds * 4
    at = min(max(0, at), len(pcm) - milliseconds * 8)
    return pcm[at : at + milliseconds * 8]


def test_an_echo_at_minus_20_db_is_explained_by_what_was_played():
    for pcm in voices(CLIPS):
        word = loudest(pcm, JUDGED_MS)
        back = mulaw_decode(mulaw_encode((word * 0.1).astype(np.int16)))
        share, gain = explained(back, pcm)
        assert share >= 0.7
        assert gain == pytest.approx(0.1, abs=0.02)


def test_another_voice_is_not():
    """No word of one person resembles half a second of another; 0.53 was the most in 600 pairs, at full level."""
    clips = voices(CLIPS)
    for one, other in pairwise(clips):
        share, gain = explained(loudest(one, JUDGED_MS), other)
        assert share < 0.5 or gain > SOFTER


def test_a_caller_over_an_echo_is_not():
    clips = voices(CLIPS)
    for one, other in pairwise(clips):
        word = loudest(one, JUDGED_MS)
        back = (loudest(other, JUDGED_MS) * 0.1).astype(np.int16)
        both = (word / max(1, np.abs(word).max()) * 8000 + back).astype(np.int16)
        share, gain = explained(both, other)
        assert share < 0.5 or gain > SOFTER


def test_silence_is_nobodys_echo():
    noise = (np.random.default_rng(1).standard_normal(RATE) * 3000).astype(np.int16)
    quiet = np.zeros(JUDGED_MS * 8, dtype=np.int16)
    assert explained(quiet, noise) == (0.0, 0.0)
    assert explained(noise[: JUDGED_MS * 8], np.zeros(RATE, dtype=np.int16)) == (0.0, 0.0)


def test_what_was_played_long_ago_does_not_come_back_any_more():
    noise = (np.random.default_rng(1).standard_normal(RATE // 2) * 3000).astype(np.int16)
    echo = Echo()
    echo.played(noise, 1000)
    back = (noise[-JUDGED_MS * 8 :] * 0.1).astype(np.int16)
    assert echo.is_all_of(back, 1400, share=0.5)
    assert not echo.is_all_of(back, 3000, share=0.5)
    assert not Echo().is_all_of(back, 0, share=0.5)


def test_a_detector_that_lingers_in_silence_has_heard_nobody():
    noise = (np.random.default_rng(1).standard_normal(RATE // 2) * 3000).astype(np.int16)
    echo = Echo()
    echo.played(noise, 1000)
    assert echo.is_all_of(np.full(JUDGED_MS * 8, 8, dtype=np.int16), 1400, share=0.5)
