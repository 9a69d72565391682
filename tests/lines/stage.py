"""A stage for calls over the Twilio line: the line and its router, the simulated carrier, REST, and a small service
that talks back with a tone, all in memory (or, with `Loopback`, over real sockets)."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import numpy as np
import uvicorn
from fastapi import FastAPI
from pipecat.frames.frames import (
    EndFrame,
    Frame,
    InputAudioRawFrame,
    InputDTMFFrame,
    OutputAudioRawFrame,
    TTSAudioRawFrame,
    TTSStoppedFrame,
)
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.workers.runner import WorkerRunner

from telephony.errors import LegFailed
from telephony.leg import Leg, LegEnded
from telephony.lines.twilio import Settings, TwilioLine, router
from telephony.lines.twilio.control import CallControl
from telephony.sim.agent import SimAgent
from telephony.sim.carrier import Carrier
from telephony.sim.rest import RestStandIn
from telephony.sim.socket import InMemory, Loopback, Reach
from voice.audio import RATE, Pcm
from voice.pipeline.frames import PlayedMarkFrame, PromptEndedFrame

ACCOUNT = "AC" + "1" * 32
TOKEN = "auth-token"
SETTINGS = Settings(
    public_base_url="https://voice.example.org",
    account_sid=ACCOUNT,
    auth_tokens=(TOKEN,),
    stream_key=b"k" * 32,
    from_number="+15550100",
    fallback_say="Please hold for a person.",
    fallback_number="+15550199",
)
AGENTS = {"ada": "+15550101", "ben": "+15550102"}


def tone(ms: int, hz: float = 440.0, peak: int = 8000) -> Pcm:
    at = np.arange(RATE * ms // 1000) / RATE
    return np.asarray(peak * np.sin(2 * np.pi * hz * at), dtype=np.int16)


class Stage:
    def __init__(self, line: TwilioLine, carrier: Carrier, rest: RestStandIn, app: FastAPI) -> None:
        self.line, self.carrier, self.rest, self.app = line, carrier, rest, app


@asynccontextmanager
async def stage(
    *,
    settings: Settings = SETTINGS,
    agents: Mapping[str, SimAgent] | None = None,
    serve: Callable[[Leg], Any] | None = None,
    port: int | None = None,
    token: str = TOKEN,
    **rest_options: Any,
) -> AsyncIterator[Stage]:
    """With `serve`, each arriving leg is handed to it. With `port`, the carrier comes over real sockets."""
    app = FastAPI()
    reach: Reach = InMemory(app) if port is None else Loopback(port)
    carrier = Carrier(
        reach, public_base_url=settings.public_base_url, account_sid=ACCOUNT, auth_token=token,
        fallback="<Response><Say>static</Say><Dial>+15550199</Dial></Response>",
    )  # fmt: skip
    far_ends = {AGENTS[name]: agent for name, agent in (agents or {}).items()}
    async with RestStandIn(carrier, agents=far_ends, password=TOKEN, **rest_options) as rest:
        control = CallControl(settings, open_http=rest.http, jitter=lambda: 0.5)
        line = TwilioLine(settings, agents=AGENTS, control=control)
        app.include_router(router(line))
        calls: list[asyncio.Task[Any]] = []
        serving = asyncio.create_task(_serve(line, serve, calls)) if serve else None
        try:
            yield Stage(line, carrier, rest, app)
        finally:
            await line.close()
            if calls:
                await asyncio.wait(calls, timeout=30)
            if serving is not None:
                serving.cancel()
        for call in calls:
            call.result()


async def _serve(line: TwilioLine, serve: Callable[[Leg], Any], calls: list[asyncio.Task[Any]]) -> None:
    async for leg in line.arrivals():
        calls.append(asyncio.create_task(serve(leg)))


@asynccontextmanager
async def listening(app: FastAPI, port: int) -> AsyncIterator[None]:
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="warning", lifespan="off"))
    task = asyncio.create_task(server.serve())
    try:
        async with asyncio.timeout(20):
            while not server.started:  # noqa: ASYNC110 - uvicorn sets a flag, no event
                await asyncio.sleep(0.01)
        yield
    finally:
        server.should_exit = True
        await task


class Talker(FrameProcessor):
    """Speaks `prompt` when the call begins and again for every key; a loud caller interrupts it."""

    def __init__(self, prompt: Pcm, *, interruptible: bool = True) -> None:
        super().__init__()
        self.keys: list[str] = []
        self.pressed = asyncio.Event()
        self.played: list[str] = []
        self.loud_frames = 0
        self._prompt, self._interruptible, self._said = prompt, interruptible, 0
        self._interrupted = False

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        match frame:
            case InputAudioRawFrame():
                if self._said == 0:
                    await self.say()
                await self._hear(frame)
            case InputDTMFFrame():
                self.keys.append(frame.button.value)
                self.pressed.set()
                await self.say()
            case PlayedMarkFrame(mark=name):
                self.played.append(name)
            case _:
                await self.push_frame(frame, direction)

    async def _hear(self, frame: InputAudioRawFrame) -> None:
        if np.abs(np.frombuffer(frame.audio, np.int16)).max(initial=0) < 1000:
            return
        self.loud_frames += 1
        if self.loud_frames >= 10 and not self._interrupted:  # 200 ms, as a real barge-in needs
            self._interrupted = True
            await self.broadcast_interruption()

    async def say(self) -> None:
        self._said += 1
        frame = TTSAudioRawFrame(self._prompt.tobytes(), RATE, 1)
        frame.interruptible = self._interruptible
        await self.push_frame(frame)
        await self.push_frame(TTSStoppedFrame())
        await self.push_frame(PromptEndedFrame(f"prompt-{self._said}"))


class Echo(FrameProcessor):
    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if isinstance(frame, InputAudioRawFrame):
            await self.push_frame(OutputAudioRawFrame(frame.audio, RATE, 1))
        else:
            await self.push_frame(frame, direction)


async def converse(leg: Leg, processor: FrameProcessor) -> LegEnded:
    """Runs a pipeline around `processor` on the leg until the leg ends."""
    try:
        transport: Any = await leg.media()
    except LegFailed:
        return await leg.ended()
    pipeline = Pipeline([transport.input(), processor, transport.output()])
    worker = PipelineWorker(
        pipeline,
        params=PipelineParams(audio_in_sample_rate=RATE, audio_out_sample_rate=RATE),
        enable_rtvi=False,
        enable_turn_tracking=False,
        idle_timeout_secs=None,
    )
    runner = WorkerRunner(handle_sigint=False)
    await runner.add_workers(worker)
    running = asyncio.create_task(runner.run())
    ended = await leg.ended()
    await worker.queue_frame(EndFrame())
    await asyncio.wait({running}, timeout=10)
    return ended


def with_settings(**changes: Any) -> Settings:
    return replace(SETTINGS, **changes)
