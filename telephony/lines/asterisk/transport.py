"""pipecat's websocket transport for one media channel of Asterisk: 20 ms messages, sent at most 100 ms ahead.

The lead over real time hides a stalled event loop; what lies at Asterisk is what a barge-in has to flush, so it is kept
short. Time is the loop's own, so that a replay may run in virtual time.
"""

import asyncio

from pipecat.frames.frames import Frame, InterruptionFrame, OutputAudioRawFrame, StartFrame
from pipecat.transports.websocket.fastapi import (
    FastAPIWebsocketOutputTransport,
    FastAPIWebsocketParams,
    FastAPIWebsocketTransport,
)
from starlette.websockets import WebSocket

from telephony.lines.asterisk.serializer import MediaSerializer
from voice.audio import FRAME_MS, FRAME_SAMPLES, RATE
from voice.g711 import MULAW_SILENCE
from voice.pipeline.frames import PlayedMarkFrame, PromptEndedFrame

IDLE_SECONDS = 1.0  # carriers and NAT end what is silent for some 30 s and more; RFC 6263 asks for a packet each 15 s
SILENT_FRAME = bytes([MULAW_SILENCE]) * FRAME_SAMPLES
AHEAD_SECONDS_MAX = 0.1  # Asterisk still holds this much when a barge-in comes


class AsteriskOutput(FastAPIWebsocketOutputTransport):
    """Keeps count of when what it sent will have been played; returns the marks that Asterisk forgets.

    Where nothing is said Asterisk sends the phone nothing at all, so a little silence is sent now and then.
    """

    marks: MediaSerializer
    _idling: asyncio.Task[None] | None = None

    _played_at = 0.0  # loop time at which Asterisk will have played everything sent so far
    _protected_until = 0.0  # loop time until which it still holds audio that must not be taken back

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
            if clock() - self._played_at >= IDLE_SECONDS:
                await self._client.send(SILENT_FRAME)
                self._played_at = clock() + FRAME_MS / 1000

    async def write_audio_frame(self, frame: OutputAudioRawFrame) -> bool:
        if not await self._write_frame(frame):
            return False
        seconds = len(frame.audio) / (2 * RATE)
        now = asyncio.get_running_loop().time()
        self._played_at = max(self._played_at, now) + seconds
        if not frame.interruptible:
            self._protected_until = self._played_at
        # The next message adds its own 20 ms to what lies ahead.
        await asyncio.sleep(max(0.0, self._played_at - now - AHEAD_SECONDS_MAX + FRAME_MS / 1000))
        return True

    async def write_transport_frame(self, frame: Frame) -> None:
        if isinstance(frame, PromptEndedFrame):
            await self._write_frame(frame)  # becomes a mark, in its place behind the audio

    async def _write_frame(self, frame: Frame) -> bool:
        if isinstance(frame, InterruptionFrame):
            if asyncio.get_running_loop().time() < self._protected_until:
                return True  # taking audio back would cut the protected prompt as well
            self._played_at = 0.0
        sent = await super()._write_frame(frame)
        if isinstance(frame, InterruptionFrame):
            for said in self.marks.flushed():
                await self.push_frame(PlayedMarkFrame(said))
        return sent


class AsteriskTransport(FastAPIWebsocketTransport):
    def __init__(self, websocket: WebSocket, serializer: MediaSerializer) -> None:
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
