"""The peer: a stock pipecat 1.14 telephone bot, in a process of its own, on the same weights and the same script.

Its parts are pipecat's own, put together as its documentation does for Twilio: FastAPI websocket, Twilio serializer,
Silero, the aggregators with their default turn strategies, WhisperSTTService, PiperTTSService. "stock" leaves every
setting at its default; "tuned" takes the best ones found for it. Three things stand in for what the bench lacks, each
at no cost to the peer: the text of a decode (weights are random), the answer (there is no LLM), a local voice file.

Run with a JSON file of `Order`; says "ready" when it serves.
"""

import asyncio
import base64
import json
import os
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import uvicorn
import uvloop
from fastapi import FastAPI, WebSocket
from faster_whisper import WhisperModel
from loguru import logger
from pipecat.audio.vad.silero import SileroVADAnalyzer
from pipecat.frames.frames import (
    Frame,
    LLMContextFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMTextFrame,
    TTSSpeakFrame,
)
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import LLMContextAggregatorPair, LLMUserAggregatorParams
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.runner.utils import parse_telephony_websocket
from pipecat.serializers.twilio import TwilioFrameSerializer
from pipecat.services.piper.tts import PiperTTSService
from pipecat.services.whisper.stt import WhisperSTTService
from pipecat.transports.websocket.fastapi import FastAPIWebsocketParams, FastAPIWebsocketTransport
from pipecat.turns.user_stop import SpeechTimeoutUserTurnStopStrategy
from pipecat.turns.user_turn_strategies import UserTurnStrategies
from pipecat.workers.runner import WorkerRunner

from models.shapes.whisper import max_length
from tests.bench.edge.answering import reply
from tests.bench.edge.sounds import Catalogue, Found, heard_by

PROMPT_TOKENS = 2  # <|startoftranscript|> and <|notimestamps|> are what a decode without timestamps begins with
IN_RATE = 16_000  # what Whisper needs, and pipecat's default: at 8 kHz this service hears double-speed audio


@dataclass(frozen=True, slots=True)
class Order:
    port: int
    clips: str
    weights: str  # of the shape-true recogniser
    tokens: int
    voice: str  # the shape-true Piper voice, an .onnx file
    prompts: dict[str, str]
    settings: str  # stock | tuned


class Told:
    """What the caller of one call has said, by the sound of the frames as they come in."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._last: Found | None = None

    def frame(self, mulaw: bytes) -> None:
        self._last = self._catalogue.of(mulaw) or self._last

    def words(self) -> str:
        found, self._last = self._last, None
        return "" if found is None else heard_by(found)


class NotingSerializer(TwilioFrameSerializer):
    told: Told

    async def deserialize(self, data: str | bytes) -> Frame | None:
        message = json.loads(data)
        if message.get("event") == "media":
            self.told.frame(base64.b64decode(message["media"]["payload"]))
        return await super().deserialize(data)


@dataclass(frozen=True, slots=True)
class Segment:
    text: str
    no_speech_prob: float = 0.0


class FixedCost:
    """faster-whisper's own `transcribe` as the service calls it, for texts of a fixed length: random weights would stop
    anywhere, and their low scores would send every decode up the temperature ladder, six times the work."""

    supported_languages: Sequence[str] = ()

    def __init__(self, model: WhisperModel, tokens: int, told: Told) -> None:
        self._model = model
        self._told = told
        end = model.hf_tokenizer.token_to_id("<|endoftext|>")
        self._cost: dict[str, Any] = {
            "temperature": 0.0,
            "suppress_tokens": [-1, end],
            "max_new_tokens": max_length(PROMPT_TOKENS, tokens) - PROMPT_TOKENS,
            "without_timestamps": True,
            "log_prob_threshold": None,
            "no_speech_threshold": None,
            "compression_ratio_threshold": None,
        }

    def transcribe(self, sound: npt.NDArray[np.float32], **options: Any) -> tuple[list[Segment], None]:
        text = self._told.words()
        segments, _ = self._model.transcribe(sound, **options, **self._cost)
        for _ in segments:  # the decode happens while they are read
            pass
        return ([Segment(text)] if text else []), None


class Brain(FrameProcessor):
    """In the place of the LLM: the script's answer to what was said, at once."""

    def __init__(self, prompts: dict[str, str]) -> None:
        super().__init__()
        self._prompts = prompts
        self._asked = ""

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if not isinstance(frame, LLMContextFrame):
            await self.push_frame(frame, direction)
            return
        self._asked, text = reply(self._asked, self._prompts)
        await self.push_frame(LLMFullResponseStartFrame())
        await self.push_frame(LLMTextFrame(text))
        await self.push_frame(LLMFullResponseEndFrame())


class Bot:
    def __init__(self, order: Order) -> None:
        self._order = order
        self._catalogue = Catalogue.load(Path(order.clips))
        self._tuned = order.settings == "tuned"
        self._shared = WhisperModel(order.weights, device="cpu", cpu_threads=1, num_workers=os.cpu_count() or 1)
        self.calls = 0

    async def serve(self, websocket: WebSocket) -> None:
        _, data = await parse_telephony_websocket(websocket)
        self.calls += 1
        try:
            await self._run(websocket, data)
        finally:
            self.calls -= 1

    async def _run(self, websocket: WebSocket, data: Any) -> None:
        told = Told(self._catalogue)
        serializer = NotingSerializer(
            stream_sid=data["stream_id"],
            call_sid=data["call_id"],
            params=TwilioFrameSerializer.InputParams(auto_hang_up=False),  # there is no account to hang up at
        )
        serializer.told = told
        params = FastAPIWebsocketParams(
            audio_in_enabled=True, audio_out_enabled=True, add_wav_header=False, serializer=serializer
        )
        transport = FastAPIWebsocketTransport(websocket=websocket, params=params)
        user, assistant = LLMContextAggregatorPair(LLMContext(), user_params=self._turns())
        pipeline = Pipeline(
            [
                transport.input(),
                self._recogniser(told),
                user,
                Brain(self._order.prompts),
                self._voice(),
                transport.output(),
                assistant,
            ]
        )
        worker = self._worker(pipeline)

        @transport.event_handler("on_client_connected")
        async def connected(*_: object) -> None:
            await worker.queue_frame(TTSSpeakFrame(self._order.prompts["greeting"]))

        @transport.event_handler("on_client_disconnected")
        async def disconnected(*_: object) -> None:
            await worker.cancel()

        runner = WorkerRunner(handle_sigint=False)
        await runner.add_workers(worker)
        await runner.run()

    def _turns(self) -> LLMUserAggregatorParams:
        if not self._tuned:
            return LLMUserAggregatorParams(vad_analyzer=SileroVADAnalyzer())  # Smart Turn v3 decides, its default
        # 0.2 s of the VAD and 0.2 s here: the shortest that does not cut off the pauses of these callers' numbers.
        stop = SpeechTimeoutUserTurnStopStrategy(user_speech_timeout=0.2)
        return LLMUserAggregatorParams(
            vad_analyzer=SileroVADAnalyzer(), user_turn_strategies=UserTurnStrategies(stop=[stop])
        )

    def _recogniser(self, told: Told) -> WhisperSTTService:
        settings = WhisperSTTService.Settings(model=self._order.weights)
        if not self._tuned:
            service = WhisperSTTService(device="cpu", settings=settings)
            assert service._model is not None
            service._model = FixedCost(service._model, self._order.tokens, told)
            return service
        # One model for all calls, a thread a core: the service itself would load one each, with threads that fight.
        shared = FixedCost(self._shared, self._order.tokens, told)
        return type("Shared", (WhisperSTTService,), {"_load": lambda one: setattr(one, "_model", shared)})(
            device="cpu", settings=settings
        )

    def _voice(self) -> PiperTTSService:
        path = Path(self._order.voice)
        return PiperTTSService(download_dir=path.parent, settings=PiperTTSService.Settings(voice=path.stem))

    def _worker(self, pipeline: Pipeline) -> PipelineWorker:
        if not self._tuned:
            return PipelineWorker(pipeline, params=PipelineParams(audio_in_sample_rate=IN_RATE))
        params = PipelineParams(audio_in_sample_rate=IN_RATE, audio_out_sample_rate=8000)
        return PipelineWorker(
            pipeline, params=params, enable_rtvi=False, enable_turn_tracking=False, idle_timeout_secs=None
        )


async def main(order: Order) -> None:
    bot = Bot(order)
    app = FastAPI()

    @app.websocket("/ws")
    async def stream(websocket: WebSocket) -> None:
        await websocket.accept()
        await bot.serve(websocket)

    _answer(bot, asyncio.get_running_loop())
    await uvicorn.Server(uvicorn.Config(app, port=order.port, log_level="error")).serve()


def _answer(bot: Bot, loop: asyncio.AbstractEventLoop) -> None:
    def told() -> str:
        return json.dumps({"calls": bot.calls, "tasks": len(asyncio.all_tasks(loop))})

    def listen() -> None:
        for _ in sys.stdin:
            loop.call_soon_threadsafe(lambda: print(told(), flush=True))

    threading.Thread(target=listen, daemon=True).start()
    print("ready", flush=True)


if __name__ == "__main__":
    logger.remove()
    logger.add(sys.stderr, level="ERROR")
    uvloop.run(main(Order(**json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))))
