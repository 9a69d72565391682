"""Speaks what the mind says, one prompt at a time, and reports how each ended.

The next prompt starts when the one before has been heard to its end. A barge-in drops the current prompt and those
waiting, except protected ones; a hang-up waits until everything has been said.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

import numpy as np
from pipecat.frames.frames import (
    CancelFrame,
    EndFrame,
    Frame,
    InterruptionFrame,
    StartFrame,
    TTSAudioRawFrame,
    TTSStartedFrame,
    TTSStoppedFrame,
)
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor

from voice.audio import FRAME_SAMPLES, RATE, Pcm
from voice.errors import VoiceFailed
from voice.events import HangUp, Played, Say
from voice.hearing import Ear
from voice.pipeline.frames import (
    EventFrame,
    MusicFrame,
    PlayedFrame,
    PromptBeganFrame,
    PromptEndedFrame,
    SayFrame,
    SpokenFrame,
    TakeBackFrame,
)
from voice.pipeline.music import HoldMusic
from voice.pipeline.playback import Playback
from voice.tts import Synthesizer

PIECE_SAMPLES = RATE // 10
"""Audio goes to the output in pieces of 100 ms ..."""

AHEAD_MS = 200
"""... and no more than this lies there: what a stall of the loop may take, and what a cut prompt may still say."""

STUCK_SECONDS = 3.0
"""An output that takes no more audio for so long is not waited for: what comes after the prompt still has to happen."""

PLAY_GRACE_SECONDS = 3.0
"""How much longer than its audio a prompt may take to be reported as played before we go on without the report."""


class Speak(FrameProcessor):
    def __init__(
        self,
        *,
        voice: Synthesizer,
        ear: Ear,
        playback: Playback,
        problem: Callable[[str, str], None],
    ) -> None:
        super().__init__()
        self._voice = voice
        self._ear = ear
        self._playback = playback
        self._problem = problem
        self._music = HoldMusic(playback=playback, ear=ear, push=self._push_music)
        self._waiting: deque[Say | HangUp] = deque()
        self._current: Say | None = None
        self._ended = asyncio.Event()
        self._wake = asyncio.Event()
        self._cut = False
        self._task: asyncio.Task[None] | None = None

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if isinstance(frame, SayFrame):
            self._waiting.append(frame.say)
            self._wake.set()
            return
        if isinstance(frame, MusicFrame):
            self._music.on = frame.on
            self._wake.set()
            return
        if isinstance(frame, TakeBackFrame):
            await self.hush(stay=True)
            return
        if isinstance(frame, PlayedFrame):
            if self._current is not None and frame.say_id == self._current.say_id:
                self._ended.set()
            return
        if isinstance(frame, InterruptionFrame):
            await self._interrupt()
        elif isinstance(frame, StartFrame):
            self._task = self.create_task(self._run())
        elif isinstance(frame, (EndFrame, CancelFrame)):
            await self._stop()
        await self.push_frame(frame, direction)

    async def cleanup(self) -> None:
        await super().cleanup()
        await self._stop()

    async def hush(self, *, stay: bool = False) -> None:
        """Drops what is being said and what waits, protected or not, and the music; what is said next is not touched.
        With `stay` a hang-up that waits is dropped too."""
        self._music.on = False
        if stay:
            self._waiting = deque(item for item in self._waiting if isinstance(item, Say))
        await self._interrupt(protected=True)
        await self.push_frame(InterruptionFrame())

    @property
    def idle(self) -> bool:
        return self._current is None and not self._waiting

    async def _stop(self) -> None:
        if self._task is not None:
            task, self._task = self._task, None
            await self.cancel_task(task)

    async def _interrupt(self, *, protected: bool = False) -> None:
        """Drops what may be dropped; with `protected`, protected prompts as well."""
        if self._current is None:
            self._playback.end()  # music, if any: it goes on after the answer
        elif protected or self._current.interruptible:
            self._cut = True
            self._playback.end()
            self._ended.set()
        kept = [s for s in self._waiting if isinstance(s, HangUp) or not (protected or s.interruptible)]
        dropped = [s for s in self._waiting if isinstance(s, Say) and (protected or s.interruptible)]
        self._waiting = deque(kept)
        for say in dropped:
            await self._report(Played(say.say_id, fully=False, played_ms=0))

    async def _run(self) -> None:
        while True:
            while not self._waiting:
                self._wake.clear()
                if self._music.on:
                    await self._music.play(lambda: bool(self._waiting))
                else:
                    await self._wake.wait()
            item = self._waiting.popleft()
            if isinstance(item, HangUp):
                await self.push_frame(SpokenFrame(item), FrameDirection.UPSTREAM)
            else:
                await self._speak(item)

    async def _speak(self, say: Say) -> None:
        self._current, self._cut = say, False
        self._ended.clear()
        self._playback.begin(say.say_id)
        self._ear.prompt_began(interruptible=say.interruptible)
        await self._push_edge(PromptBeganFrame(say.say_id), say)
        await self.push_frame(TTSStartedFrame())
        seconds = await self._send(say)
        await self.push_frame(TTSStoppedFrame())
        await self._push_edge(PromptEndedFrame(say.say_id), say)
        await self._heard_out(say, seconds)
        played_ms = self._playback.sent_ms
        self._playback.end()
        self._current = None
        await self._report(Played(say.say_id, fully=not self._cut, played_ms=played_ms))
        if not any(isinstance(s, Say) for s in self._waiting):
            self._ear.prompt_ended()

    async def _send(self, say: Say) -> float:
        """Sends the audio of `say`, in whole frames; the seconds sent. A filler ends at a pause once more waits."""
        samples = 0
        rest: Pcm = np.zeros(0, dtype=np.int16)
        async with aclosing(self._audio(say)) as pieces:
            async for piece in pieces:
                if self._cut or (say.filler and self._waiting and not piece.any()):
                    self._cut = True
                    break
                joined = np.concatenate([rest, piece])
                whole = len(joined) // FRAME_SAMPLES * FRAME_SAMPLES
                rest = joined[whole:]
                samples = await self._push_paced(joined[:whole], say, samples)
        if len(rest) and not self._cut:
            samples += await self._push_audio(np.pad(rest, (0, FRAME_SAMPLES - len(rest))), say)
        return samples / RATE

    async def _push_paced(self, pcm: Pcm, say: Say, samples: int) -> int:
        """Pushes `pcm` in pieces, as fast as it is played; the prompt's samples so far, `samples` of them before it."""
        for at in range(0, len(pcm), PIECE_SAMPLES):
            if self._cut:
                break
            samples += await self._push_audio(pcm[at : at + PIECE_SAMPLES], say)
            await self._until_sent(samples * 1000 // RATE - AHEAD_MS, say)
        return samples

    async def _until_sent(self, milliseconds: int, say: Say) -> None:
        try:
            async with asyncio.timeout(STUCK_SECONDS):
                await self._playback.until_sent(milliseconds)
        except TimeoutError:
            self._problem("line", f"{milliseconds} ms of {say.prompt} expected to leave, got {self._playback.sent_ms}")
            self._cut = True
            self._ended.set()

    async def _push_audio(self, pcm: Pcm, say: Say) -> int:
        if len(pcm):
            frame = TTSAudioRawFrame(pcm.tobytes(), RATE, 1)
            frame.interruptible = say.interruptible
            await self.push_frame(frame)
        return len(pcm)

    async def _push_music(self, pcm: Pcm) -> None:
        await self.push_frame(TTSAudioRawFrame(pcm.tobytes(), RATE, 1))

    async def _push_edge(self, frame: PromptBeganFrame | PromptEndedFrame, say: Say) -> None:
        frame.interruptible = say.interruptible
        await self.push_frame(frame)

    async def _audio(self, say: Say) -> AsyncGenerator[Pcm, None]:
        """The audio of `say`. From where no voice can speak it, its plain words follow, which were rendered ahead."""
        for text in (say.text, say.plain):
            if text is None:
                return
            try:
                async with aclosing(self._voice.stream(text)) as pieces:
                    async for piece in pieces:
                        yield piece
                return
            except VoiceFailed as error:
                self._problem("voice", f"{say.prompt} expected from {self._voice.voice_key}, got: {error}")
            except Exception as error:  # any fault of an engine costs one prompt, not all that would follow it
                what = type(error).__name__
                self._problem("voice", f"{say.prompt} expected from {self._voice.voice_key}, got {what}")

    async def _heard_out(self, say: Say, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds + PLAY_GRACE_SECONDS):
                await self._ended.wait()
        except TimeoutError:
            self._problem(
                "line", f"end of {say.prompt} expected within {seconds + PLAY_GRACE_SECONDS:.1f} s, none came"
            )

    async def _report(self, played: Played) -> None:
        await self.push_frame(EventFrame(played), FrameDirection.UPSTREAM)
