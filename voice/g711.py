"""The telephone's two codes, μ-law and A-law (ITU-T G.711), as tables: one look-up a sample, either way.

Python 3.13 dropped `audioop`, so the tables are built here. Magnitudes are treated alike for both signs, and the
decoded values are the standard's (±32124 and ±32256 at full scale).
"""

import numpy as np
import numpy.typing as npt

from voice.audio import Pcm

_BIAS = 132  # μ-law adds 33 to a 14-bit magnitude, so that segments begin at powers of two; 132 in 16 bits
_CLIP = 32635  # the largest magnitude whose sum with the bias stays in 15 bits

_Codes = npt.NDArray[np.uint8]


def _every_int16() -> npt.NDArray[np.int32]:
    """All samples in the order of their 16-bit pattern: 0..32767, then -32768..-1."""
    return np.arange(65536, dtype=np.uint16).view(np.int16).astype(np.int32)


def _segment(magnitude: npt.NDArray[np.int32], *, first_bit: int) -> npt.NDArray[np.int32]:
    """Which of the eight segments: how far the highest set bit stands above `first_bit`."""
    highest = np.floor(np.log2(np.maximum(magnitude, 1))).astype(np.int32)
    return np.clip(highest - first_bit, 0, 7)


def _mulaw_encoder() -> _Codes:
    sample = _every_int16()
    magnitude = np.minimum(np.abs(sample), _CLIP) + _BIAS
    segment = _segment(magnitude, first_bit=7)
    step = (magnitude >> (segment + 3)) & 0x0F
    sign = np.where(sample < 0, 0x80, 0)
    return np.asarray(~(sign | segment << 4 | step) & 0xFF, dtype=np.uint8)


def _mulaw_decoder() -> Pcm:
    code = ~np.arange(256, dtype=np.int32) & 0xFF
    segment, step = (code >> 4) & 7, code & 0x0F
    magnitude = (((step << 3) + _BIAS) << segment) - _BIAS
    return np.where(code & 0x80, -magnitude, magnitude).astype(np.int16)


def _alaw_encoder() -> _Codes:
    sample = _every_int16()
    magnitude = np.where(sample < 0, ~sample, sample) >> 3  # 13 bits with the sign
    segment = _segment(magnitude, first_bit=4)
    step = (magnitude >> np.maximum(segment, 1)) & 0x0F
    sign = np.where(sample < 0, 0, 0x80)
    return np.asarray((sign | segment << 4 | step) ^ 0x55, dtype=np.uint8)  # even bits inverted on the wire


def _alaw_decoder() -> Pcm:
    code = np.arange(256, dtype=np.int32) ^ 0x55
    segment, step = (code >> 4) & 7, code & 0x0F
    linear = (step << 4) + 8
    magnitude = np.where(segment == 0, linear, (linear + 256) << np.maximum(segment - 1, 0))
    return np.where(code & 0x80, magnitude, -magnitude).astype(np.int16)


_MULAW_ENCODER, _MULAW_DECODER = _mulaw_encoder(), _mulaw_decoder()
_ALAW_ENCODER, _ALAW_DECODER = _alaw_encoder(), _alaw_decoder()

MULAW_SILENCE = 0xFF  # code of +0
ALAW_SILENCE = 0xD5


def mulaw_encode(pcm: Pcm) -> bytes:
    return _MULAW_ENCODER[pcm.view(np.uint16)].tobytes()


def mulaw_decode(code: bytes) -> Pcm:
    return _MULAW_DECODER[np.frombuffer(code, dtype=np.uint8)]


def alaw_encode(pcm: Pcm) -> bytes:
    return _ALAW_ENCODER[pcm.view(np.uint16)].tobytes()


def alaw_decode(code: bytes) -> Pcm:
    return _ALAW_DECODER[np.frombuffer(code, dtype=np.uint8)]
