"""Turns segments into words: hands each to the inference pool and passes on what was heard, in the order spoken.

A failing or late engine never ends in silence: the mind hears an empty utterance, and after `FAILURES_UNTIL_DOWN`
that only keys work now.
"""

import asyncio
from collections.abc import Callable

from pipecat.frames.frames import CancelFrame, EndFrame, Frame, StartFrame
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor

from models.inference import Pool
from models.prosody import Prosody
from voice.events import NO_ENGINE, Heard, PersonNews, PersonStage
from voice.pipeline.frames import EventFrame, PartFrame, PauseFrame, ResumeFrame, SegmentFrame
from voice.pipeline.guess import ENGINE, Guesses, key_of
from voice.stt import Recognition

__all__ = ["ENGINE", "FAILURES_UNTIL_DOWN", "Recognise"]

FAILURES_UNTIL_DOWN = 1
"""An utterance that no recogniser of the ladder heard: the caller is told at once, and given the keys. Who speaks once
more gets a person, so nobody speaks three times for nothing."""


class Recognise(FrameProcessor):
    def __init__(
        self,
        *,
        pool: Pool,
        leg: str,
        deadline_seconds: float,
        problem: Callable[[str, str], None],
        guesses: Guesses,
    ) -> None:
        super().__init__()
        self._guesses = guesses
        self._pool = pool
        self._leg = leg
        self._deadline_seconds = deadline_seconds
        self._problem = problem
        self._failures = 0
        self._segments: asyncio.Queue[SegmentFrame] = asyncio.Queue(maxsize=64)
        self._task: asyncio.Task[None] | None = None

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        match frame:
            case PauseFrame(segment=segment, expected=expected):
                self._guesses.paused(segment, expected)
            case ResumeFrame():
                self._guesses.resumed()
            case PartFrame(segment=segment, expected=expected):
                self._guesses.goes_on(segment, expected)
            case SegmentFrame(segment=segment, language=language):
                self._guesses.ended(segment, language)
                self._segments.put_nowait(frame)
            case _:
                if isinstance(frame, StartFrame):
                    self._task = self.create_task(self._run())
                elif isinstance(frame, (EndFrame, CancelFrame)):
                    await self._stop()
                await self.push_frame(frame, direction)

    async def cleanup(self) -> None:
        await super().cleanup()
        await self._stop()

    async def _stop(self) -> None:
        await self._guesses.stop()
        if self._task is not None:
            task, self._task = self._task, None
            await self.cancel_task(task)

    async def _run(self) -> None:
        while True:
            frame = await self._segments.get()
            await self.push_frame(EventFrame(await self._hear(frame), sensitive=frame.sensitive))
            if self._failures == FAILURES_UNTIL_DOWN:
                await self.push_frame(EventFrame(PersonNews(PersonStage.ENGINE_DOWN)))

    async def _hear(self, frame: SegmentFrame) -> Heard:
        segment = frame.segment
        key = key_of(self._leg, segment, frame.language)
        prosody: Prosody | None = None
        try:
            recognition, prosody = await self._pool.call(
                ENGINE, segment.pcm, frame.language, key=key, deadline_s=self._deadline_seconds
            )
            self._failures = 0
        except Exception as error:  # InferenceError is foreseen; whatever else it is, the caller waits for an answer
            self._failures += 1
            self._problem("recogniser", f"words expected for {key}, got {type(error).__name__}: {error}")
            recognition = Recognition("", 0.0, NO_ENGINE)
        return Heard(
            recognition.text,
            recognition.confidence,
            segment.start_ms,
            segment.end_ms,
            recognition.engine,
            over_prompt=segment.over_prompt,
            prosody=prosody,
            refused=recognition.refused,
            voiced_ms=segment.voiced_ms,
            sure=tuple(word.confidence for word in recognition.words),
            alternatives=recognition.alternatives,
        )
