"""Behind the output: counts and records what the party was really played, and tells when a prompt has been heard.

A line with marks (the carrier echoes one when everything before it was played) is believed; without marks a prompt
counts as heard when its last audio was sent.
"""

import asyncio

import numpy as np
from pipecat.frames.frames import Frame, InterruptionFrame, OutputAudioRawFrame, TTSAudioRawFrame
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor

from voice.audio import RATE
from voice.hearing import Ear
from voice.pipeline.frames import PlayedFrame, PlayedMarkFrame, PromptBeganFrame, PromptEndedFrame
from voice.pipeline.overhearing import Overhearing
from voice.pipeline.playback import Playback
from voice.pipeline.tap import Recorder


class PlayedLog(FrameProcessor):
    def __init__(self, *, recorder: Recorder, playback: Playback, ear: Ear, marks: bool) -> None:
        super().__init__(enable_direct_mode=True)
        self.recorder = recorder
        self.overheard = Overhearing()  # of what we say ourselves; not of what is relayed
        self._ear = ear
        self._playback = playback
        self._marks = marks

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        match frame:
            case OutputAudioRawFrame():
                self._count(frame)
            case PromptEndedFrame(say_id=say_id) if not self._marks:
                await self.push_frame(PlayedFrame(say_id), FrameDirection.UPSTREAM)
            case PlayedMarkFrame(mark=mark):
                await self.push_frame(PlayedFrame(mark), FrameDirection.UPSTREAM)
            case PromptBeganFrame() | PromptEndedFrame():
                pass
            case InterruptionFrame():
                self._playback.forget_relayed()  # the output has dropped what waited there
                await self.push_frame(frame, direction)
            case _:
                await self.push_frame(frame, direction)

    def _count(self, frame: OutputAudioRawFrame) -> None:
        pcm = np.frombuffer(frame.audio, dtype=np.int16)
        self.recorder.heard(pcm)
        milliseconds = len(pcm) * 1000 // RATE
        if isinstance(frame, TTSAudioRawFrame):
            self._playback.sent(milliseconds, asyncio.get_running_loop().time())
            self._ear.played(pcm)  # so that it knows its echo
            self.overheard.tell(pcm)
        else:
            self._playback.relayed_out_ms += milliseconds
