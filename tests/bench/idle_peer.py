"""A stock pipecat 1.14 bot that does nothing, on Twilio's websocket: what an idle call costs there.

As pipecat's own Twilio example builds it, without engines: its transport and serializer at 8 kHz, Silero in the user's
aggregator with the default strategies, its default observers. `python -m tests.bench.idle_peer PORT` serves it.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import uvicorn
from fastapi import FastAPI, WebSocket
from pipecat.audio.vad.silero import SileroVADAnalyzer
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import LLMContextAggregatorPair, LLMUserAggregatorParams
from pipecat.serializers.twilio import TwilioFrameSerializer
from pipecat.transports.websocket.fastapi import FastAPIWebsocketParams, FastAPIWebsocketTransport
from pipecat.workers.runner import WorkerRunner

from telephony import logs
from telephony.sim.phone import Party
from telephony.sim.socket import Loopback
from telephony.sim.wire import StreamIds, Wire
from tests.bench.served import answers, free_port
from tests.bench.spending import answer, measured
from voice.audio import FRAME_MS, RATE, silence
from voice.g711 import mulaw_encode

CALL, STREAM, ACCOUNT = "CA1", "MZ1", "AC1"
SETTLE_SECONDS = 8.0


async def shares(parties: Sequence[Party], *, seconds: float, pieces: int) -> list[float]:
    """One call's share of a core over `seconds`, so often; what the bot costs without calls is taken off."""
    port = free_port()
    async with measured("tests.bench.idle_peer", str(port)) as process:
        await answers(port)
        empty = await process.share(seconds)
        async with asyncio.TaskGroup() as tasks:
            calls = [tasks.create_task(_hold(port, party)) for party in parties]
            await asyncio.sleep(SETTLE_SECONDS)
            found = [(await process.share(seconds) - empty) / len(parties) for _ in range(pieces)]
            for call in calls:
                call.cancel()
    return found


async def _hold(port: int, party: Party) -> None:
    loop = asyncio.get_running_loop()
    async with _stream(port) as wire:
        began = loop.time()
        tick = 0
        while True:
            await wire.media("inbound", mulaw_encode(party.step(silence(FRAME_MS)).voice), at_ms=tick * FRAME_MS)
            tick += 1
            await asyncio.sleep(max(0.0, began + tick * FRAME_MS / 1000 - loop.time()))


@asynccontextmanager
async def _stream(port: int) -> AsyncIterator[Wire]:
    socket = await Loopback(port).connect(f"ws://127.0.0.1:{port}/ws", {})
    try:
        wire = Wire(socket, StreamIds(ACCOUNT, CALL, STREAM, {}))
        await wire.begin(["inbound"])
        yield wire
    finally:
        await socket.close()


# --- the bot, in its process ------------------------------------------------------------------------------------------


def app() -> FastAPI:
    served = FastAPI()

    @served.websocket("/ws")
    async def stream(websocket: WebSocket) -> None:
        await websocket.accept()
        params = TwilioFrameSerializer.InputParams(auto_hang_up=False)
        serializer = TwilioFrameSerializer(stream_sid=STREAM, call_sid=CALL, account_sid=ACCOUNT, params=params)
        transport = FastAPIWebsocketTransport(
            websocket, FastAPIWebsocketParams(audio_in_enabled=True, audio_out_enabled=True, serializer=serializer)
        )
        aggregators = LLMContextAggregatorPair(
            LLMContext(), user_params=LLMUserAggregatorParams(vad_analyzer=SileroVADAnalyzer())
        )
        parts = [transport.input(), aggregators.user(), transport.output(), aggregators.assistant()]
        rates = PipelineParams(audio_in_sample_rate=RATE, audio_out_sample_rate=RATE)
        runner = WorkerRunner(handle_sigint=False)
        await runner.add_workers(PipelineWorker(Pipeline(parts), params=rates))
        await runner.run()

    return served


async def _serve(port: int) -> None:
    answer(lambda: 0)
    await uvicorn.Server(uvicorn.Config(app(), port=port, log_level="error")).serve()


if __name__ == "__main__":
    logs.set_up("ERROR")
    asyncio.run(_serve(int(sys.argv[1])))
