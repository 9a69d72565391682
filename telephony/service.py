"""The composition root: builds everything once, in order, serves, drains and stops in reverse."""

import asyncio
import logging
import secrets
import time
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import aiohttp
from fastapi import FastAPI

from models.engines import EngineFactory
from models.frustration import Frustration, FrustrationSettings
from models.inference import InferencePool, Pool
from telephony import carriers, engines, hearing, outside
from telephony.agents import callback
from telephony.agents.agent import Address, Agent, AgentId
from telephony.agents.callback_plan import Calling
from telephony.agents.roster import Roster
from telephony.agents.routing import Needs
from telephony.agents.staff import Staff
from telephony.callbacks import Callbacks, read_refused
from telephony.desk import captions
from telephony.desk.desks import Desks
from telephony.desk.front_office import FrontOffice
from telephony.desk.office import Disposition
from telephony.dialling import SWITCH_FILE, Dialling
from telephony.errors import ConfigError
from telephony.events import CallbackAgreed, CallEnded
from telephony.house import Backend, House, Unrecorded
from telephony.journal import Keeper, Record
from telephony.leg import Line, RingsBack
from telephony.lines import webrtc
from telephony.lines.asterisk.ari import Connection
from telephony.lines.twilio.control import RestHttp
from telephony.minds import BusinessMinds, intents_of
from telephony.outside import BriefWebhook
from telephony.promises import Promises
from telephony.reconcile import cut_off, reconcile
from telephony.records import StoredPromises, changes
from telephony.records.recordings import Recorded, Recordings
from telephony.records.store import Store, default_url, open_store
from telephony.server import Server
from telephony.settings import Settings, secret
from telephony.speaking import Voices, open_voices, prerender
from telephony.switchboard import Switchboard
from telephony.web import create_app
from voice import vad
from voice.dialogue.business import Business
from voice.dialogue.load import load_business
from voice.hearing import Ear
from voice.tts import Synthesizer

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class World:
    """What lies outside: a replay or a demo puts its own in place."""

    open_pool: Callable[[Mapping[str, EngineFactory], Settings], Pool] = lambda factories, settings: InferencePool(
        factories, workers=settings.hearing.workers, queue_limit=settings.hearing.queue_limit
    )
    wrap_voice: Callable[[Synthesizer], Synthesizer] = lambda voice: voice
    keeper: Keeper | None = None  # instead of the database
    twilio_http: Callable[[], RestHttp] | None = None  # instead of sockets to the carrier
    asterisk: Callable[[], Connection] | None = None  # instead of sockets to the PBX
    wall: Callable[[], float] = time.time
    today: Callable[[], date] = date.today
    inline: bool = False  # recordings are written in place, where no thread may be waited for
    prompts: Path | None = None  # a replay's rendered sentences, all of them kept
    free_bytes: Callable[[Path], int] | None = None  # room for recordings, instead of the disk's own
    promises: Promises | None = None  # instead of the database's
    bank: str | None = None  # the demo backend's database, instead of a file in the records folder
    on_record: Callable[[Record], None] = lambda record: None
    progress: Callable[[int, int], None] = lambda done, total: None


@dataclass(frozen=True, slots=True)
class Service:
    settings: Settings
    business: Business
    switchboard: Switchboard
    staff: Staff
    front: FrontOffice
    voices: Voices
    callbacks: Callbacks | None
    app: FastAPI

    async def run(self) -> None:
        """Takes calls, and makes those that were promised, until cancelled. Those that a crash cut off are ended."""
        house = self.switchboard.house
        found = await cut_off(house.keeper) if isinstance(house.keeper, Store) else []
        async with asyncio.TaskGroup() as tasks:
            if found and isinstance(house.keeper, Store):
                tasks.create_task(reconcile(found, house.keeper, house.lines, wall=house.wall), name="reconcile")
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
        recogniser = engines.recogniser(settings.hearing, settings.service.models_folder)
        pool = world.open_pool(hearing.factories(recogniser, hearing.languages(business)), settings)
        stack.push_async_callback(pool.close)
        voices = await open_voices(
            settings.speaking.engine,
            models_folder=settings.service.models_folder,
            cache_folder=world.prompts or folder / "prompts",
            keep_spoken=world.prompts is not None,
            wrap=world.wrap_voice,
        )
        stack.push_async_callback(voices.close)
        await pool.warm_up()
        if settings.speaking.prerender:
            await prerender(voices, known_prompts(business, settings), world.progress)
        keeper = world.keeper
        if keeper is None:
            store = open_store(settings.records.url or default_url(folder), folder, problem=log.error)
            stack.callback(store.close)
            keeper = store
        backend = await stack.enter_async_context(open_backend(settings, world))
        staff = _staff(settings, business)
        titles = {name: queue.title for name, queue in business.queues.items()}
        front = FrontOffice(staff=staff, dispositions=_dispositions(business), queues=titles, now_ms=_loop_ms)
        desks = Desks(clock=asyncio.get_running_loop().time)
        phone = webrtc.WebRtcLine(ringer=desks)
        stack.push_async_callback(phone.close)
        lines: dict[str, Line] = {phone.name: phone} if settings.lines.webrtc.enabled else {}
        carrier = await carriers.twilio_line(
            settings, business, fallback=fallback(business), voice=voices.voice, open_http=world.twilio_http
        )
        if carrier is not None:
            lines[carrier.name] = carrier
            stack.push_async_callback(carrier.close)
        pbx = carriers.asterisk_line(settings, fallback=fallback(business), connect=world.asterisk)
        if pbx is not None:
            lines[pbx.name] = await stack.enter_async_context(pbx.open())
        recordings = _recordings(
            settings, world, keeper, lambda call, what: switchboard.problem(call, "recording", what)
        )
        if recordings is not None:
            stack.callback(recordings.close)
        house = _house(
            settings, world, business, pool=pool, voices=voices, recogniser=recogniser.name, backend=backend,
            staff=staff, attending=front, lines=lines, keeper=keeper, recordings=recordings,
        )  # fmt: skip

        def on_record(record: Record) -> None:
            world.on_record(record)
            if webhook is not None:
                webhook.hear(record)
            if (conduct := switchboard.calls.get(record.call)) is not None:
                captions.show(record, conduct.leg)
            if callbacks is not None and isinstance(record.entry, CallbackAgreed | CallEnded):
                callbacks.stir()

        switchboard = Switchboard(house, on_record=on_record)
        front.serve(switchboard)
        webhook = await stack.enter_async_context(_webhook(settings, world))
        callbacks = _callbacks(settings, business, world, keeper, staff, switchboard, lines.values())
        app = create_app(
            settings=settings, business=business, front=front, desks=desks, phone=phone, carrier=carrier, pbx=pbx,
            switchboard=switchboard, pool=pool, prompts=voices.cached.counts, clock=asyncio.get_running_loop().time,
        )  # fmt: skip
        yield Service(settings, business, switchboard, staff, front, voices, callbacks, app)


def _house(
    settings: Settings,
    world: World,
    business: Business,
    *,
    pool: Pool,
    voices: Voices,
    recogniser: str,
    backend: Backend,
    staff: Staff,
    attending: FrontOffice,
    lines: Mapping[str, Line],
    keeper: Keeper,
    recordings: Recordings | None,
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
        engines={
            "stt": recogniser,
            "tts": voices.choice.name,
            "vad": settings.hearing.vad.kind,
            "intent": f"ngrams {intents.fingerprint}",
        },
        version=business.version,
        recognition_deadline_seconds=settings.hearing.deadline_seconds,
        max_calls=settings.service.max_calls,
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


def known_prompts(business: Business, settings: Settings) -> list[str]:
    """Every prompt whose words are known at the start: rendered ahead, so that they cost nothing in a call, and can be
    said when no voice runs any more. Queues and agents are the only fields of the way to a person."""
    texts = [text for variants in business.prompts.texts.values() for text in variants]
    titles = [queue.title for queue in business.queues.values()]
    names = [agent.name for agent in settings.agents]
    filled = [text.replace("{queue}", title) for text in texts if "{queue}" in text for title in titles]
    filled += [text.replace("{name}", name) for text in texts if "{name}" in text for name in names]
    return [text for text in dict.fromkeys((*texts, *filled)) if "{" not in text]


def fallback(business: Business) -> Mapping[str, tuple[str, ...]]:
    """Queue → addresses rung when roster or queue are out of order; read at start."""
    return {name: queue.fallback for name, queue in business.queues.items()}


@asynccontextmanager
async def _webhook(settings: Settings, world: World) -> AsyncIterator[BriefWebhook | None]:
    """None where no other product is told."""
    table = settings.outside
    if not table.url:
        yield None
        return
    key = secret(table.secret_variable)
    if key is None:
        raise ConfigError(f"[outside] the environment variable {table.secret_variable} expected, it is not set")
    theirs = [agent.id for agent in settings.agents if agent.outside]
    async with aiohttp.ClientSession() as session:
        post = outside.over(session, table.url, timeout_seconds=table.timeout_seconds)
        webhook = BriefWebhook(agents=theirs, secret=key.encode(), post=post, wall=world.wall)
        delivering = asyncio.create_task(webhook.run(), name="brief webhook")
        try:
            yield webhook
        finally:
            delivering.cancel()


@asynccontextmanager
async def open_backend(settings: Settings, world: World) -> AsyncIterator[Backend]:
    if settings.business.backend == "http":
        if not settings.business.http_url:
            raise ConfigError("[business] http_url: an address expected for backend 'http', got none")
        from telephony.backends import http  # noqa: PLC0415  (only the backend in use is imported)

        async with http.open(settings.business.http_url, settings.business.http_timeout_seconds) as backend:
            yield backend
    else:
        from telephony.backends import demo_bank  # noqa: PLC0415

        bank = demo_bank.DemoBank(world.bank or settings.service.records_folder / "demo-bank.db", today=world.today())
        try:
            yield bank
        finally:
            bank.close()


def _staff(settings: Settings, business: Business) -> Staff:
    agents = [
        Agent(
            AgentId(a.id),
            a.name,
            Address(a.line, f"agent:{a.id}" if a.line == "webrtc" else a.id),
            frozenset(a.skills),
            frozenset(a.languages),
        )
        for a in settings.agents
    ]
    needs = {name: Needs(frozenset(queue.skills)) for name, queue in business.queues.items()}
    return Staff(roster=Roster(agents), needs=needs, now_ms=_loop_ms)


def _recordings(
    settings: Settings, world: World, keeper: Keeper, problem: Callable[[str, str], None]
) -> Recordings | None:
    """Recordings and their rows; their thread's news are brought to the loop. None when recording is off."""
    if not settings.records.record_audio:
        return None
    loop = asyncio.get_running_loop()

    def tell(call: str, what: str) -> None:
        loop.call_soon_threadsafe(problem, call, what)

    def done(recorded: Recorded) -> None:
        if isinstance(keeper, Store):
            keeper.submit(changes.recorded(recorded))

    return Recordings(
        settings.service.records_folder / "recordings",
        done=done,
        problem=tell,
        inline=world.inline,
        **({"free_bytes": world.free_bytes} if world.free_bytes else {}),
    )


def _callbacks(
    settings: Settings,
    business: Business,
    world: World,
    keeper: Keeper,
    staff: Staff,
    switchboard: Switchboard,
    lines: Iterable[Line],
) -> Callbacks | None:
    """None where nothing rings out, or nothing is kept: then promises are for people to keep."""
    table = settings.callbacks
    _refused(table.do_not_call)
    promises = world.promises or (StoredPromises(keeper, wall=world.wall) if isinstance(keeper, Store) else None)
    if not table.enabled or promises is None or not any(isinstance(line, RingsBack) for line in lines):
        return None
    return Callbacks(
        promises=promises,
        staff=staff,
        switchboard=switchboard,
        calling=Calling(table.not_before, table.not_after, table.tries, table.retry_seconds, home=business.time_zone),
        wall=world.wall,
        refused=lambda: _refused(table.do_not_call),
    )


def _refused(path: str) -> frozenset[str]:
    """Raises `ConfigError` for a list that cannot be read: nobody on it may be rung because of a typing error."""
    try:
        return read_refused(Path(path).read_text(encoding="utf-8")) if path else frozenset()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"[callbacks] do_not_call: a file of numbers expected, got {error}") from error


def _dispositions(business: Business) -> list[Disposition]:
    return [Disposition(d.code, d.title) for d in business.dispositions]


def _loop_ms() -> int:
    return round(asyncio.get_running_loop().time() * 1000)
