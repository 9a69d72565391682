"""Several voices in order of liking: when one cannot speak, the next one does, and the caller hears something."""

import logging
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from voice.audio import Pcm, silence
from voice.errors import VoiceFailed
from voice.tts import Synthesizer
from voice.tts.pauses import SENTENCE_MS

log = logging.getLogger(__name__)


class VoiceChain:
    """Each voice brings its own cache: a clip of the second must not be kept under the first one's key."""

    def __init__(self, voices: Sequence[Synthesizer]) -> None:
        if not voices:
            raise ValueError("a chain of at least one voice expected, none came")
        self.voice_key = voices[0].voice_key
        self._voices = tuple(voices)

    async def stream(self, text: str) -> AsyncGenerator[Pcm, None]:
        """Where a voice breaks off the next one goes on, from the beginning of that sentence."""
        failures: list[str] = []
        for voice in self._voices:
            heard = False
            try:
                async with aclosing(voice.stream(text)) as pieces:
                    async for piece in pieces:
                        heard = True
                        yield piece
                return
            except VoiceFailed as failure:
                failures.append(f"{voice.voice_key}: {failure}")
                log.warning("voice failed, trying the next: %s: %s", voice.voice_key, failure)
                text = failure.unsaid or text
            if heard:
                yield silence(SENTENCE_MS)
        raise VoiceFailed("no voice of the chain could speak; " + "; ".join(failures))

    async def close(self) -> None:
        for voice in self._voices:
            await voice.close()
