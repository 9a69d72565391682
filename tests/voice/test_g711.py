"""G.711 against the standard's own values."""

import numpy as np

from voice.g711 import ALAW_SILENCE, MULAW_SILENCE, alaw_decode, alaw_encode, mulaw_decode, mulaw_encode

EVERY_CODE = bytes(range(256))
EVERY_SAMPLE = np.arange(-32768, 32768).astype(np.int16)


def test_mulaw_decodes_the_standards_corner_values():
    assert mulaw_decode(bytes([0x00, 0x80, 0x7F, 0xFF, 0xF0, 0x8F])).tolist() == [-32124, 32124, 0, 0, 120, 16764]


def test_alaw_decodes_the_standards_corner_values():
    assert alaw_decode(bytes([0xD5, 0x55, 0xAA, 0x2A])).tolist() == [8, -8, 32256, -32256]


def test_every_code_survives_decoding_and_encoding():
    again = mulaw_encode(mulaw_decode(EVERY_CODE))
    assert [code for code in range(256) if again[code] != code] == [0x7F]  # minus zero becomes zero
    assert alaw_encode(alaw_decode(EVERY_CODE)) == EVERY_CODE


def test_no_sample_moves_by_more_than_about_half_a_step():
    for encode, decode in ((mulaw_encode, mulaw_decode), (alaw_encode, alaw_decode)):
        moved = np.abs(decode(encode(EVERY_SAMPLE)).astype(int) - EVERY_SAMPLE)
        half_a_step = (np.abs(EVERY_SAMPLE.astype(int)) + 256) / 32  # a step is a 16th of its segment's start, or less
        assert (moved <= half_a_step + 8).all()


def test_the_codes_climb_with_the_samples():
    for encode, decode in ((mulaw_encode, mulaw_decode), (alaw_encode, alaw_decode)):
        assert (np.diff(decode(encode(EVERY_SAMPLE)).astype(int)) >= 0).all()


def test_silence_is_silence():
    assert set(mulaw_encode(np.zeros(160, np.int16))) == {MULAW_SILENCE}
    assert set(alaw_encode(np.zeros(160, np.int16))) == {ALAW_SILENCE}


def test_nothing_gives_nothing():
    assert mulaw_encode(np.zeros(0, np.int16)) == b""
    assert len(alaw_decode(b"")) == 0
