"""The last voice: it says only what was rendered before, by whichever voice rendered it.

Put behind a `CachedSynthesizer` with the same folder and voice key, it lets a call be answered, apologised to and
handed to a person even when no engine runs at all.
"""

from collections.abc import AsyncGenerator
from dataclasses import dataclass

from voice.audio import Pcm
from voice.errors import VoiceFailed


@dataclass(frozen=True, slots=True)
class Settings:
    voice_key: str  # of the voice whose clips lie in the cache


class PrerenderedVoice:
    def __init__(self, settings: Settings) -> None:
        self.voice_key = settings.voice_key

    async def stream(self, text: str) -> AsyncGenerator[Pcm, None]:
        for piece in _nothing_for(text):
            yield piece

    async def close(self) -> None:
        """Holds nothing."""


def _nothing_for(text: str) -> tuple[Pcm, ...]:
    if text.strip():
        raise VoiceFailed(f"a sentence rendered ahead expected, one of {len(text)} characters came and no engine runs")
    return ()


def open(settings: Settings) -> PrerenderedVoice:
    return PrerenderedVoice(settings)
