"""Speaks what the mind says, one prompt at a time, and reports how each ended.

The next prompt starts when the one before has been heard to its end. A barge-in stops the current prompt and those
waiting; what was said then decides whether they go on (an "mm-hm", a cough) or are given up, except protected ones. A
hang-up waits until everything has been said.
"""

import asyncio
from collections.abc import Callable

from pipecat.frames.frames import (
    CancelFrame,
    EndFrame,
    Frame,
    InterruptionFrame,
    StartFrame,
    TTSAudioRawFrame,
)
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor

from voice import bargein
from voice.audio import RATE, Pcm
from voice.bargein import Verdict
from voice.events import NO_ENGINE, HangUp, Played, Say, WentOn
from voice.hearing import Ear
from voice.pipeline.bargein import DuckFrame, GiveUpFrame, Settled, SettleFrame
from voice.pipeline.frames import (
    EventFrame,
    MusicFrame,
    PlayedFrame,
    SayFrame,
    SpokenFrame,
    TakeBackFrame,
)
from voice.pipeline.music import HoldMusic
from voice.pipeline.playback import Playback
from voice.pipeline.saying import Saying, Stage
from voice.pipeline.stop import Stop, settled
from voice.pipeline.to_say import ToSay
from voice.tts import Synthesizer


class Speak(FrameProcessor):
    def __init__(
        self,
        *,
        voice: Synthesizer,
        ear: Ear,
        playback: Playback,
        problem: Callable[[str, str], None],
        begins: Callable[[Say], None] = lambda say: None,
    ) -> None:
        """`begins` hears of each prompt just before its first sound."""
        super().__init__()
        self._begins = begins
        self._ear = ear
        self._playback = playback
        self._settings = ear.bargein
        self._music = HoldMusic(playback=playback, ear=ear, push=self._push_music)
        self._stage = Stage(voice, ear, playback, self.push_frame, problem)
        self._to_say = ToSay()
        self._current: Saying | None = None
        self._stop: Stop | None = None  # undecided
        self._over: Stop | None = None  # the latest that went on: words spoken before it did may still come
        self._task: asyncio.Task[None] | None = None

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        match frame:
            case SayFrame(say=say):
                self._to_say.add(say)
            case MusicFrame(on=on):
                self._music.on = on
                self._to_say.wake()
            case TakeBackFrame():
                await self.hush(stay=True)
            case PlayedFrame(say_id=part):
                if self._current is not None and part == self._current.part:
                    self._current.heard_out()
            case DuckFrame(on=on):
                self._stage.fader.duck(self._settings.duck_db) if on else self._stage.fader.up()
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
            self._to_say.stay()
        self._interrupt(protected=True)
        await self._give_up(protected=True)
        await self.push_frame(InterruptionFrame())

    @property
    def idle(self) -> bool:
        return self._current is None and not self._to_say

    @property
    def progress(self) -> object:
        """Changes as long as something is heard."""
        return self._current.part if self._current else "", self._playback.sent_ms

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
        saying = self._current
        if saying is not None and not (protected or saying.say.interruptible):
            saying = None
        if saying is None and not self._to_say.words:
            return
        now, waiting = asyncio.get_running_loop().time(), self._to_say.take_all()
        if saying is not None:
            self._stop = saying.stop(waiting, now)
        else:
            self._stop = Stop(None, waiting, self._ear.now_ms, heard_ms=0, total_ms=0, paused_ms=0, at=now)

    async def _give_up(self, *, protected: bool = False) -> None:
        for played in self._dropped(protected=protected):
            await self._report(played)

    def _dropped(self, *, protected: bool = False) -> tuple[Played, ...]:
        """What was stopped is not said after all."""
        stop, self._stop = self._stop, None
        if stop is None:
            return ()
        self._to_say.put_back(stop.kept(protected=protected))
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
            if gone_on and self._stop is None and self._current is not None and self._current.say is stop.say:
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
            self._to_say.put_back(stop.waiting)
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
                await self._say(item)

    async def _take_next(self) -> Say | HangUp:
        while True:
            if self._stop is not None:
                await self._settled(self._stop)
            elif self._to_say:
                if (breath_seconds := self._to_say.breath_seconds) > 0:
                    await asyncio.sleep(breath_seconds)
                elif (needless := self._to_say.needless()) is not None:
                    await self._report(Played(needless.say_id, fully=True, played_ms=0))
                elif await self._to_say.due():
                    return self._to_say.take()
            elif self._music.on:
                await self._music.play(lambda: bool(self._to_say))
            else:
                await self._to_say.changed()

    async def _say(self, say: Say) -> None:
        self._stage.fader.full()
        saying = self._current = Saying(say, self._stage, more_waits=lambda: bool(self._to_say))
        self._begins(say)
        async with saying:
            await saying.play()
            while (stop := self._stop) is not None and stop.say is say:
                verdict = await self._settled(stop)
                if stop.given_up:
                    break
                await self._report(saying.go_on(stop, verdict))
                await saying.play()
        if self._current is not saying:
            return  # given up, and reported
        played = saying.played
        self._playback.end()
        self._current = None
        if say.after_ms:
            self._to_say.breathe()
        await self._report(played)
        if self._stop is None and not self._to_say.words:
            self._ear.prompt_ended()

    async def _push_music(self, pcm: Pcm) -> None:
        await self.push_frame(TTSAudioRawFrame(pcm.tobytes(), RATE, 1))

    async def _report(self, event: Played | WentOn) -> None:
        await self.push_frame(EventFrame(event), FrameDirection.UPSTREAM)
