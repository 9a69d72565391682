"""One prompt while it is said: rendered, sent as fast as it is heard, stopped, and gone on from a pause before.

Each part of it, from its beginning or from where it goes on, has a name of its own on the line.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from types import TracebackType

import numpy as np
from pipecat.frames.frames import Frame, TTSAudioRawFrame, TTSStartedFrame, TTSStoppedFrame

from voice.audio import FRAME_SAMPLES, RATE, Pcm
from voice.bargein import Verdict
from voice.errors import VoiceFailed
from voice.events import HangUp, Played, Say, WentOn
from voice.hearing import Ear
from voice.pipeline.frames import PromptBeganFrame, PromptEndedFrame
from voice.pipeline.playback import Playback
from voice.pipeline.stop import Stop
from voice.pipeline.tape import Tape
from voice.resume import Fader, goes_on_at
from voice.slower import slowed
from voice.tts import Synthesizer

PIECE_SAMPLES = RATE // 25
"""Audio goes to the output in pieces of 40 ms ..."""

AHEAD_MS = 40
"""... and no more than this lies there, beside the 100 ms that the line sends ahead: what lies there cannot be lowered
any more. It need not be longer: a stalled loop stops the output with it, and a slow engine is read ahead (tape.py)."""

STUCK_SECONDS = 3.0
"""An output that takes no more audio for so long is not waited for: what comes after the prompt still has to happen."""

PLAY_GRACE_SECONDS = 3.0
"""How much longer than its audio a prompt may take to be reported as played before we go on without the report."""


@dataclass(frozen=True, slots=True)
class Stage:
    """What every prompt of a leg is spoken with. `push` hands a frame on, towards the output."""

    voice: Synthesizer
    ear: Ear
    playback: Playback
    push: Callable[[Frame], Awaitable[None]]
    problem: Callable[[str, str], None]
    fader: Fader = field(default_factory=Fader)


class Saying:
    """`async with` it: its voice stops when it is left. `more_waits`: something else is to be said."""

    def __init__(self, say: Say, stage: Stage, *, more_waits: Callable[[], bool]) -> None:
        self.say = say
        self.part = ""  # name of the part being played
        self._stage = stage
        self._more_waits = more_waits
        self._tape = Tape(_audio(say, stage))
        self._stops = 0
        self._part_from_ms = 0  # of the prompt
        self._heard_before_ms = 0  # in earlier parts
        self._paused_ms = 0  # between them
        self._ended = asyncio.Event()
        self._cut = False

    async def __aenter__(self) -> "Saying":
        await self._tape.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._tape.__aexit__(kind, error, trace)

    @property
    def played(self) -> Played:
        """How it ended."""
        played_ms = self._heard_before_ms + self._stage.playback.sent_ms
        return Played(self.say.say_id, not self._cut, played_ms, self._paused_ms)

    def heard_out(self) -> None:
        """The line says that the part was played to its end."""
        self._ended.set()

    def stop(self, waiting: Sequence[Say | HangUp], now: float) -> Stop:
        """Nothing more of it is sent, until it is decided what becomes of it."""
        stage = self._stage
        part_ms = stage.playback.heard_ms(now)
        heard_ms, total_ms = self._part_from_ms + part_ms, self._heard_before_ms + part_ms
        self._cut = True
        stage.playback.cleared(now)
        stage.playback.end()
        self._ended.set()
        self._tape.halt()
        stage.ear.prompt_ended()
        return Stop(self.say, waiting, stage.ear.now_ms, heard_ms, total_ms, self._paused_ms, now)

    def go_on(self, stop: Stop, verdict: Verdict) -> WentOn:
        """With the next `play`, from a pause before the place up to which it was heard."""
        heard = stop.heard_ms * RATE // 1000
        at = goes_on_at(self._tape.pcm(0, heard), heard)
        self._tape.go_on_at(at)
        self._stage.fader.from_nothing()
        self._stops += 1
        self._part_from_ms, self._heard_before_ms = at * 1000 // RATE, stop.total_ms
        self._paused_ms += stop.stood_ms(asyncio.get_running_loop().time())
        return WentOn(self.say.say_id, verdict.value, stop.heard_ms, self._part_from_ms)

    async def play(self) -> None:
        """Sends what is left of it, as fast as it is played, and waits until it was heard."""
        stage, say = self._stage, self.say
        self.part = f"{say.say_id}+{self._stops}" if self._stops else say.say_id
        self._cut = False
        self._ended.clear()
        stage.playback.begin(self.part)
        open_to_speech = say.interruptible and self._stops < stage.ear.bargein.resumes_max
        stage.ear.prompt_began(interruptible=open_to_speech)
        await self._push_edge(PromptBeganFrame(self.part))
        await stage.push(TTSStartedFrame())
        seconds = await self._send()
        await stage.push(TTSStoppedFrame())
        if not (self._cut and self._ended.is_set()):  # neither stopped nor stuck
            await self._push_edge(PromptEndedFrame(self.part))
            await self._until_heard(seconds)

    async def _send(self) -> float:
        """The seconds sent. A filler ends at a pause between sentences once more waits."""
        sent = 0
        while not self._cut:
            begin = self._tape.at
            piece = await self._tape.take(PIECE_SAMPLES)
            pause = self._tape.silence_from(begin) if self.say.filler and self._more_waits() else None
            if pause is not None:
                self._cut = True
                piece = piece[: pause - begin]
            if not len(piece):
                break
            await self._push_audio(piece)
            sent += len(piece)
            await self._until_sent(sent * 1000 // RATE - AHEAD_MS)
        return sent / RATE

    async def _until_sent(self, milliseconds: int) -> None:
        playback = self._stage.playback
        try:
            async with asyncio.timeout(STUCK_SECONDS):
                await playback.until_sent(milliseconds)
        except TimeoutError:
            what = f"{milliseconds} ms of {self.say.prompt} expected to leave, got {playback.sent_ms}"
            self._stage.problem("line", what)
            self._cut = True
            self._ended.set()

    async def _until_heard(self, seconds: float) -> None:
        within = seconds + PLAY_GRACE_SECONDS
        try:
            async with asyncio.timeout(within):
                await self._ended.wait()
        except TimeoutError:
            self._stage.problem("line", f"end of {self.say.prompt} expected within {within:.1f} s, none came")

    async def _push_audio(self, pcm: Pcm) -> None:
        whole = np.pad(self._stage.fader.apply(pcm), (0, -len(pcm) % FRAME_SAMPLES))
        frame = TTSAudioRawFrame(whole.tobytes(), RATE, 1)
        frame.interruptible = self.say.interruptible
        await self._stage.push(frame)

    async def _push_edge(self, frame: PromptBeganFrame | PromptEndedFrame) -> None:
        frame.interruptible = self.say.interruptible
        await self._stage.push(frame)


async def _audio(say: Say, stage: Stage) -> AsyncGenerator[Pcm, None]:
    """The audio of `say`. From where no voice can speak it, its plain words follow, which were rendered ahead."""
    expected = f"{say.prompt} expected from {stage.voice.voice_key}"
    for text in (say.text, say.plain):
        if text is None:
            return
        try:
            async with aclosing(stage.voice.stream(text)) as rendered:
                async for piece in slowed(rendered) if say.slow else rendered:
                    yield piece
            return
        except VoiceFailed as error:
            stage.problem("voice", f"{expected}, got: {error}")
        except Exception as error:  # any fault of an engine costs one prompt, not all that would follow it
            stage.problem("voice", f"{expected}, got {type(error).__name__}")
