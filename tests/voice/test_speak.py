"""Prompts end, whatever the output makes of them."""

import asyncio

import pytest
from pipecat.frames.frames import EndFrame, Frame, TTSAudioRawFrame
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.workers.runner import WorkerRunner

from telephony.sim.clock import run_virtual
from voice.audio import RATE, Pcm
from voice.events import Event, HangUp, Played, Say
from voice.hearing import Ear
from voice.pipeline.frames import EventFrame, PlayedFrame, PromptBeganFrame, PromptEndedFrame, SayFrame, SpokenFrame
from voice.pipeline.playback import Playback
from voice.pipeline.speak import Speak
from voice.tts import scripted
from voice.tts.pauses import SENTENCE_MS

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


SHORT = "Let me see."
OPENER = Say("opener", SHORT, "opener.look_up", "1", filler=True, after_ms=120)
ANSWER = Say("answer", "It is so.", "balance.done", "1")


def spoken_with_answer_after(ms: int) -> tuple[list[Event], list[tuple[float, str]]]:
    """An opener, and so much later the answer: what the mind is told, and when each was played."""

    async def call() -> tuple[list[Event], list[tuple[float, str]]]:
        ear, mind, playback = Ear(vad=Silent()), Mind(), Playback()
        began: list[tuple[float, str]] = []
        out = Line(playback, began)
        speak = Speak(
            voice=scripted.open(scripted.Settings()), ear=ear, playback=playback, problem=lambda part, what: None
        )
        worker = PipelineWorker(
            Pipeline([mind, speak, out]),
            params=PipelineParams(audio_in_sample_rate=RATE, audio_out_sample_rate=RATE),
            enable_rtvi=False,
            idle_timeout_secs=None,
        )
        runner = WorkerRunner(handle_sigint=False)
        await runner.add_workers(worker)
        running = asyncio.create_task(runner.run())
        await worker.queue_frame(SayFrame(OPENER))
        await asyncio.sleep(ms / 1000)
        await worker.queue_frame(SayFrame(ANSWER))
        await worker.queue_frame(SayFrame(HangUp("over")))
        async with asyncio.timeout(60):
            await mind.hung_up.wait()
        await worker.queue_frame(EndFrame())
        await running
        return mind.events, began

    return run_virtual(call())


class Line(FrameProcessor):
    """Plays what it gets at once in real time, and tells of each prompt's end."""

    def __init__(self, playback: Playback, began: list[tuple[float, str]]) -> None:
        super().__init__()
        self._playback = playback
        self._began = began

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        now = asyncio.get_running_loop().time()
        if isinstance(frame, PromptBeganFrame):
            self._began.append((now, frame.say_id))
        elif isinstance(frame, TTSAudioRawFrame):
            await asyncio.sleep(len(frame.audio) / 2 / RATE)
            self._playback.sent(len(frame.audio) * 500 // RATE, asyncio.get_running_loop().time())
        elif isinstance(frame, PromptEndedFrame):
            await self.push_frame(PlayedFrame(frame.say_id), FrameDirection.UPSTREAM)
        await self.push_frame(frame, direction)


def test_an_answer_that_is_there_at_once_comes_without_its_opener() -> None:
    told, began = spoken_with_answer_after(50)
    assert told[0] == Played("opener", fully=True, played_ms=0)
    assert [say_id for _, say_id in began] == ["answer"]


def test_an_answer_that_takes_a_while_is_bridged_by_its_opener_and_follows_after_a_breath() -> None:
    _, began = spoken_with_answer_after(300)
    (opened, first), (answered, second) = began
    assert (first, second) == ("opener", "answer")
    sound_s = len(SHORT) * 0.06
    assert opened == pytest.approx(0.12, abs=0.02)
    assert answered - opened - sound_s == pytest.approx(SENTENCE_MS / 1000, abs=0.06)


def test_an_answer_long_after_its_opener_is_said_without_delay() -> None:
    _, began = spoken_with_answer_after(3000)
    assert began[1][0] == pytest.approx(3.0, abs=0.02)
