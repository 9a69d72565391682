"""One leg in virtual time without a service: a mind that follows the story, the real pipeline, Twilio's transport, and
the carrier's playback buffer, which plays to a caller whose voice the story gives.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np

from models.engines import EngineFactory
from models.inference import InlinePool, Pool
from models.transcript import Transcript
from telephony.lines.twilio.transport import TwilioTransport
from telephony.sim.clock import run_virtual
from telephony.sim.playback import PlaybackBuffer
from voice import events
from voice.audio import FRAME_MS, FRAME_SAMPLES, Pcm, silence
from voice.events import Act, Event, Expect, Heard, Played, Say
from voice.g711 import mulaw_decode, mulaw_encode
from voice.hearing import Ear, Settings
from voice.listening import Listening
from voice.pipeline.build import Parts
from voice.pipeline.recognise import ENGINE
from voice.pipeline.session import Session
from voice.pipeline.tap import NoRecorder
from voice.stt import Recogniser
from voice.stt.scripted import Line, ScriptedRecogniser
from voice.tts import Synthesizer, scripted
from voice.vad import VoiceActivity, open_vad

T = TypeVar("T")
Answer = Callable[[Event], Sequence[Act]]


@dataclass
class StoryMind:
    """Answers as the story says, and keeps what it was told."""

    answer: Answer
    told: list[Event] = field(default_factory=list)
    transcript: Transcript = field(default_factory=Transcript)
    took_over: bool = False

    def on(self, event: Event, now_ms: int) -> Sequence[Act]:
        self.told.append(event)
        return self.answer(event)

    def take_over(self, transcript: Transcript) -> None:
        self.took_over = True

    def all(self, kind: type[T]) -> list[T]:
        return [event for event in self.told if isinstance(event, kind)]


@dataclass
class StoryOffice:
    """What was journaled and asked on the other side of the leg."""

    happenings: list[Event] = field(default_factory=list)
    acts: list[Act] = field(default_factory=list)
    problems: list[tuple[str, str]] = field(default_factory=list)

    def happened(self, event: Event, *, turn: int | None, say: Say | None, sensitive: bool) -> None:
        self.happenings.append(event)

    def asked(self, act: Act) -> None:
        self.acts.append(act)

    def problem(self, part: str, what: str) -> None:
        self.problems.append((part, what))

    @property
    def went_on(self) -> list[events.WentOn]:
        return [event for event in self.happenings if isinstance(event, events.WentOn)]


class Carrier:
    """The wire and the telephone behind it: every 20 ms the party hears a frame and says one."""

    def __init__(self, transport: TwilioTransport, *, echo_gain: float = 0.0, echo_ms: int = 0) -> None:
        self.heard: list[Pcm] = []
        self.clears: list[int] = []  # ms
        self.buffer = PlaybackBuffer()
        self.dead = False  # no sound comes from the party any more
        self._transport = transport
        self._says: list[Pcm] = []
        self._echo_gain, self._echo_frames = echo_gain, echo_ms // FRAME_MS
        self._marks: list[str] = []

    @property
    def now_ms(self) -> int:
        return len(self.heard) * FRAME_MS

    async def audio(self, pcm: bytes) -> None:
        self.buffer.add(mulaw_encode(np.frombuffer(pcm, dtype=np.int16)))

    async def mark(self, name: str) -> None:
        for back in self.buffer.mark(name):
            await self._transport.played(back)

    async def clear(self) -> None:
        self.clears.append(self.now_ms)
        for back in self.buffer.clear():
            await self._transport.played(back)

    @property
    def speaks(self) -> bool:
        return bool(self._says)

    def says(self, pcm: Pcm) -> int:
        """From the next frame on; when that is."""
        padded = np.pad(pcm, (0, -len(pcm) % FRAME_SAMPLES))
        self._says += [padded[at : at + FRAME_SAMPLES] for at in range(0, len(padded), FRAME_SAMPLES)]
        return self.now_ms

    async def run(self) -> None:
        await self._transport.ready.wait()
        while True:
            played, marks = self.buffer.play(FRAME_SAMPLES)
            self.heard.append(mulaw_decode(played))
            for name in marks:
                await self._transport.played(name)
            if not self.dead:
                await self._transport.said(self._said())
            await asyncio.sleep(FRAME_MS / 1000)

    def _said(self) -> Pcm:
        voice = self._says.pop(0) if self._says else silence(FRAME_MS)
        if self._echo_gain and len(self.heard) > self._echo_frames:
            back = self.heard[-1 - self._echo_frames] * self._echo_gain
            voice = np.clip(voice + back, -32768, 32767).astype(np.int16)
        return mulaw_decode(mulaw_encode(voice))


@dataclass
class Leg:
    session: Session
    carrier: Carrier
    mind: StoryMind
    rescue: StoryMind
    office: StoryOffice
    ear: Ear

    async def until(self, milliseconds: int) -> None:
        """So late in the call."""
        await asyncio.sleep(max(0, milliseconds - self.carrier.now_ms) / 1000)

    async def when(self, true: Callable[[], object], *, within_seconds: float = 60) -> None:
        """Waits for it."""
        for _ in range(round(within_seconds * 1000) // FRAME_MS):
            if true():
                return
            await asyncio.sleep(FRAME_MS / 1000)
        raise AssertionError(f"expected within {within_seconds} s of the call, got {self.mind.told}")

    @property
    def heard(self) -> Pcm:
        """By the party."""
        return np.concatenate(self.carrier.heard)


def play(
    story: Callable[[Leg], object],
    *,
    answer: Answer,
    lines: Sequence[Line | str] = (),
    recogniser: Recogniser | None = None,
    pool: Pool | None = None,
    voice: Synthesizer | None = None,
    vad: Callable[[], VoiceActivity] = open_vad,
    settings: Settings | None = None,
    rescue: Answer = lambda event: (),
    watched: bool = False,
    on_stuck: Callable[[str, bool], None] | None = None,
    echo_gain: float = 0.0,
    echo_ms: int = 0,
) -> Leg:
    """The leg, once `story` has been told on it."""

    async def run() -> Leg:
        transport, office = TwilioTransport(), StoryOffice()
        carrier = Carrier(transport, echo_gain=echo_gain, echo_ms=echo_ms)
        transport.speak_to(carrier)  # type: ignore[arg-type]  # the carrier stands in for its own wire
        heard = recogniser or ScriptedRecogniser(lines)
        mind, saviour, ear = StoryMind(answer), StoryMind(rescue), Ear(vad=vad(), settings=settings)
        parts = Parts(
            leg="story",
            transport=transport,
            mind=mind,
            rescue=saviour,
            ear=ear,
            pool=pool or InlinePool({ENGINE: EngineFactory(lambda: Listening(heard), shared=True)}),
            voice=voice or scripted.open(scripted.Settings()),
            recorder=NoRecorder(),
            office=office,
            marks=True,
            recognition_deadline_seconds=4.0,
        )
        leg = Leg(Session(parts, watched=watched, on_stuck=on_stuck), carrier, mind, saviour, office, ear)
        running = asyncio.create_task(leg.session.run())
        playing = asyncio.create_task(carrier.run())
        await transport.ready.wait()
        leg.session.tell(events.Answered())
        await story(leg)  # type: ignore[misc]
        running.cancel()
        playing.cancel()
        await asyncio.wait({running, playing})
        return leg

    return run_virtual(run())


def says(*texts: str, shape: str = "free", interruptible: bool = True) -> list[Act]:
    """Prompts, and what is expected after them."""
    prompts: list[Act] = [
        Say(f"say-{number}", text, f"prompt-{number}", "1", interruptible=interruptible)
        for number, text in enumerate(texts, start=1)
    ]
    return [*prompts, Expect(language="main", shape=shape)]


__all__ = ["Carrier", "Heard", "Leg", "Played", "StoryMind", "play", "says"]
