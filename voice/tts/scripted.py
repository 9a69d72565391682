"""A voice for tests and quick replays: a low tone for every letter, a gap for every space, always the same samples."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass

import numpy as np

from voice.audio import RATE, Pcm

PIECE_MS = 100


@dataclass(frozen=True, slots=True)
class Settings:
    ms_per_character: int = 60  # speech at 160 words a minute takes about 62 ms a character
    tone_hz: int = 180
    level: float = 0.2  # of full scale: a normal telephone level, about -14 dBFS


class ScriptedVoice:
    def __init__(self, settings: Settings) -> None:
        self.voice_key = f"scripted/{settings.ms_per_character}/{settings.tone_hz}/{settings.level}"
        self._settings = settings

    async def stream(self, text: str) -> AsyncGenerator[Pcm, None]:
        pcm = self._render(text)
        step = RATE * PIECE_MS // 1000
        for start in range(0, len(pcm), step):
            yield pcm[start : start + step]

    async def close(self) -> None:
        """Holds nothing."""

    def _render(self, text: str) -> Pcm:
        per_character = RATE * self._settings.ms_per_character // 1000
        spoken = np.repeat(np.array([not character.isspace() for character in text], dtype=bool), per_character)
        at = np.arange(len(spoken)) / RATE
        tone = np.sin(2 * np.pi * self._settings.tone_hz * at) * (self._settings.level * 32767)
        return np.where(spoken, tone, 0).astype(np.int16)


def open(settings: Settings) -> ScriptedVoice:
    return ScriptedVoice(settings)
