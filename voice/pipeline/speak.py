"""Speaks what the mind says, one prompt at a time, and reports how each ended.

The next prompt starts when the one before has been heard to its end. A barge-in stops the current prompt and those
waiting; what was said then decides whether they go on (an "mm-hm", a cough) or are given up, except protected ones. A
hang-up waits until everything has been said.
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

from voice import bargein
from voice.audio import FRAME_SAMPLES, RATE, Pcm
from voice.bargein import Verdict
from voice.errors import VoiceFailed
from voice.events import NO_ENGINE, HangUp, Played, Say, WentOn
from voice.hearing import Ear
from voice.pipeline.bargein import DuckFrame, GiveUpFrame, Settled, SettleFrame
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
from voice.pipeline.stop import Stop, settled
from voice.pipeline.tape import Tape
from voice.resume import Fader, goes_on_at
from voice.slower import slowed
from voice.tts import Synthesizer
from voice.tts.pauses import SENTENCE_MS

PIECE_SAMPLES = RATE // 25
"""Audio goes to the output in pieces of 40 ms ..."""

AHEAD_MS = 40
"""... and no more than this lies there, beside the 100 ms that the line sends ahead: what lies there cannot be lowered
any more. It need not be longer: a stalled loop stops the output with it, and a slow engine is read ahead (tape.py)."""

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
        self._settings = ear.bargein
        self._music = HoldMusic(playback=playback, ear=ear, push=self._push_music)
        self._fader = Fader()
        self._waiting: deque[Say | HangUp] = deque()
        self._current: Say | None = None
        self._tape: Tape | None = None
        self._part = ""  # name of the part being played; a prompt that went on has several
        self._part_from_ms = 0  # of the prompt
        self._heard_before_ms = 0  # in earlier parts
        self._paused_ms = 0  # between them
        self._stop: Stop | None = None  # undecided
        self._over: Stop | None = None  # the latest that went on: words spoken before it did may still come
        self._ended = asyncio.Event()
        self._wake = asyncio.Event()
        self._breath_until = 0.0  # on the loop's clock
        self._cut = False
        self._task: asyncio.Task[None] | None = None

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        match frame:
            case SayFrame(say=say):
                self._waiting.append(say)
                self._wake.set()
            case MusicFrame(on=on):
                self._music.on = on
                self._wake.set()
            case TakeBackFrame():
                await self.hush(stay=True)
            case PlayedFrame(say_id=part):
                if self._current is not None and part == self._part:
                    self._ended.set()
            case DuckFrame(on=on):
                self._fader.duck(self._settings.duck_db) if on else self._fader.up()
            case SettleFrame():
                frame.settled.set_result(await self._settle(frame))
            case GiveUpFrame():
                await self._give_up()
            case _:
                await self._pass_on(frame, direction)

    async def _pass_on(self, frame: Frame, direction: FrameDirection) -> None:
        if isinstance(frame, InterruptionFrame):
            self._interrupt()
        elif isinstance(frame, StartFrame):
            self._task = self.create_task(self._run())
        elif isinstance(frame, (EndFrame, CancelFrame)):
            await self._end()
        await self.push_frame(frame, direction)

    async def cleanup(self) -> None:
        await super().cleanup()
        await self._end()

    async def hush(self, *, stay: bool = False) -> None:
        """Drops what is being said and what waits, protected or not, and the music; what is said next is not touched.
        With `stay` a hang-up that waits is dropped too."""
        self._music.on = False
        if stay:
            self._waiting = deque(item for item in self._waiting if isinstance(item, Say))
        self._interrupt(protected=True)
        await self._give_up(protected=True)
        await self.push_frame(InterruptionFrame())

    @property
    def idle(self) -> bool:
        return self._current is None and not self._waiting

    @property
    def progress(self) -> object:
        """Changes as long as something is heard."""
        return self._part, self._playback.sent_ms

    @property
    def plays_music(self) -> bool:
        return self._music.on

    async def _end(self) -> None:
        if self._task is not None:
            task, self._task = self._task, None
            await self.cancel_task(task)

    # --- stopping, and what becomes of it -----------------------------------------------------------------------------

    def _interrupt(self, *, protected: bool = False) -> None:
        """Stops what may be stopped; with `protected`, protected prompts as well."""
        if self._current is None:
            self._playback.end()  # music, if any: it goes on after the answer
        if self._stop is not None:
            return
        say = self._current if self._current and (protected or self._current.interruptible) else None
        if say is None and not any(isinstance(item, Say) for item in self._waiting):
            return
        now = asyncio.get_running_loop().time()
        part_ms = self._playback.heard_ms(now) if say else 0
        waiting, self._waiting = tuple(self._waiting), deque()
        heard_ms, total_ms = self._part_from_ms + part_ms, self._heard_before_ms + part_ms
        self._stop = Stop(say, waiting, self._ear.now_ms, heard_ms, total_ms, self._paused_ms, now)
        if say is not None:
            self._cut = True
            self._playback.cleared(now)
            self._playback.end()
            self._ended.set()
            if self._tape is not None:
                self._tape.halt()
            self._ear.prompt_ended()

    async def _give_up(self, *, protected: bool = False) -> None:
        for played in self._dropped(protected=protected):
            await self._report(played)

    def _dropped(self, *, protected: bool = False) -> tuple[Played, ...]:
        """What was stopped is not said after all."""
        stop, self._stop = self._stop, None
        if stop is None:
            return ()
        self._waiting.extendleft(reversed(stop.kept(protected=protected)))
        self._wake.set()
        if stop.say is not None:
            self._current = None
        stop.decide(Verdict.ANSWER)
        return stop.dropped(asyncio.get_running_loop().time(), protected=protected)

    async def _settle(self, frame: SettleFrame) -> Settled:
        """Whether the utterance was an answer. One that was spoken before a prompt went on may come after it did."""
        heard, stop = frame.heard, self._stop
        gone_on = self._over is not None and heard.start_ms <= self._over.at_ms
        if gone_on:
            stop = self._over
        if stop is None:
            return Settled(answer=True)
        verdict = Verdict.ANSWER  # where no recogniser heard it, nobody can say that it was none
        if heard.engine != NO_ENGINE:
            verdict = bargein.verdict(
                self._settings,
                stop.words,
                text=heard.text,
                confidence=heard.confidence,
                speech_ms=heard.speech_ms,
                yes_no=frame.yes_no,
            )
        if verdict is Verdict.ANSWER:
            if gone_on and self._stop is None and stop.say is not None and self._current is stop.say:
                self._interrupt()
                await self.push_frame(InterruptionFrame())
            return Settled(answer=True, played=self._dropped())
        if not gone_on and not self._ear.speaking:  # who goes on speaking: that decides
            stop.decide(verdict)
        return Settled(answer=False)

    async def _settled(self, stop: Stop) -> Verdict:
        patience_seconds = self._settings.verdict_ms / 1000
        verdict = await settled(stop, speaking=lambda: self._ear.speaking, patience_seconds=patience_seconds)
        if verdict is not Verdict.ANSWER:
            self._waiting.extendleft(reversed(stop.waiting))
            self._stop, self._over = None, stop
            stop.at_ms = self._ear.now_ms
        return verdict

    # --- one prompt after the other -----------------------------------------------------------------------------------

    async def _run(self) -> None:
        while True:
            item = await self._take_next()
            if isinstance(item, HangUp):
                await self.push_frame(SpokenFrame(item), FrameDirection.UPSTREAM)
            else:
                await self._speak(item)

    async def _take_next(self) -> Say | HangUp:
        while True:
            if self._stop is not None:
                await self._settled(self._stop)
            elif self._waiting:
                if await self._due(self._waiting[0]):
                    return self._waiting.popleft()
            elif self._music.on:
                await self._music.play(lambda: bool(self._waiting))
            else:
                self._wake.clear()
                await self._wake.wait()

    async def _due(self, first: Say | HangUp) -> bool:
        """Whether it is said now. What bridges a wait is not said before the wait has lasted a while, nor at all where
        the answer is there by then; and between the two there is a pause."""
        breath = self._breath_until - asyncio.get_running_loop().time()
        if breath > 0:
            await asyncio.sleep(breath)
            return False
        if isinstance(first, HangUp) or not first.after_ms:
            return True
        if len(self._waiting) > 1:
            self._waiting.popleft()
            await self._report(Played(first.say_id, fully=True, played_ms=0))
            return False
        self._wake.clear()
        try:
            async with asyncio.timeout(first.after_ms / 1000):
                await self._wake.wait()
        except TimeoutError:
            return self._stop is None and len(self._waiting) == 1 and self._waiting[0] is first
        return False

    async def _speak(self, say: Say) -> None:
        self._current, self._part_from_ms, self._heard_before_ms, self._paused_ms = say, 0, 0, 0
        self._fader.full()
        stops = 0
        async with Tape(self._audio(say)) as self._tape:
            await self._play(say, self._tape, stops)
            while (stop := self._stop) is not None and stop.say is say:
                verdict = await self._settled(stop)
                if stop.given_up:
                    break
                stops += 1
                await self._go_on(say, self._tape, stop, verdict)
                await self._play(say, self._tape, stops)
        self._tape = None
        if self._current is not say:
            return  # given up, and reported
        played_ms = self._heard_before_ms + self._playback.sent_ms
        self._playback.end()
        self._current = None
        if say.after_ms:
            self._breath_until = asyncio.get_running_loop().time() + SENTENCE_MS / 1000
        await self._report(Played(say.say_id, not self._cut, played_ms, self._paused_ms))
        if self._stop is None and not any(isinstance(s, Say) for s in self._waiting):
            self._ear.prompt_ended()

    async def _go_on(self, say: Say, tape: Tape, stop: Stop, verdict: Verdict) -> None:
        """From a pause before the place up to which it was heard."""
        heard = stop.heard_ms * RATE // 1000
        at = goes_on_at(tape.pcm(0, heard), heard)
        tape.go_on_at(at)
        self._fader.from_nothing()
        self._part_from_ms, self._heard_before_ms = at * 1000 // RATE, stop.total_ms
        self._paused_ms += stop.stood_ms(asyncio.get_running_loop().time())
        await self._report(WentOn(say.say_id, verdict.value, stop.heard_ms, self._part_from_ms))

    async def _play(self, say: Say, tape: Tape, stops: int) -> None:
        """Sends what is left on `tape`, as fast as it is played, and waits until it was heard."""
        self._part = f"{say.say_id}+{stops}" if stops else say.say_id
        self._cut = False
        self._ended.clear()
        self._playback.begin(self._part)
        open_to_speech = say.interruptible and stops < self._settings.resumes_max
        self._ear.prompt_began(interruptible=open_to_speech)
        await self._push_edge(PromptBeganFrame(self._part), say)
        await self.push_frame(TTSStartedFrame())
        seconds = await self._send(say, tape)
        await self.push_frame(TTSStoppedFrame())
        if not (self._cut and self._ended.is_set()):  # neither stopped nor stuck
            await self._push_edge(PromptEndedFrame(self._part), say)
            await self._heard_out(say, seconds)

    async def _send(self, say: Say, tape: Tape) -> float:
        """The seconds sent. A filler ends at a pause between sentences once more waits."""
        sent = 0
        while not self._cut:
            begin = tape.at
            piece = await tape.take(PIECE_SAMPLES)
            pause = tape.silence_from(begin) if say.filler and self._waiting else None
            if pause is not None:
                self._cut = True
                piece = piece[: pause - begin]
            if not len(piece):
                break
            await self._push_audio(piece, say)
            sent += len(piece)
            await self._until_sent(sent * 1000 // RATE - AHEAD_MS, say)
        return sent / RATE

    async def _until_sent(self, milliseconds: int, say: Say) -> None:
        try:
            async with asyncio.timeout(STUCK_SECONDS):
                await self._playback.until_sent(milliseconds)
        except TimeoutError:
            self._problem("line", f"{milliseconds} ms of {say.prompt} expected to leave, got {self._playback.sent_ms}")
            self._cut = True
            self._ended.set()

    async def _push_audio(self, pcm: Pcm, say: Say) -> None:
        whole = np.pad(self._fader.apply(pcm), (0, -len(pcm) % FRAME_SAMPLES))
        frame = TTSAudioRawFrame(whole.tobytes(), RATE, 1)
        frame.interruptible = say.interruptible
        await self.push_frame(frame)

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
                async with aclosing(self._voice.stream(text)) as rendered:
                    async for piece in slowed(rendered) if say.slow else rendered:
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

    async def _report(self, event: Played | WentOn) -> None:
        await self.push_frame(EventFrame(event), FrameDirection.UPSTREAM)
