"""A two-way media stream as the carrier plays it: what the service sends goes through the contract into a playback
buffer and from there to the party, 20 ms at a time; what the party says goes to the service.
"""

import asyncio
import wave
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

import numpy as np

from telephony.sim.caller import Step
from telephony.sim.contract import Audio, ClearSent, MarkSent, Violation, read
from telephony.sim.playback import PlaybackBuffer
from telephony.sim.wire import Wire
from voice.audio import FRAME_MS, FRAME_SAMPLES, RATE, Pcm
from voice.g711 import mulaw_decode, mulaw_encode


class StreamEnd(StrEnum):
    SERVICE_CLOSED = "service_closed"
    STOPPED = "stopped"  # by the carrier: the call ended, or its document was replaced
    DROPPED = "dropped"  # the connection broke, on purpose


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
    first_audio_ms: int | None = None

    def stereo(self) -> Pcm:
        """Two columns: left what the party said, right what it heard."""
        return stereo(self.spoken, self.heard)

    def save(self, path: Path) -> None:
        """As a WAV file."""
        with wave.open(str(path), "wb") as out:
            out.setnchannels(2)
            out.setsampwidth(2)
            out.setframerate(RATE)
            out.writeframes(self.stereo().tobytes())

    def happened(self, what: str) -> list[Moment]:
        return [moment for moment in self.moments if moment.what == what]


def stereo(spoken: Sequence[Pcm], heard: Sequence[Pcm]) -> Pcm:
    if not spoken:
        return np.zeros((0, 2), dtype=np.int16)
    return np.stack([np.concatenate(spoken), np.concatenate(heard)], axis=1)


class MediaStream:
    """A circuit. `run` is its life: from `connected` until the service closes; cancelled, it says `stop`."""

    def __init__(self, wire: Wire, *, drop_seconds: float | None = None) -> None:
        self.capture = Capture()
        self._wire = wire
        self._drop_tick = None if drop_seconds is None else round(drop_seconds * 1000 / FRAME_MS)
        self._dropped = asyncio.Event()
        self._buffer = PlaybackBuffer()
        self._due: list[str] = []  # marks that came due in the frame being played
        self._tick = 0

    async def begin(self) -> None:
        await self._wire.begin(["inbound"])

    async def run(self) -> StreamEnd:
        reading = asyncio.create_task(self._read(), name="media stream reader")
        dropping = asyncio.create_task(self._dropped.wait(), name="media stream drop")
        try:
            await asyncio.wait({reading, dropping}, return_when=asyncio.FIRST_COMPLETED)
            if self._dropped.is_set():
                await self._wire.socket.drop()
                return self._ended(StreamEnd.DROPPED)
            reading.result()
            return self._ended(StreamEnd.SERVICE_CLOSED)
        except asyncio.CancelledError:
            self._ended(StreamEnd.STOPPED)
            await self._wire.stop()
            raise
        finally:
            reading.cancel()
            dropping.cancel()

    async def close(self) -> None:
        await self._wire.socket.close()

    def play(self) -> Pcm:
        mulaw, self._due = self._buffer.play(FRAME_SAMPLES)
        heard = mulaw_decode(mulaw)
        self.capture.heard.append(heard)
        return heard

    async def take(self, step: Step, arrived: Sequence[Pcm]) -> None:
        self.capture.spoken.append(step.voice)
        await self._return(self._due)
        if step.key is not None:
            self._note("key", step.key)
            await self._wire.send("dtmf", {"track": "inbound_track", "digit": step.key})
        for frame in arrived:
            await self._wire.media("inbound", mulaw_encode(frame), at_ms=self._now_ms)
        self._tick += 1
        if self._tick == self._drop_tick:
            self._dropped.set()

    async def _read(self) -> None:
        while (message := await self._wire.socket.receive()) is not None:
            match read(message, stream_sid=self._wire.ids.stream_sid):
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

    async def _return(self, marks: Sequence[str]) -> None:
        for name in marks:
            self.capture.marks.append(name)
            self._note("mark", name)
            await self._wire.send("mark", {"name": name})

    @property
    def _now_ms(self) -> int:
        return self._tick * FRAME_MS

    def _note(self, what: str, detail: str = "") -> None:
        self.capture.moments.append(Moment(self._now_ms, what, detail))

    def _ended(self, end: StreamEnd) -> StreamEnd:
        self._note("ended", end)
        self.capture.longest_ahead_ms = self._buffer.longest_ms
        self.capture.underruns = self._buffer.underruns
        self.capture.cleared_ms = self._buffer.cleared_bytes // 8
        return end
