"""pipecat's websocket transport for one media channel of Asterisk."""

from pipecat.frames.frames import Frame, InterruptionFrame
from starlette.websockets import WebSocket

from telephony.lines.asterisk.serializer import MediaSerializer
from telephony.lines.paced import PacedOutput, PacedTransport
from voice.pipeline.frames import PlayedMarkFrame


class AsteriskOutput(PacedOutput):
    marks: MediaSerializer

    async def _write_frame(self, frame: Frame) -> bool:
        sent = await super()._write_frame(frame)
        if isinstance(frame, InterruptionFrame):
            for said in self.marks.flushed():
                await self.push_frame(PlayedMarkFrame(said))
        return sent


class AsteriskTransport(PacedTransport):
    def __init__(self, websocket: WebSocket, serializer: MediaSerializer) -> None:
        super().__init__(websocket, serializer)
        self._output = AsteriskOutput(self, self._client, self._params, name=self._output_name)
        self._output.marks = serializer
