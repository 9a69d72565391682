"""pipecat's websocket transport for one media channel of Asterisk: 20 ms messages, at the line's pace."""

import asyncio

from pipecat.frames.frames import Frame, InterruptionFrame, OutputAudioRawFrame, StartFrame
from pipecat.transports.websocket.fastapi import (
    FastAPIWebsocketOutputTransport,
    FastAPIWebsocketParams,
    FastAPIWebsocketTransport,
)
from starlette.websockets import WebSocket

from telephony.lateness import Lateness
from telephony.lines.asterisk.serializer import MediaSerializer
from telephony.lines.pacing import Pace
from voice.audio import FRAME_MS, FRAME_SAMPLES, RATE
from voice.g711 import MULAW_SILENCE
from voice.pipeline.frames import PlayedMarkFrame, PromptBeganFrame, PromptEndedFrame

IDLE_SECONDS = 1.0  # carriers and NAT end what is silent for some 30 s and more; RFC 6263 asks for a packet each 15 s
SILENT_FRAME = bytes([MULAW_SILENCE]) * FRAME_SAMPLES


class AsteriskOutput(FastAPIWebsocketOutputTransport):
    """Returns the marks that Asterisk forgets. Where nothing is said Asterisk sends the phone nothing at all, so a
    little silence is sent now and then."""

    marks: MediaSerializer
    pace: Pace
    _idling: asyncio.Task[None] | None = None

    async def start(self, frame: StartFrame) -> None:
        await super().start(frame)
        self._idling = self.create_task(self._idle())

    async def cleanup(self) -> None:
        if self._idling is not None:
            idling, self._idling = self._idling, None
            await self.cancel_task(idling)
        await super().cleanup()

    async def _idle(self) -> None:
        clock = asyncio.get_running_loop().time
        while True:
            await asyncio.sleep(IDLE_SECONDS)
            if clock() - self.pace.played_at >= IDLE_SECONDS:
                await self._client.send(SILENT_FRAME)
                self.pace.played_at = clock() + FRAME_MS / 1000

    async def write_audio_frame(self, frame: OutputAudioRawFrame) -> bool:
        if not await self._write_frame(frame):
            return False
        await asyncio.sleep(self.pace.sent(frame, asyncio.get_running_loop().time()))
        return True

    async def write_transport_frame(self, frame: Frame) -> None:
        if isinstance(frame, PromptBeganFrame | PromptEndedFrame):
            self.pace.prompt(isinstance(frame, PromptBeganFrame))
        if isinstance(frame, PromptEndedFrame):
            await self._write_frame(frame)  # becomes a mark, in its place behind the audio

    async def _write_frame(self, frame: Frame) -> bool:
        if isinstance(frame, InterruptionFrame) and not self.pace.taken_back(asyncio.get_running_loop().time()):
            return True
        sent = await super()._write_frame(frame)
        if isinstance(frame, InterruptionFrame):
            for said in self.marks.flushed():
                await self.push_frame(PlayedMarkFrame(said))
        return sent


class AsteriskTransport(FastAPIWebsocketTransport):
    def __init__(self, websocket: WebSocket, serializer: MediaSerializer, late: Lateness | None = None) -> None:
        params = FastAPIWebsocketParams(
            audio_in_enabled=True,
            audio_out_enabled=True,
            audio_in_sample_rate=RATE,
            audio_out_sample_rate=RATE,
            audio_out_10ms_chunks=FRAME_MS // 10,
            audio_out_end_silence_secs=0,
            serializer=serializer,
            allowed_origins=[],  # no browser comes here; the token decides
        )
        super().__init__(websocket, params)
        self._output = AsteriskOutput(self, self._client, self._params, name=self._output_name)
        self._output.marks = serializer
        self._output.pace = Pace(late)
