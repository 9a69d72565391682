"""A voice whose engine runs in the voice process: text made speakable, samples brought to 8 kHz as they come."""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing

import numpy as np

from voice.audio import RATE, Pcm
from voice.resample import ResampleStream
from voice.tts.say_text import say_text
from voice.tts.voice_child import Options
from voice.tts.voice_process import VoiceSource


class ProcessVoice:
    def __init__(
        self,
        *,
        process: VoiceSource,
        engine: str,
        voice_key: str,
        options: Options,
        cut: Callable[[str], Sequence[str]],
    ) -> None:
        """`cut` divides a text into what the engine renders at a time. The process belongs to the caller."""
        self.voice_key = voice_key
        self._process = process
        self._engine = engine
        self._options = options
        self._cut = cut

    async def stream(self, text: str) -> AsyncGenerator[Pcm, None]:
        texts = self._cut(say_text(text))
        if not texts:
            return
        to_telephone: ResampleStream | None = None
        async with aclosing(self._process.stream(self._engine, texts, self._options)) as pieces:
            async for piece in pieces:
                if to_telephone is None:
                    to_telephone = ResampleStream(piece.rate, RATE)
                pcm = to_telephone.feed(np.frombuffer(piece.samples, dtype="<i2"))
                if len(pcm):
                    yield pcm
        if to_telephone is not None and len(tail := to_telephone.flush()):
            yield tail

    async def close(self) -> None:
        """Nothing of its own to close: other voices may use the process."""
