"""One leg's conversation, running: the pipeline in its worker, and the few handles the switchboard needs on it."""

import asyncio
from collections.abc import Awaitable, Callable

from pipecat.frames.frames import ErrorFrame, OutputAudioRawFrame
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.workers.runner import WorkerRunner

from voice.audio import RATE, Pcm, duration_ms
from voice.events import Event, Expect
from voice.pipeline.build import Parts, build
from voice.pipeline.ending import FINISH_SECONDS, end, uninterrupted
from voice.pipeline.mixing import Mixer
from voice.pipeline.overhearing import Listener
from voice.pipeline.relay import Relay
from voice.pipeline.think import Rescue
from voice.pipeline.watching import Recover, watch
from voice.stuck import NOTHING_SECONDS, Wait

OTHER = "the other party"

LISTENING = "listening"
"""The language model of a leg that talks with a person: everything the business expects."""


class Session:
    """Runs one leg's pipeline. `tell` gives its mind an event; `relay_to` and `play` join two legs."""

    def __init__(self, parts: Parts, *, watched: bool = False, on_stuck: Recover | None = None) -> None:
        """`watched`: a conversation that stops for no reason is made to go on, see `voice/stuck.py`, or is left to
        `on_stuck`."""
        self.leg = parts.leg
        self._watched = watched or on_stuck is not None
        self._on_stuck = on_stuck or self._revive
        self._parts = parts
        self._built = build(parts)
        self._worker = PipelineWorker(
            self._built.pipeline,
            params=PipelineParams(audio_in_sample_rate=RATE, audio_out_sample_rate=RATE),
            enable_rtvi=False,
            enable_turn_tracking=False,
            idle_timeout_secs=None,
        )
        self._relay = Relay()
        self._voices = Mixer(OTHER)
        self._worker.add_event_handler("on_pipeline_error", self._on_error)

    async def _on_error(self, _worker: object, frame: ErrorFrame) -> None:
        self._parts.office.problem("pipeline", f"leg {self.leg}: {frame.error}")

    async def run(self) -> None:
        """Runs until the leg's media end or `finish` is called."""
        runner = WorkerRunner(handle_sigint=False)
        await runner.add_workers(self._worker)
        running = asyncio.create_task(runner.run(), name=f"pipeline {self.leg}")
        watching = asyncio.create_task(self._watch(), name=f"watch {self.leg}")
        try:
            await asyncio.shield(running)
        except asyncio.CancelledError:
            await uninterrupted(self._end(runner, running))
            raise
        finally:
            watching.cancel()
            await asyncio.wait({watching})

    async def _watch(self) -> None:
        if self._watched:
            built, parts = self._built, self._parts
            await watch(
                think=built.think,
                speak=built.speak,
                ear=parts.ear,
                problem=parts.office.problem,
                recover=self._on_stuck,
            )

    def _revive(self, _in_vain: str, again: bool) -> None:
        self._built.think.revive(round(1000 * NOTHING_SECONDS), again=again)

    async def _end(self, runner: WorkerRunner, running: "asyncio.Task[None]") -> None:
        if not await end(self._worker, self._built.pipeline, running, runner.task_manager):
            self._parts.office.problem("pipeline", f"leg {self.leg}: an end expected within {2 * FINISH_SECONDS} s")

    @property
    def acting(self) -> bool:
        """The backend was asked to do something, and has not answered."""
        return Wait.ACTION in self._built.think.at_work.waits()

    def tell(self, event: Event) -> None:
        self._built.think.tell(event)

    async def hush(self) -> None:
        """Stops what is being said, protected prompts excepted, and what waits to be said."""
        await self._built.speak.hush()

    def rescue(self, mind: Rescue) -> None:
        """The mind went wrong in a way only the outside can see: it is hushed, and `mind` goes on in its place."""
        self._built.think.rescue(mind)

    def listen_only(self, on: bool) -> None:
        """While on, the party's words and keys go on the record but not to the mind: they talk with a person."""
        self._built.think.asking = not on
        if on:
            self._parts.ear.expect(Expect(language=LISTENING))

    def withhold(self, on: bool) -> None:
        """While on, nothing of what the party says or keys reaches a record or a listener, whatever is expected."""
        self._parts.ear.withhold(on)
        if on:
            self._built.think.secret_asked()

    def silent(self, on: bool) -> None:
        """While on, what the mind says is left out: the party's line plays something else to them."""
        self._built.think.silent = on

    def relay_to(self, sink: Callable[[Pcm], Awaitable[None]] | None) -> None:
        """The party's audio goes to `sink` as well, from now on; `None` ends it."""
        self._built.tap.relay = sink
        if sink is None:
            self._built.playback.forget_relayed()
            self._relay.forget()

    async def overhear(self, pcm: Pcm) -> None:
        """Keeps what the party hears by another way than ours: the line joined them with somebody."""
        self._parts.recorder.heard(pcm)

    def overheard_by(self, *, said: Listener, prompted: Listener) -> Callable[[], None]:
        """Hands on what the party says, and what we say to them, from now on. Returns the undo."""
        undo = self._built.tap.overheard.add(said), self._built.log.overheard.add(prompted)

        def both() -> None:
            for one in undo:
                one()

        return both

    async def play(self, pcm: Pcm) -> None:
        """Plays bridged audio to the party: after a prompt that is playing, and no later than it must be."""
        await self._play(OTHER, pcm)

    async def beside(self, voice: str, pcm: Pcm) -> None:
        """Plays a third voice as well, laid over what the other party says."""
        await self._play(voice, pcm)

    def no_longer_beside(self, voice: str) -> None:
        self._voices.forget(voice)

    async def _play(self, voice: str, pcm: Pcm) -> None:
        playback = self._built.playback
        for heard in self._voices.push(voice, pcm):
            frames = self._relay.pass_on(
                heard, speaking=not self._built.speak.idle, waiting_ms=playback.relay_backlog_ms
            )
            for frame in frames:
                playback.relayed_in_ms += duration_ms(frame)
                await self._parts.transport.output().queue_frame(OutputAudioRawFrame(frame.tobytes(), RATE, 1))
