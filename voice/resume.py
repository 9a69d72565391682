"""Where a prompt that was stopped goes on, and how its loudness moves without a click. Pure, on samples."""

import numpy as np

from voice.audio import RATE, Pcm

_STEP = RATE // 100  # 10 ms
_PAUSE_MS = 60  # silence between words; the closure of a "p" or "t" is shorter
_PAUSE_SHARE = 0.05  # of the prompt's usual loudness: -26 dB, where a synthetic voice only breathes
_CLAUSE_BACK_MS = 1500  # so far back a pause is looked for: a clause of five words
_WORD_BACK_MS = 500  # without one, the quietest moment of so much: about a word

UP_MS = 120
"""Back to full loudness: fast enough to lose no word, slow enough not to be heard as a jump."""

DOWN_MS = 20
"""Lowered within one frame: faster clicks."""

IN_MS = 10
"""From nothing, where a prompt goes on in the middle of a sound."""


def goes_on_at(pcm: Pcm, heard: int) -> int:
    """The sample to go on from, of which `heard` were heard: the end of the last pause before, else the quietest
    moment of the last word. Never after `heard`."""
    heard = min(heard, len(pcm))
    loudness = _loudness(pcm[:heard])
    if not len(loudness):
        return 0
    quiet = loudness <= _PAUSE_SHARE * float(np.percentile(loudness, 90))
    steps = _PAUSE_MS * RATE // 1000 // _STEP
    for end in range(len(quiet), max(steps, len(quiet) - _CLAUSE_BACK_MS // 10) - 1, -1):
        if quiet[end - steps : end].all():
            return end * _STEP
    back = min(_WORD_BACK_MS // 10, len(loudness))
    if back == len(loudness):
        return 0
    return (len(loudness) - back + int(np.argmin(loudness[-back:]))) * _STEP


def _loudness(pcm: Pcm) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Root mean square of each whole 10 ms."""
    whole = pcm[: len(pcm) // _STEP * _STEP].reshape(-1, _STEP).astype(np.float64)
    return np.asarray(np.sqrt((whole * whole).mean(axis=1)), dtype=np.float64)


class Fader:
    """The gain of what is sent: moves in a straight line to where it is told to go."""

    def __init__(self) -> None:
        self._gain = 1.0
        self._target = 1.0
        self._step = 0.0  # a sample

    def duck(self, decibels: float) -> None:
        self._move(10 ** (decibels / 20), DOWN_MS)

    def up(self) -> None:
        self._move(1.0, UP_MS)

    def from_nothing(self) -> None:
        self._gain = 0.0
        self._move(1.0, IN_MS)

    def full(self) -> None:
        """At once: nothing is being played."""
        self._gain = self._target = 1.0

    def apply(self, pcm: Pcm) -> Pcm:
        if self._gain == self._target == 1.0 or not len(pcm):
            return pcm
        line = self._gain + self._step * np.arange(1, len(pcm) + 1)
        gain = np.minimum(line, self._target) if self._step > 0 else np.maximum(line, self._target)
        self._gain = float(gain[-1])
        return np.asarray(np.rint(pcm * gain), dtype=np.int16)

    def _move(self, target: float, over_ms: int) -> None:
        self._target = target
        self._step = (target - self._gain) / (over_ms * RATE / 1000)
