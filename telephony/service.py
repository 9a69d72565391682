"""The composition root: builds everything once, in order, serves, drains and stops in reverse."""

import asyncio
import logging
import secrets
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from fastapi import FastAPI

from models.engines import EngineFactory
from models.frustration import Frustration, FrustrationSettings
from models.inference import InferencePool, Pool
from telephony import engines, hearing
from telephony.agents import callback
from telephony.agents.agent import Address, Agent, AgentId
from telephony.agents.roster import Roster
from telephony.agents.routing import Needs
from telephony.agents.staff import Staff
from telephony.desk import captions
from telephony.desk.desks import Desks
from telephony.desk.front_office import FrontOffice
from telephony.desk.office import Disposition
from telephony.errors import ConfigError
from telephony.house import Backend, House, Unrecorded
from telephony.journal import Keeper, Record
from telephony.known_prompts import known_prompts
from telephony.leg import Line
from telephony.lines import twilio, webrtc
from telephony.lines.twilio.control import CallControl, RestHttp
from telephony.minds import BusinessMinds, intents_of
from telephony.records import changes
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

STREAM_KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class World:
    """What lies outside: a replay or a demo puts its own in place."""

    open_pool: Callable[[Mapping[str, EngineFactory], Settings], Pool] = lambda factories, settings: InferencePool(
        factories, workers=settings.hearing.workers, queue_limit=settings.hearing.queue_limit
    )
    wrap_voice: Callable[[Synthesizer], Synthesizer] = lambda voice: voice
    keeper: Keeper | None = None  # instead of the database
    twilio_http: Callable[[], RestHttp] | None = None  # instead of sockets to the carrier
    wall: Callable[[], float] = time.time
    today: Callable[[], date] = date.today
    inline: bool = False  # recordings are written in place, where no thread may be waited for
    prompts: Path | None = None  # a replay's rendered sentences, all of them kept
    free_bytes: Callable[[Path], int] | None = None  # room for recordings, instead of the disk's own
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
    app: FastAPI


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
        carrier = _twilio(settings, business, world)
        if carrier is not None:
            lines[carrier.name] = carrier
            stack.push_async_callback(carrier.close)
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
            if (conduct := switchboard.calls.get(record.call)) is not None:
                captions.show(record, conduct.leg)

        switchboard = Switchboard(house, on_record=on_record)
        front.serve(switchboard)
        app = create_app(
            settings=settings, business=business, front=front, desks=desks, phone=phone, carrier=carrier,
            switchboard=switchboard, pool=pool, prompts=voices.cached.counts, clock=asyncio.get_running_loop().time,
        )  # fmt: skip
        yield Service(settings, business, switchboard, staff, front, voices, app)


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
        switchboard = asyncio.create_task(service.switchboard.serve(), name="switchboard")
        if ready is not None:
            ready(service)
        log.info("serving on http://%s:%d with settings from %s", host, port, config)
        try:
            await server.serve()  # returns once drained, after SIGINT or SIGTERM
        finally:
            switchboard.cancel()
            await asyncio.wait({switchboard})


def fallback(business: Business) -> Mapping[str, tuple[str, ...]]:
    """Queue → addresses rung when roster or queue are out of order; read at start."""
    return {name: queue.fallback for name, queue in business.queues.items()}


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


def _dispositions(business: Business) -> list[Disposition]:
    return [Disposition(d.code, d.title) for d in business.dispositions]


def _twilio(settings: Settings, business: Business, world: World) -> twilio.TwilioLine | None:
    table = settings.lines.twilio
    if not table.enabled:
        return None
    tokens = tuple(filter(None, (secret(table.auth_token_variable), secret(table.previous_token_variable))))
    if not tokens:
        raise ConfigError(
            f"[lines.twilio] the environment variable {table.auth_token_variable} expected, it is not set"
        )
    line = twilio.Settings(
        public_base_url=settings.service.public_url,
        account_sid=table.account_sid,
        auth_tokens=tokens,
        stream_key=secrets.token_bytes(STREAM_KEY_BYTES),
        from_number=table.number,
        api_base=table.api_url or None,
        fallback_say=business.prompts.texts["rescue.goodbye"][0],
    )
    addresses = {a.id: a.address for a in settings.agents if a.line == "twilio"}
    addresses |= {to: to for entries in fallback(business).values() for to in _numbers(entries)}
    control = CallControl(line, open_http=world.twilio_http) if world.twilio_http else None
    return twilio.TwilioLine(line, agents=addresses, control=control)


def _numbers(entries: Sequence[str]) -> list[str]:
    """The addresses of a fallback list that are rung over the carrier."""
    return [to for line, _, to in (entry.partition(":") for entry in entries) if line == twilio.TwilioLine.name]


def _loop_ms() -> int:
    return round(asyncio.get_running_loop().time() * 1000)
