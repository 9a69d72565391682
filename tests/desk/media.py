"""What an agent hears and says, for tests: a steady tone down, and the level of what comes up, through pipecat."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import numpy as np
from pipecat.frames.frames import Frame, InputAudioRawFrame, OutputAudioRawFrame
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.workers.runner import WorkerRunner

from telephony.lines.webrtc_media import BrowserTransport
from voice.audio import FRAME_SAMPLES, RATE

TONE_HZ = 440


class Meter(FrameProcessor):
    """Keeps what the browser's microphone brought."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[np.ndarray] = []
        self.keys: list[str] = []
        self._more = asyncio.Event()

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if isinstance(frame, InputAudioRawFrame):
            assert frame.sample_rate == RATE
            self.heard.append(np.frombuffer(frame.audio, dtype=np.int16))
            self._more.set()
            return
        if hasattr(frame, "button"):
            self.keys.append(frame.button.value)
        await self.push_frame(frame, direction)

    async def until(self, level_dbfs: float, keys: list[str] | None = None) -> None:
        """Waits until the microphone was heard at this level and these keys were pressed."""
        while self.level_dbfs() < level_dbfs or self.keys != (keys or []):
            self._more.clear()
            await self._more.wait()

    async def frames(self, count: int) -> None:
        """Waits until so many frames were heard."""
        while len(self.heard) < count:
            self._more.clear()
            await self._more.wait()

    async def falls_silent(self) -> None:
        """Waits until half a second in a row was quiet."""
        while True:
            self.heard.clear()
            await self.frames(25)
            if self.level_dbfs() < -70:
                return

    def level_dbfs(self) -> float:
        pcm = np.concatenate(self.heard).astype(np.float64) / 32768 if self.heard else np.zeros(1)
        return float(10 * np.log10(np.mean(pcm**2) + 1e-12))


@asynccontextmanager
async def playing_tone(transport: BrowserTransport, meter: Meter) -> AsyncIterator[None]:
    playing = asyncio.create_task(play_tone(transport, meter))
    try:
        yield
    finally:
        playing.cancel()
        await asyncio.wait({playing}, timeout=45)


async def play_tone(transport: BrowserTransport, meter: Meter) -> None:
    """Plays a tone to the browser until cancelled."""
    pipeline = Pipeline([transport.input(), meter, transport.output()])
    params = PipelineParams(audio_in_sample_rate=RATE, audio_out_sample_rate=RATE)
    worker = PipelineWorker(pipeline, params=params, enable_rtvi=False, idle_timeout_secs=None)
    runner = WorkerRunner(handle_sigint=False)
    await runner.add_workers(worker)
    phase = np.arange(FRAME_SAMPLES) * 2 * np.pi * TONE_HZ / RATE
    frame = (np.sin(phase) * 8000).astype(np.int16).tobytes()  # 440 Hz: 8.8 periods a frame; the click is no harm

    async def feed() -> None:
        while True:
            await worker.queue_frame(OutputAudioRawFrame(frame, RATE, 1))
            await asyncio.sleep(FRAME_SAMPLES / RATE)

    async with asyncio.TaskGroup() as group:
        group.create_task(runner.run())
        group.create_task(feed())
