"""The composition root: builds everything once, in order, serves, drains and stops in reverse."""

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from models.frustration import Frustration, FrustrationSettings
from models.inference import Pool
from telephony import engines, hearing
from telephony.admission_load import Admission
from telephony.agents import callback
from telephony.agents.staff import Staff
from telephony.backend import open_backend
from telephony.callbacks import Callbacks
from telephony.carriers import fallback, open_lines
from telephony.desk import captions
from telephony.desk.desks import Desks
from telephony.desk.front_office import FrontOffice
from telephony.desk.office import Disposition
from telephony.dialling import SWITCH_FILE, Dialling
from telephony.events import CallbackAgreed, CallEnded
from telephony.history import History
from telephony.house import Backend, House, Unrecorded
from telephony.journal import Keeper, Record
from telephony.keeping import open_record, open_recordings
from telephony.known_prompts import known_prompts
from telephony.lateness import LoopClock
from telephony.leg import Line
from telephony.metrics import CallMetrics
from telephony.metrics_source import Present, Sources
from telephony.minds import BusinessMinds, intents_of
from telephony.outgoing import callbacks_of, open_webhook
from telephony.reconcile import cut_off, reconcile
from telephony.records.recordings import Recordings
from telephony.records.store import Store
from telephony.server import Server
from telephony.settings import Settings
from telephony.speaking import Voices, open_voices, prerender
from telephony.staffing import ladder, open_staff, running
from telephony.switchboard import Switchboard
from telephony.web import create_app
from telephony.world import World
from voice import vad
from voice.dialogue.business import Business
from voice.dialogue.load import load_business
from voice.hearing import Ear
from voice.turn_guess import Tally

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Service:
    settings: Settings
    business: Business
    switchboard: Switchboard
    staff: Staff
    front: FrontOffice
    voices: Voices
    callbacks: Callbacks | None
    loop_clock: LoopClock
    app: FastAPI

    async def run(self) -> None:
        """Takes calls, and makes those that were promised, until cancelled. Those that a crash cut off are ended."""
        house = self.switchboard.house
        found = await cut_off(house.keeper) if isinstance(house.keeper, Store) else []
        async with asyncio.TaskGroup() as tasks:
            if found and isinstance(house.keeper, Store):
                tasks.create_task(reconcile(found, house.keeper, house.lines, wall=house.wall), name="reconcile")
            tasks.create_task(self.loop_clock.run(), name="loop clock")
            measuring = house.admission.run(house.pool.stats, lambda: self.switchboard.served)
            tasks.create_task(measuring, name="admission")
            tasks.create_task(self.switchboard.serve(), name="switchboard")
            if self.callbacks is not None:
                tasks.create_task(self.callbacks.run(), name="call backs")


@asynccontextmanager
async def open_service(settings: Settings, world: World) -> AsyncIterator[Service]:
    """Everything, open and ready for calls; closed in reverse when the block ends.

    Raises `ConfigError`, `BusinessError` or `EngineUnavailable` before anything is served.
    """
    business = load_business(settings.business.folder)
    folder = settings.service.records_folder
    async with AsyncExitStack() as stack:
        recogniser = engines.recogniser(settings.hearing, settings.service.models_folder, gates=folder)
        loop_clock = LoopClock()
        admission = _admission(settings, world, loop_clock)
        heard = hearing.factories(recogniser, hearing.languages(business), settings.hearing)
        pool = admission.timed(world.open_pool(heard, settings))
        stack.push_async_callback(pool.close)
        voices = await open_voices(
            settings.speaking,
            models_folder=settings.service.models_folder,
            cache_folder=world.prompts or folder / "prompts",
            keep_spoken=world.prompts is not None,
            wrap=world.wrap_voice,
        )
        stack.push_async_callback(voices.close)
        await pool.warm_up()
        if settings.speaking.prerender:
            await prerender(voices, known_prompts(business, settings), world.progress)
        keeper, history = open_record(settings, world, stack)
        backend = await stack.enter_async_context(open_backend(settings, world))
        desks = Desks(clock=asyncio.get_running_loop().time)
        staff = await open_staff(settings, business, wall=world.wall, history=history, connected=desks.connected)
        desks.on_page(staff.stir)
        await stack.enter_async_context(running(staff))
        titles = {name: queue.title for name, queue in business.queues.items()}
        recordings = open_recordings(
            settings, world, keeper, stack, lambda call, what: switchboard.problem(call, "recording", what)
        )
        front = FrontOffice(
            staff=staff, dispositions=_dispositions(business), queues=titles, now_ms=_loop_ms,
            cut=recordings.clip if recordings else None,
        )  # fmt: skip
        lines = await stack.enter_async_context(open_lines(settings, business, world, ringer=desks, voice=voices.voice))
        house = _house(
            settings, world, business, admission=admission, pool=pool, voices=voices, recogniser=recogniser.name,
            backend=backend, staff=staff, attending=front, lines=lines.by_name, keeper=keeper, recordings=recordings,
            history=history,
        )  # fmt: skip

        registry = CollectorRegistry()
        counted = CallMetrics(registry)

        def on_record(record: Record) -> None:
            world.on_record(record)
            counted.hear(record)
            if webhook is not None:
                webhook.hear(record)
            if (conduct := switchboard.calls.get(record.call)) is not None:
                captions.show(record, conduct.leg)
            if callbacks is not None and isinstance(record.entry, CallbackAgreed | CallEnded):
                callbacks.stir()

        switchboard = Switchboard(house, on_record=on_record)
        front.serve(switchboard)
        webhook = await stack.enter_async_context(open_webhook(settings, world))
        callbacks = callbacks_of(settings, business, world, keeper, staff, switchboard, lines.by_name.values())
        app = create_app(
            settings=settings, business=business, front=front, desks=desks, phone=lines.browser,
            carrier=lines.twilio, pbx=lines.asterisk, switchboard=switchboard, metrics=registry,
            clock=asyncio.get_running_loop().time,
        )  # fmt: skip
        sources = Sources(switchboard, admission, pool, voices.cached.counts, loop_clock, lines.twilio, lines.asterisk)
        Present(sources, registry)
        yield Service(settings, business, switchboard, staff, front, voices, callbacks, loop_clock, app)


def _admission(settings: Settings, world: World, loop_clock: LoopClock) -> Admission:
    return Admission(
        settings.admission,
        max_calls=settings.service.max_calls,
        workers=settings.hearing.cores,
        loop_late=loop_clock.late,
        now=asyncio.get_running_loop().time,
        cpu=(lambda: None) if world.inline else world.cpu,  # in virtual time the machine's own load says nothing
    )


def _house(
    settings: Settings,
    world: World,
    business: Business,
    *,
    admission: Admission,
    pool: Pool,
    voices: Voices,
    recogniser: str,
    backend: Backend,
    staff: Staff,
    attending: FrontOffice,
    lines: Mapping[str, Line],
    keeper: Keeper,
    recordings: Recordings | None,
    history: History,
) -> House:
    """What every call of this service shares."""
    intents = intents_of(business)
    judge = Frustration.shipped(FrustrationSettings(prosody_weight=settings.judging.prosody_weight))
    return House(
        minds=BusinessMinds(
            business=business,
            intents=intents,
            judge=judge,
            today=world.today,
            recorded=settings.records.record_audio,
            rescue_queue=next(iter(business.queues)),
        ),
        pool=pool,
        voice=voices.voice,
        ear=lambda: Ear(vad=vad.open_vad(settings.hearing.vad), settings=settings.hearing.ear),
        backend=backend,
        staff=staff,
        attending=attending,
        lines=lines,
        keeper=keeper,
        recorder=lambda call: recordings.begin(call, wall=world.wall()) if recordings else Unrecorded(),
        handoff=settings.handoff,
        dialling=Dialling(
            settings.dialling,
            switch=settings.service.records_folder / SWITCH_FILE,
            now=asyncio.get_running_loop().time,
        ),
        ladder=ladder(business),
        history=history,
        sticky_days=business.routing.sticky_days,
        engines={
            "stt": recogniser,
            "tts": voices.choice.name,
            "vad": settings.hearing.vad.kind,
            "intent": f"ngrams {intents.fingerprint}",
        },
        version=business.version,
        recognition_deadline_seconds=settings.hearing.deadline_seconds,
        guesses=settings.hearing.guess,
        tally=Tally(),
        admission=admission,
        callback_number=lambda text, came: callback.number(
            text,
            came=came,
            region=settings.service.region,
            countries=frozenset(settings.service.callback_countries),
        ),
        fallback=fallback(business),
        wall=world.wall,
        new_id=lambda: f"call-{secrets.token_hex(6)}",
    )


async def serve(settings: Settings, *, config: Path, ready: Callable[[Service], None] | None = None) -> None:
    """Answers calls until it is told to stop, then lets those in progress end."""
    async with open_service(settings, World()) as service:
        host, port = settings.service.host, settings.service.port

        async def drain() -> None:
            if not await service.switchboard.drain(settings.service.drain_seconds):
                log.warning("calls were still in progress after %.0f s", settings.service.drain_seconds)

        server = Server(service.app, host=host, port=port, drain=drain)
        running = asyncio.create_task(service.run(), name="service")
        if ready is not None:
            ready(service)
        log.info("serving on http://%s:%d with settings from %s", host, port, config)
        try:
            await server.serve()  # returns once drained, after SIGINT or SIGTERM
        finally:
            running.cancel()
            await asyncio.wait({running})


def _dispositions(business: Business) -> list[Disposition]:
    return [Disposition(d.code, d.title) for d in business.dispositions]


def _loop_ms() -> int:
    return round(asyncio.get_running_loop().time() * 1000)
