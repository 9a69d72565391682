"""Whisper in small (models/shapes), for all but its understanding, which `warmline calibrate stt` measures.

Its weights are random: its texts are made-up words, always up to the token cap, never sure.
"""

import numpy as np

from voice.audio import RATE
from voice.stt import whisper
from voice.stt.guards import Limits
from voice.stt.whisper_decode import Decoded

STATES = {"main": ["pay my water bill", "where is my parcel", "yes"], "yes_no": ["yes", "no"]}
BELIEVES_ALL = Limits(no_speech_prob=1.0, avg_logprob=-99.0, compression_ratio=99.0, tokens_per_second=999.0)
SURE = Decoded("Where is my parcel?", 6, -0.2, 0.01, 1.1)


def opened(settings, windows=None):
    recogniser = whisper.open(settings, STATES)
    if windows is not None:
        windows.clear()  # of the warm-up
    return recogniser


def noise(seconds: float, seed: int = 0):
    return (3000 * np.random.default_rng(seed).standard_normal(int(RATE * seconds))).astype(np.int16)
