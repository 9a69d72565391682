"""One media stream as the carrier plays it: 20 ms ticks, a party at the far end, a playback buffer in between.

Tick by tick: the buffer plays a frame to the party, the party answers with one, the network carries that to the
service. Whatever the service sends meanwhile goes through the contract into the buffer.
"""

import asyncio
import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

import numpy as np

from telephony.sim.caller import Step
from telephony.sim.contract import Audio, ClearSent, MarkSent, Violation, read
from telephony.sim.network import Network, Transit
from telephony.sim.playback import PlaybackBuffer
from telephony.sim.socket import Socket
from voice.audio import FRAME_MS, FRAME_SAMPLES, Pcm
from voice.g711 import mulaw_decode, mulaw_encode


class Party(Protocol):
    """Whoever sits at the far end: hears 20 ms, gives 20 ms."""

    def step(self, heard: Pcm) -> Step: ...


class StreamEnd(StrEnum):
    PARTY_HUNG_UP = "party_hung_up"
    SERVICE_CLOSED = "service_closed"
    COMPLETED = "completed"  # over REST
    TOO_LONG = "too_long"


@dataclass(frozen=True, slots=True)
class Moment:
    at_ms: int
    what: str
    detail: str = ""


@dataclass(slots=True)
class Capture:
    """What a stream saw: both sides of the audio, frame by frame, and everything that happened."""

    spoken: list[Pcm] = field(default_factory=list)
    heard: list[Pcm] = field(default_factory=list)
    moments: list[Moment] = field(default_factory=list)
    violations: list[Violation] = field(default_factory=list)
    clears: int = 0
    marks: list[str] = field(default_factory=list)  # returned, in order
    longest_ahead_ms: int = 0
    underruns: int = 0
    cleared_ms: int = 0
    lost_frames: int = 0
    first_audio_ms: int | None = None

    def stereo(self) -> Pcm:
        """Two columns: left what the party said, right what it heard."""
        if not self.spoken:
            return np.zeros((0, 2), dtype=np.int16)
        return np.stack([np.concatenate(self.spoken), np.concatenate(self.heard)], axis=1)

    def happened(self, what: str) -> list[Moment]:
        return [moment for moment in self.moments if moment.what == what]


@dataclass(frozen=True, slots=True)
class StreamIds:
    account_sid: str
    call_sid: str
    stream_sid: str
    parameters: Mapping[str, str]


class MediaStream:
    """Plays one stream from `connected` to its end. `completed` is set when the call is ended over REST."""

    def __init__(
        self,
        socket: Socket,
        *,
        ids: StreamIds,
        party: Party,
        network: Network,
        completed: asyncio.Event,
        max_seconds: float,
    ) -> None:
        self.capture = Capture()
        self._socket = socket
        self._ids = ids
        self._party = party
        self._transit = Transit(network)
        self._completed = completed
        self._ticks_max = int(max_seconds * 1000 / FRAME_MS)
        self._buffer = PlaybackBuffer()
        self._sequence = 0
        self._chunk = 0
        self._tick = 0

    async def run(self) -> StreamEnd:
        await self._send({"event": "connected", "protocol": "Call", "version": "1.0.0"}, numbered=False)
        await self._start()
        reader = asyncio.create_task(self._read(), name="media stream reader")
        try:
            end = await self._tick_on(reader)
            if end is not StreamEnd.SERVICE_CLOSED:
                await self._event("stop", {"accountSid": self._ids.account_sid, "callSid": self._ids.call_sid})
        finally:
            reader.cancel()
            await self._socket.close()
            self._sum_up()
        self._note("ended", end)
        return end

    async def _tick_on(self, reader: asyncio.Task[None]) -> StreamEnd:
        loop = asyncio.get_running_loop()
        started = loop.time()
        while self._tick < self._ticks_max:
            if reader.done():
                reader.result()
                return StreamEnd.SERVICE_CLOSED
            if self._completed.is_set():
                return StreamEnd.COMPLETED
            if await self._exchange():
                return StreamEnd.PARTY_HUNG_UP
            self._tick += 1
            await asyncio.sleep(max(0.0, started + self._tick * FRAME_MS / 1000 - loop.time()))
        return StreamEnd.TOO_LONG

    async def _exchange(self) -> bool:
        """One 20 ms frame each way; whether the party hung up."""
        mulaw, marks = self._buffer.play(FRAME_SAMPLES)
        await self._return(marks)
        heard = mulaw_decode(mulaw)
        step = self._party.step(heard)
        self.capture.heard.append(heard)
        self.capture.spoken.append(step.voice)
        if step.key is not None:
            self._note("key", step.key)
            await self._event("dtmf", {"track": "inbound_track", "digit": step.key})
        self._transit.send(step.voice)
        for frame in self._transit.due(self._now_ms):
            await self._media(frame)
        return step.hangs_up

    async def _read(self) -> None:
        while (message := await self._socket.receive()) is not None:
            match read(message, stream_sid=self._ids.stream_sid):
                case Audio(mulaw=mulaw):
                    if self.capture.first_audio_ms is None:
                        self.capture.first_audio_ms = self._now_ms
                    self._buffer.add(mulaw)
                case MarkSent(name=name):
                    await self._return(self._buffer.mark(name))
                case ClearSent():
                    self.capture.clears += 1
                    self._note("clear")
                    await self._return(self._buffer.clear())
                case Violation() as violation:
                    self.capture.violations.append(violation)
                    self._note("violation", violation.what)

    async def _return(self, marks: list[str]) -> None:
        for name in marks:
            self.capture.marks.append(name)
            self._note("mark", name)
            await self._event("mark", {"name": name})

    async def _start(self) -> None:
        start = {
            "accountSid": self._ids.account_sid,
            "streamSid": self._ids.stream_sid,
            "callSid": self._ids.call_sid,
            "tracks": ["inbound"],
            "customParameters": dict(self._ids.parameters),
            "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
        }
        await self._event("start", start)

    async def _media(self, frame: Pcm) -> None:
        self._chunk += 1
        payload = base64.b64encode(mulaw_encode(frame)).decode()
        media = {"track": "inbound", "chunk": str(self._chunk), "timestamp": str(self._now_ms), "payload": payload}
        await self._event("media", media)

    async def _event(self, event: str, body: Mapping[str, object]) -> None:
        await self._send({"event": event, "streamSid": self._ids.stream_sid, event: body})

    async def _send(self, message: Mapping[str, object], *, numbered: bool = True) -> None:
        if numbered:
            self._sequence += 1  # from 1 on `start`; a string on the wire, like chunk and timestamp
            message = {**message, "sequenceNumber": str(self._sequence)}
        await self._socket.send(json.dumps(message))

    @property
    def _now_ms(self) -> int:
        return self._tick * FRAME_MS

    def _note(self, what: str, detail: str = "") -> None:
        self.capture.moments.append(Moment(self._now_ms, what, detail))

    def _sum_up(self) -> None:
        self.capture.longest_ahead_ms = self._buffer.longest_ms
        self.capture.underruns = self._buffer.underruns
        self.capture.cleared_ms = self._buffer.cleared_bytes // 8
        self.capture.lost_frames = self._transit.lost
