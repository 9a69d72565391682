"""Puts the pure `Ear` behind the transport's input: audio in, segments and events out, and pipecat's own words for
the start and end of speech. Runs inline: one 20 ms frame costs less than a thread hop.
"""

import numpy as np
from pipecat.frames.frames import (
    Frame,
    InputAudioRawFrame,
    InputTextRawFrame,
    UserStartedSpeakingFrame,
    UserStoppedSpeakingFrame,
)
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor

from voice import events
from voice.ear_events import (
    EarEvent,
    NoInput,
    SpeechBegan,
    SpeechEnded,
    SpeechGoesOn,
    SpeechPaused,
    SpeechResumed,
    VoiceOverPrompt,
)
from voice.hearing import Ear
from voice.pipeline.bargein import DuckFrame
from voice.pipeline.frames import EventFrame, PartFrame, PauseFrame, ResumeFrame, SegmentFrame


class EarProcessor(FrameProcessor):
    def __init__(self, ear: Ear) -> None:
        super().__init__(enable_direct_mode=True)
        self._ear = ear

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if isinstance(frame, InputTextRawFrame):
            await self._read(frame.text)
            return
        if not isinstance(frame, InputAudioRawFrame):
            await self.push_frame(frame, direction)
            return
        # The sound ends here: each further processor would cost a call a queue and a task switch, 50 times a second.
        for event in self._ear.feed(np.frombuffer(frame.audio, dtype=np.int16)):
            await self._tell(event)

    async def _read(self, text: str) -> None:
        """What was written counts as said; nothing yet: they are still writing."""
        over_prompt = self._ear.wrote()
        if not text.strip():
            return
        if over_prompt:
            await self.broadcast_interruption()
        await self.push_frame(EventFrame(events.SpeechBegan(over_prompt=over_prompt)))
        now_ms = self._ear.now_ms
        heard = events.Heard(text.strip(), 1.0, now_ms, now_ms, events.TYPED, over_prompt=over_prompt)
        await self.push_frame(EventFrame(heard, sensitive=self._ear.expected.sensitive))

    async def _tell(self, event: EarEvent) -> None:
        match event:
            case VoiceOverPrompt(on=on):
                await self.push_frame(DuckFrame(on))
            case SpeechBegan(over_prompt=over_prompt):
                if over_prompt:
                    await self.broadcast_interruption()
                await self.push_frame(UserStartedSpeakingFrame())
                await self.push_frame(EventFrame(events.SpeechBegan(over_prompt=over_prompt)))
            case SpeechEnded(segment=segment):
                await self.push_frame(UserStoppedSpeakingFrame())
                expected = self._ear.expected_of(segment)
                await self.push_frame(SegmentFrame(segment, expected.language, expected.sensitive))
            case SpeechPaused(segment=segment):
                await self.push_frame(PauseFrame(segment, self._ear.expected_of(segment)))
            case SpeechResumed():
                await self.push_frame(ResumeFrame())
            case SpeechGoesOn(segment=segment):
                await self.push_frame(PartFrame(segment, self._ear.expected_of(segment)))
            case NoInput(after_ms=after_ms):
                await self.push_frame(EventFrame(events.Silence(after_ms)))
