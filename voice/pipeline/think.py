"""Drives the mind: gives it events one at a time, in order, and carries out or hands on its acts.

What concerns speech stays here (say, expect); everything else goes to `office`, which is the switchboard's side of the
leg. A mind that raises does not end in silence: the rescue takes over (apology, then a person).
"""

import asyncio
import logging
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from pipecat.frames.frames import (
    CancelFrame,
    EndFrame,
    Frame,
    InputDTMFFrame,
    StartFrame,
    UserStoppedSpeakingFrame,
)
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor

from models.transcript import Transcript
from voice import events
from voice.conversation import Mind
from voice.events import Act, Event, Expect, HangUp, Heard, Music, Say
from voice.hearing import Ear
from voice.pipeline.at_work import AtWork
from voice.pipeline.bargein import GiveUpFrame, Settled, SettleFrame
from voice.pipeline.frames import EventFrame, MusicFrame, SayFrame, SpokenFrame, TakeBackFrame

log = logging.getLogger(__name__)

SETTLE_SECONDS = 1.0
"""The speaker answers within one turn of the loop; one that does not is no reason to leave the caller unheard."""


class Office(Protocol):
    """The other side of the leg: sees events before the mind does and gets the acts that are not speech."""

    def happened(self, event: Event, *, turn: int | None, say: Say | None, sensitive: bool) -> None:
        """`turn`: the number this utterance has in the mind's transcript, `None` while the mind is not asked;
        `say`: what was played, for `Played`."""
        ...

    def asked(self, act: Act) -> None: ...

    def problem(self, part: str, what: str) -> None: ...


def _where(error: BaseException) -> str:
    """File, line and function, innermost last; no values, which may hold a caller's words."""
    frames = traceback.extract_tb(error.__traceback__)
    return " < ".join(f"{Path(f.filename).name}:{f.lineno} {f.name}" for f in reversed(frames))


class Rescue(Mind, Protocol):
    """A mind that can go on where a failed one stopped."""

    def take_over(self, transcript: Transcript) -> None: ...


class Think(FrameProcessor):
    def __init__(self, *, mind: Mind, rescue: Rescue, ear: Ear, office: Office) -> None:
        super().__init__()
        self._mind = mind
        self._rescue = rescue
        self._successor: Rescue | None = None  # put in from outside
        self._ear = ear
        self._office = office
        self.silent = False  # True while nothing we say would be heard: it is not said
        self.asking = True  # False while bridged: what happens is told to the office alone
        self._secret_owed = False  # asked for, and nobody verified yet: it may be keyed late, into another question
        self._says: dict[str, Say] = {}
        self.at_work = AtWork()
        self._events: asyncio.Queue[EventFrame] = asyncio.Queue(maxsize=256)
        self._task: asyncio.Task[None] | None = None

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        match frame:
            case EventFrame():
                self._events.put_nowait(frame)
                return
            case InputDTMFFrame(button=button):
                if self.asking and self._says:
                    await self.broadcast_interruption()  # a key is an answer: the rest of the prompt is not needed
                    await self.push_frame(GiveUpFrame())
                self._events.put_nowait(EventFrame(events.KeyPressed(button.value), self._ear.expected.sensitive))
                return
            case SpokenFrame(hang_up=hang_up):
                self._office.asked(hang_up)
                return
            case UserStoppedSpeakingFrame():
                self.at_work.words_due()
            case StartFrame():
                self._task = self.create_task(self._run())
            case EndFrame() | CancelFrame():
                await self._stop()
            case _:
                pass
        await self.push_frame(frame, direction)

    def tell(self, event: Event) -> None:
        """An event from outside the pipeline."""
        self._events.put_nowait(EventFrame(event))

    def secret_asked(self) -> None:
        """A person asked for something secret: a key of it may come late, when they have parted."""
        self._secret_owed = True

    def revive(self, after_ms: int, *, again: bool) -> None:
        """Nothing happens any more, and nothing is to come: the mind goes on as after a silence. Where that did not
        help, the rescue takes over."""
        if again:
            self._successor = self._rescue
        self.tell(events.Silence(after_ms))

    def rescue(self, mind: Rescue) -> None:
        """`mind` takes over as if the one before it had failed, and takes back what that one was about to say."""
        self._successor = mind
        self.tell(events.PersonNews(events.PersonStage.SOUGHT))

    async def cleanup(self) -> None:
        await super().cleanup()
        await self._stop()

    async def _stop(self) -> None:
        if self._task is not None:
            task, self._task = self._task, None
            await self.cancel_task(task)

    async def _run(self) -> None:
        while True:
            frame = await self._events.get()
            await self._succeed()
            try:
                await self._answer(frame)
            except Exception as error:  # not even the rescue can answer: an ended call is better than a dead one
                log.exception("no answer to %s", type(frame.event).__name__)
                self._office.problem("mind", f"an answer from the rescue expected, got {error!r}")
                self._office.asked(HangUp("internal error"))

    async def _answer(self, frame: EventFrame) -> None:
        """An utterance that stopped a prompt without being an answer is none of the mind's business."""
        self.at_work.happened(frame.event)
        if isinstance(frame.event, Heard):
            settled = await self._settle(frame.event)
            for played in settled.played:
                await self._answer(EventFrame(played))
            if not settled.answer:
                return
        for act in self._consider(frame):
            self.at_work.asked(act)
            await self._carry_out(act)

    async def _settle(self, heard: Heard) -> Settled:
        answer: asyncio.Future[Settled] = asyncio.get_running_loop().create_future()
        await self.push_frame(SettleFrame(heard, self._ear.expected.shape == "yes_no", answer))
        try:
            async with asyncio.timeout(SETTLE_SECONDS):
                return await answer
        except TimeoutError:
            self._office.problem("pipeline", f"the speaker's word on an utterance expected in {SETTLE_SECONDS} s")
            return Settled(answer=True)

    async def _succeed(self) -> None:
        """Not before the acts of the one event are all carried out, or some of them would be said after all."""
        if self._successor is None:
            return
        mind, self._successor = self._successor, None
        mind.take_over(self._mind.transcript)
        self._mind = self._rescue = mind
        await self.push_frame(TakeBackFrame())

    def _consider(self, frame: EventFrame) -> Sequence[Act]:
        event = frame.event
        sensitive = frame.sensitive
        if isinstance(event, events.KeyPressed):
            self._ear.key_pressed()
            # Typed ahead, before the question for it was asked, or late, after the question was given up.
            sensitive |= self._ear.expected.sensitive or self._secret_owed
        say = self._says.get(event.say_id) if isinstance(event, (events.Played, events.WentOn)) else None
        if isinstance(event, events.Played):
            self._says.pop(event.say_id, None)
        spoken = isinstance(event, (Heard, events.Played))
        asking = self.asking or isinstance(event, events.PersonNews)
        turn = self._mind.transcript.last_turn + (1 if spoken else 0) if asking else None
        self._office.happened(event, turn=turn, say=say, sensitive=sensitive)
        if not asking or isinstance(event, events.WentOn):
            return []
        try:
            return self._mind.on(event, self._ear.now_ms)
        except Exception as error:  # any fault of the mind must still give the caller a person
            log.warning("the mind failed at %s", _where(error))
            self._office.problem("mind", f"an answer to {type(event).__name__} expected, got {error!r}")
            self._rescue.take_over(self._mind.transcript)
            self._mind = self._rescue
            return self._rescue.on(event, self._ear.now_ms)

    async def _carry_out(self, act: Act) -> None:
        match act:
            case Say() if self.silent:
                pass
            case Say():
                self._says[act.say_id] = act
                await self.push_frame(SayFrame(act))
            case HangUp():
                await self.push_frame(SayFrame(act))
            case Music(on=on):
                await self.push_frame(MusicFrame(on))
            case events.TakeBack():
                await self.push_frame(TakeBackFrame())
            case Expect():
                self._secret_owed |= act.sensitive
                self._ear.expect(act)
            case _:
                if isinstance(act, events.Tell) and isinstance(act.fact, events.Verified):
                    self._secret_owed = False
                self._office.asked(act)
