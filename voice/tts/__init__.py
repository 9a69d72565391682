"""Voices, one engine a file. Each module is a plug: a frozen `Settings` and `open(settings)`."""

from collections.abc import AsyncGenerator
from typing import Protocol

from voice.audio import Pcm


class Synthesizer(Protocol):
    """Speaks text. `voice_key` names engine, voice and scales: it is part of every cache key."""

    voice_key: str

    def stream(self, text: str) -> AsyncGenerator[Pcm, None]:
        """Yields int16 mono 8 kHz pieces as soon as they are ready. Raises `VoiceFailed` when the engine cannot.

        Close the generator (`contextlib.aclosing`) when the caller barges in: that stops the engine.
        """
        ...

    async def close(self) -> None: ...
