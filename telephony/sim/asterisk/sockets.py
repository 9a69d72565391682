"""chan_websocket's side of a media websocket: a queue that is played every 20 ms, and commands as JSON text.

As chan_websocket.c does: a mark is told when the audio before it was played, a flush forgets the marks with the audio,
a text of more than 128 characters is ignored, and a message of more than 65500 bytes ends the channel.
"""

import json
from collections.abc import Callable

from telephony.sim.playback import PlaybackBuffer
from telephony.sim.socket import Socket
from voice.audio import FRAME_SAMPLES, Pcm
from voice.g711 import mulaw_decode, mulaw_encode

TEXT_MAX = 128
MESSAGE_MAX = 65_500
QUEUE_FRAMES_MAX = 1000


class MediaChannel:
    """`violations`: what the service sent against the rules."""

    def __init__(self, socket: Socket, channel: str, violation: Callable[[str], None]) -> None:
        self._socket = socket
        self._channel = channel
        self._violation = violation
        self._buffer = PlaybackBuffer()
        self.flushes = 0
        self.frames = 0  # of audio, from the service

    async def start(self) -> None:
        await self._event(
            "MEDIA_START",
            connection_id="warmline",
            channel=f"WebSocket/warmline/{self._channel}",
            format="ulaw",
            optimal_frame_size=FRAME_SAMPLES,
            ptime=20,
            channel_variables={},
        )

    async def read(self) -> None:
        """Until the service closes, or does what ends the channel."""
        while (message := await self._socket.receive()) is not None:
            if len(message) > MESSAGE_MAX:
                self._violation(f"a message of {len(message)} bytes")
                await self._socket.close()
                return
            if isinstance(message, str):
                await self._command(message)
            else:
                self._audio(message)

    async def play(self) -> Pcm:
        """The next 20 ms of what the service sent, and the marks that came due."""
        mulaw, marks = self._buffer.play(FRAME_SAMPLES)
        for name in marks:
            await self._event("MEDIA_MARK_PROCESSED", correlation_id=name)
        return mulaw_decode(mulaw)

    async def hear(self, pcm: Pcm) -> None:
        await self._socket.send(mulaw_encode(pcm))

    async def key(self, digit: str) -> None:
        await self._event("DTMF_END", digit=digit)

    async def say(self, text: str) -> None:
        """Anything, as it stands."""
        await self._socket.send(text)

    async def close(self) -> None:
        await self._socket.close()

    @property
    def longest_ahead_ms(self) -> int:
        return self._buffer.longest_ms

    def _audio(self, mulaw: bytes) -> None:
        self.frames += len(mulaw) // FRAME_SAMPLES
        whole = len(mulaw) // FRAME_SAMPLES * FRAME_SAMPLES
        if whole != len(mulaw):
            self._violation(f"audio of {len(mulaw)} bytes, no multiple of {FRAME_SAMPLES}")
        if self._buffer.held_ms < QUEUE_FRAMES_MAX * 20:
            self._buffer.add(mulaw[:whole])

    async def _command(self, text: str) -> None:
        if len(text) > TEXT_MAX:
            self._violation(f"a command of {len(text)} characters")
            return
        match json.loads(text):
            case {"command": "MARK_MEDIA", "correlation_id": str(name)}:
                for due in self._buffer.mark(name):
                    await self._event("MEDIA_MARK_PROCESSED", correlation_id=due)
            case {"command": "FLUSH_MEDIA"}:
                self.flushes += 1
                self._buffer.clear()
            case other:
                self._violation(f"an unknown command: {other}")
                await self._event("ERROR", error_text="unknown command")

    async def _event(self, event: str, **fields: object) -> None:
        await self._socket.send(json.dumps({"event": event, "channel_id": self._channel, **fields}))
