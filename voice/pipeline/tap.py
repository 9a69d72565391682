"""The tap right behind a leg's input: records what the party says and, while bridged, passes it to the other leg."""

from collections.abc import Awaitable, Callable
from typing import Protocol

import numpy as np
from pipecat.frames.frames import Frame, InputAudioRawFrame
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor

from voice.audio import Pcm
from voice.pipeline.overhearing import Overhearing


class Recorder(Protocol):
    """Two channels by sample count: what the party said, and what they were played."""

    def said(self, pcm: Pcm) -> None: ...

    def heard(self, pcm: Pcm) -> None: ...


class NoRecorder:
    """Keeps nothing: the party declined, or recording is off."""

    def said(self, pcm: Pcm) -> None:
        pass

    def heard(self, pcm: Pcm) -> None:
        pass


class Tap(FrameProcessor):
    """Copies the party's audio to the recorder and to the bridged leg. `masked` tells when silence is kept instead."""

    def __init__(self, *, recorder: Recorder, masked: Callable[[], bool]) -> None:
        super().__init__(enable_direct_mode=True)
        self.recorder = recorder
        self.relay: Callable[[Pcm], Awaitable[None]] | None = None
        self.overheard = Overhearing()  # what is kept silent from the recorder is from them
        self._masked = masked

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if isinstance(frame, InputAudioRawFrame):
            pcm = np.frombuffer(frame.audio, dtype=np.int16)
            shown = np.zeros_like(pcm) if self._masked() else pcm
            self.recorder.said(shown)
            self.overheard.tell(shown)
            if self.relay is not None:
                await self.relay(pcm)
        await self.push_frame(frame, direction)
