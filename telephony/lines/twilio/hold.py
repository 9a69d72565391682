"""What a caller on hold in a conference hears: our own sentence and music as one sound, which Twilio plays in a loop.

Between two sentences lie 17 s: nobody hears music alone for long.
"""

import io
import wave

import numpy as np

from voice.audio import RATE, Pcm, silence
from voice.music import hold_music

PAUSE_MS = 400


def hold_sound(words: Pcm) -> bytes:
    """A WAV file, 16 bit mono 8 kHz. `words`: the sentence as our voice says it."""
    sound = np.concatenate([words, silence(PAUSE_MS), hold_music(), silence(PAUSE_MS)])
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(sound.astype("<i2").tobytes())
    return file.getvalue()
