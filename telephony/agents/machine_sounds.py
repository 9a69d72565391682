"""Who answered an agent's telephone, by how it sounds: a beep after a greeting, a tone without end, music. Pure.

Counts only what no voice and no noise does: over two hours of telephone callers it is silent (see the tests).
"""

from collections import deque

import numpy as np
import numpy.typing as npt

from voice.audio import FRAME_MS, FRAME_SAMPLES, RATE, Pcm

BEEP_MS = 200  # voicemail beeps last 200 to 1000 ms
TONE_MS = 3000  # a fax or a dead number; longer than a burst of any ringing tone
GREETING_MS = 1500  # of sound before a beep: headsets beep when they answer by themselves, recordings only after words
MUSIC_MS = 10_000  # without a gap: people breathe
_RMS_LOUD = 184.0  # -45 dBFS
_PURE = 0.95  # of a window's energy around its strongest frequency; vowels stay below, or waver
_STEADY_HZ, _STEADY_DB = 8.0, 2.0
_BEEP_HZ = (350.0, 2500.0)
_RINGING_HZ = (395.0, 490.0)  # ringing, busy and dial tones of most countries: somebody may still answer
_WINDOW = 3 * FRAME_SAMPLES
_POINTS = 1024
_LOBE = 5  # of _POINTS: the Hann window's main lobe to each side
_HANN = np.hanning(_WINDOW)
_HZ = RATE / _POINTS
_BAND = slice(round(200 / _HZ), round(3400 / _HZ))  # what a telephone passes
_NOTES = 5  # strongest frequencies of a window
_HELD_BINS = 2  # a note that moved less is held
_HELD = 0.8  # of the notes from window to window: 0.99 for chords, 0.52 to 0.65 for speech and for many voices at once


class Sound:
    """The far end's audio, frame by frame; `hear` says "beep", "tone" or "music" once it is sure, else None."""

    def __init__(self) -> None:
        self._rest = np.zeros(0, dtype=np.int16)
        self._window = np.zeros(_WINDOW)
        self._greeted_ms = 0
        self._pure_ms = 0
        self._pure: tuple[float, float] = (0.0, 0.0)  # Hz and RMS at the start of the stretch
        self._notes: npt.NDArray[np.intp] | None = None
        self._held: deque[float] = deque(maxlen=MUSIC_MS // FRAME_MS)  # since the last gap: how many notes went on

    def hear(self, pcm: Pcm) -> str | None:
        self._rest = np.concatenate([self._rest, pcm])
        found = None
        while len(self._rest) >= FRAME_SAMPLES:
            frame, self._rest = self._rest[:FRAME_SAMPLES], self._rest[FRAME_SAMPLES:]
            found = self._frame(frame) or found
        return found

    def _frame(self, frame: Pcm) -> str | None:
        self._window = np.concatenate([self._window[FRAME_SAMPLES:], frame.astype(np.float64)])
        rms = float(np.sqrt(np.mean(np.square(self._window))))
        if rms < _RMS_LOUD:
            self._pure_ms, self._notes = 0, None
            self._held.clear()
            return None
        power = np.square(np.abs(np.fft.rfft(self._window * _HANN, _POINTS)))
        peak = int(np.argmax(power))
        pure = power[max(0, peak - _LOBE) : peak + _LOBE + 1].sum() >= _PURE * power.sum()
        if pure:
            return self._tone(peak * _HZ, rms)
        self._pure_ms = 0
        self._greeted_ms += FRAME_MS
        return self._music(power[_BAND])

    def _tone(self, hz: float, rms: float) -> str | None:
        began_hz, began_rms = self._pure
        steady = abs(hz - began_hz) <= _STEADY_HZ and abs(20 * np.log10(rms / max(began_rms, 1.0))) <= _STEADY_DB
        if not (self._pure_ms and steady):
            self._pure, self._pure_ms = (hz, rms), FRAME_MS
            return None
        self._pure_ms += FRAME_MS
        if self._pure_ms >= TONE_MS:
            return "tone"
        beeps = _BEEP_HZ[0] <= hz <= _BEEP_HZ[1] and not _RINGING_HZ[0] <= hz <= _RINGING_HZ[1]
        return "beep" if beeps and self._pure_ms >= BEEP_MS and self._greeted_ms >= GREETING_MS else None

    def _music(self, power: npt.NDArray[np.float64]) -> str | None:
        notes, before = _strongest(power), self._notes
        self._notes = notes
        if before is not None:
            nearest = np.abs(notes[:, None] - before[None, :]).min(axis=1)
            self._held.append(float(np.mean(nearest <= _HELD_BINS)))
        full = len(self._held) == self._held.maxlen
        return "music" if full and sum(self._held) >= _HELD * len(self._held) else None


def _strongest(power: npt.NDArray[np.float64]) -> npt.NDArray[np.intp]:
    """The places of the strongest frequencies, each with its lobe taken out before the next is looked for."""
    left = power.copy()
    found = np.zeros(_NOTES, dtype=np.intp)
    for number in range(_NOTES):
        peak = found[number] = np.argmax(left)
        left[max(0, peak - _LOBE) : peak + _LOBE + 1] = 0.0
    return found
