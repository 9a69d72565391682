"""What the carrier itself plays to a telephone: a stand-in for its voice, ringback, music, a beep. All are tones."""

from functools import cache

import numpy as np

from telephony.sim.caller import Step
from voice.audio import FRAME_MS, FRAME_SAMPLES, RATE, Pcm, silence

SPEECH_MS_A_CHARACTER = 60  # about 1000 characters a minute, as voices speak
FILE_SECONDS = 3.0  # length of whatever `<Play>` names: the stand-in fetches no audio
QUIET = silence(FRAME_MS)


def said(text: str) -> Pcm:
    """`<Say>`: a hum as long as the words."""
    return _tone(len(text.strip()) * SPEECH_MS_A_CHARACTER, 160.0, 320.0)


def music(seconds: float = FILE_SECONDS) -> Pcm:
    return _tone(round(seconds * 1000), 262.0, 330.0, 392.0)


@cache
def ringback() -> Pcm:
    """North America's: 440 and 480 Hz, 2 s on and 4 s off."""
    return np.concatenate([_tone(2000, 440.0, 480.0), silence(4000)])


@cache
def beep() -> Pcm:
    return _tone(200, 1000.0)


class Sound:
    """A circuit that plays `clip`, once or over and over; `played` frames tell when one that ends has ended."""

    def __init__(self, clip: Pcm, *, again: bool = False) -> None:
        padding = -len(clip) % FRAME_SAMPLES
        self._clip = np.concatenate([clip, np.zeros(padding, dtype=np.int16)]).reshape(-1, FRAME_SAMPLES)
        self._again = again
        self._at = 0

    @property
    def over(self) -> bool:
        return not self._again and self._at >= len(self._clip)

    def play(self) -> Pcm:
        if self.over or not len(self._clip):
            return QUIET
        frame = self._clip[self._at % len(self._clip)]
        self._at += 1
        return np.asarray(frame, dtype=np.int16)

    async def take(self, step: Step, arrived: object) -> None:
        """Nobody listens."""


def _tone(ms: int, *hz: float) -> Pcm:
    at = np.arange(RATE * ms // 1000) / RATE
    wave = sum(np.sin(2 * np.pi * each * at) for each in hz) / len(hz) if len(at) else np.zeros(0)
    return np.asarray(4000 * np.asarray(wave), dtype=np.int16)
