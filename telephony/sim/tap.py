"""A one-way media stream (`<Start><Stream>`, or the Streams resource): the service listens to one or both tracks.

It may send nothing: Twilio would ignore it silently, here it is a violation.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from telephony.sim.contract import Violation
from telephony.sim.stream import StreamEnd
from telephony.sim.wire import Wire
from voice.audio import FRAME_MS, Pcm
from voice.g711 import mulaw_encode

TRACKS = {"inbound_track": ("inbound",), "outbound_track": ("outbound",), "both_tracks": ("inbound", "outbound")}
"""`track` of a `<Stream>` → tracks of its messages. Inbound is what the party says, outbound what it hears."""


@dataclass(slots=True)
class TapCapture:
    sid: str
    name: str
    track: str
    frames: dict[str, int] = field(default_factory=dict)  # sent, by track
    violations: list[Violation] = field(default_factory=list)
    end: StreamEnd | None = None


class MediaTap:
    def __init__(self, wire: Wire, *, name: str, track: str) -> None:
        self.capture = TapCapture(wire.ids.stream_sid, name, track)
        self._tracks = TRACKS[track]
        self._wire = wire
        self._tick = 0

    async def begin(self) -> None:
        await self._wire.begin(self._tracks)

    async def run(self) -> StreamEnd:
        """Until the service closes; cancelled, it says `stop` and closes."""
        try:
            while await self._wire.socket.receive() is not None:
                self.capture.violations.append(Violation(31951, "one-way stream: nothing expected, got a message"))
        except asyncio.CancelledError:
            self.capture.end = StreamEnd.STOPPED
            await self._wire.stop()
            await self._wire.socket.close()
            raise
        self.capture.end = StreamEnd.SERVICE_CLOSED
        return self.capture.end

    async def overhear(self, arrived: Sequence[Pcm], heard: Pcm) -> None:
        at_ms = self._tick * FRAME_MS
        self._tick += 1
        if "inbound" in self._tracks:
            for frame in arrived:
                await self._send("inbound", frame, at_ms)
        if "outbound" in self._tracks:
            await self._send("outbound", heard, at_ms)

    async def _send(self, track: str, frame: Pcm, at_ms: int) -> None:
        self.capture.frames[track] = self.capture.frames.get(track, 0) + 1
        await self._wire.media(track, mulaw_encode(frame), at_ms=at_ms)
