"""Prompts end, whatever the output makes of them."""

import asyncio

from pipecat.frames.frames import EndFrame, Frame
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.workers.runner import WorkerRunner

from telephony.sim.clock import run_virtual
from voice.audio import RATE, Pcm
from voice.events import Event, HangUp, Played, Say
from voice.hearing import Ear
from voice.pipeline.frames import EventFrame, SayFrame, SpokenFrame
from voice.pipeline.playback import Playback
from voice.pipeline.speak import Speak
from voice.tts import scripted

LONG = "A sentence that is longer than what may lie ahead in the output."


class Silent:
    def probability(self, frame: Pcm) -> float:
        return 0.0


class Mind(FrameProcessor):
    """Asks for what shall be said, and keeps what comes back."""

    def __init__(self) -> None:
        super().__init__()
        self.events: list[Event] = []
        self.hung_up = asyncio.Event()

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if isinstance(frame, EventFrame):
            self.events.append(frame.event)
        elif isinstance(frame, SpokenFrame):
            self.hung_up.set()
        else:
            await self.push_frame(frame, direction)


def test_an_output_that_takes_nothing_more_does_not_hold_up_the_hang_up() -> None:
    problems: list[str] = []

    async def call() -> list[Event]:
        voice = scripted.open(scripted.Settings())
        ear, mind = Ear(vad=Silent()), Mind()
        speak = Speak(voice=voice, ear=ear, playback=Playback(), problem=lambda part, what: problems.append(part))
        worker = PipelineWorker(
            Pipeline([mind, speak]),
            params=PipelineParams(audio_in_sample_rate=RATE, audio_out_sample_rate=RATE),
            enable_rtvi=False,
            idle_timeout_secs=None,
        )
        runner = WorkerRunner(handle_sigint=False)
        await runner.add_workers(worker)
        running = asyncio.create_task(runner.run())
        await worker.queue_frame(SayFrame(Say("say-1", LONG, "greeting", "1")))
        await worker.queue_frame(SayFrame(HangUp("over")))
        async with asyncio.timeout(60):
            await mind.hung_up.wait()
        await worker.queue_frame(EndFrame())
        await running
        return mind.events

    assert run_virtual(call()) == [Played("say-1", fully=False, played_ms=0)]
    assert problems == ["line"]
