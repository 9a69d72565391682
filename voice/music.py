"""Hold music: sixteen seconds of slow broken chords, computed here, so that no recording and no licence is needed.

Soft sines with a second partial: a telephone line carries them without distortion, and a recogniser hears no words.
"""

from functools import lru_cache

import numpy as np

from voice.audio import RATE, Pcm

CHORDS = ((261.63, 329.63, 392.00, 523.25), (220.00, 329.63, 440.00, 523.25), (349.23, 440.00, 523.25, 698.46),
          (293.66, 392.00, 493.88, 587.33))  # fmt: skip
"""C, A minor, F and G, in hertz: equal temperament, within the telephone's 300 to 3400 Hz but for two soft basses."""

NOTE_SECONDS = 0.5
NOTES_A_CHORD = 8
RING_SECONDS = 1.6  # a note dies away into those that follow
LEVEL = 0.11
"""Peak of one note, of full scale: the loop measures -26 dBFS RMS, some 6 dB below our voices."""


class Music:
    """One listener's place in the loop."""

    def __init__(self) -> None:
        self._at = 0

    def next(self, milliseconds: int) -> Pcm:
        """The next so many milliseconds."""
        loop = hold_music()
        samples = milliseconds * RATE // 1000
        piece = np.take(loop, range(self._at, self._at + samples), mode="wrap")
        self._at = (self._at + samples) % len(loop)
        return piece


@lru_cache(maxsize=1)
def hold_music() -> Pcm:
    """The whole loop; its end leads into its beginning."""
    step = round(NOTE_SECONDS * RATE)
    loop = np.zeros(step * NOTES_A_CHORD * len(CHORDS))
    for number in range(NOTES_A_CHORD * len(CHORDS)):
        chord = CHORDS[number // NOTES_A_CHORD]
        note = _note(chord[(0, 1, 2, 3, 2, 1, 2, 1)[number % NOTES_A_CHORD]])
        places = (number * step + np.arange(len(note))) % len(loop)
        loop[places] += note
    return (loop * 32767).astype(np.int16)


def _note(hertz: float) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    seconds = np.arange(round(RING_SECONDS * RATE)) / RATE
    swell = np.minimum(1.0, seconds / 0.03) * np.exp(-3.0 * seconds) * np.minimum(1.0, (RING_SECONDS - seconds) / 0.1)
    tone = np.sin(2 * np.pi * hertz * seconds) + 0.25 * np.sin(4 * np.pi * hertz * seconds)
    return np.asarray(LEVEL * swell * tone)
