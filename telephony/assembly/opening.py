"""The parts of a service, opened one after the other: engines; people, records and lines; the house made of them."""

import asyncio
import secrets
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass

from models.frustration import Frustration, FrustrationSettings
from models.frustration_line import RECORD, Line
from models.inference import Pool
from telephony import language_model
from telephony.access.audit import Audit
from telephony.access.parts import Access
from telephony.agents import callback
from telephony.agents.callback import NumberFrom
from telephony.agents.staff import Staff
from telephony.assembly import engines, hearing
from telephony.assembly.approving import open_rooms
from telephony.assembly.backend import open_backend
from telephony.assembly.carriers import OpenLines, fallback, open_lines
from telephony.assembly.copiloting import open_copilot
from telephony.assembly.keeping import open_record, open_recordings
from telephony.assembly.known_prompts import known_prompts
from telephony.assembly.minds import BusinessMinds
from telephony.assembly.ruling import Ruling
from telephony.assembly.signing_in import open_sign_in
from telephony.assembly.speaking import Voices, open_voices, prerender
from telephony.assembly.staffing import ladder, open_staff, running
from telephony.assembly.understanding import KEPT, intents_of, sentence_encoder
from telephony.assembly.world import World
from telephony.being_said import Onlookers
from telephony.copilot.room import Copilot
from telephony.desk.desks import Desks
from telephony.desk.front_office import FrontOffice
from telephony.desk.office import Disposition
from telephony.dialling import SWITCH_FILE, Dialling
from telephony.history import History
from telephony.journal import Keeper
from telephony.lateness import LoopClock
from telephony.records.recordings import Recordings
from telephony.settings import Settings
from telephony.switchboard.admission_load import Admission
from telephony.switchboard.house import House, Unrecorded
from voice import vad
from voice.dialogue.backend import Backend
from voice.dialogue.business import Business
from voice.hearing import Ear
from voice.turn_guess import Tally

DAY_SECONDS = 86_400.0


@dataclass(frozen=True, slots=True)
class Machinery:
    """What hears and speaks, and how much of it there is."""

    recogniser: str
    loop_clock: LoopClock
    admission: Admission
    pool: Pool
    voices: Voices


@dataclass(frozen=True, slots=True)
class Company:
    """Who and what calls are joined to and kept by."""

    backend: Backend
    desks: Desks
    staff: Staff
    front: FrontOffice
    lines: OpenLines
    keeper: Keeper
    recordings: Recordings | None
    history: History
    access: Access
    copilot: Copilot

    @property
    def audit(self) -> Audit:
        return self.access.audit


async def open_machinery(settings: Settings, world: World, business: Business, stack: AsyncExitStack) -> Machinery:
    """Engines loaded, known prompts rendered."""
    folder = settings.service.records_folder
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
    if world.prompts is None:  # a folder of our own; in use is what this start has just read
        voices.cached.prune(unused_s=settings.speaking.cache_days * DAY_SECONDS, now_s=world.wall())
    return Machinery(recogniser.name, loop_clock, admission, pool, voices)


async def open_company(
    settings: Settings,
    world: World,
    business: Business,
    voices: Voices,
    stack: AsyncExitStack,
    *,
    problem: Callable[[str, str], None],
) -> Company:
    """`problem` is told of a call whose recording fails, and what of it."""
    keeper, history = open_record(settings, world, stack)
    backend = await stack.enter_async_context(open_backend(settings, world))
    if settings.language_model.url:
        model = language_model.Settings(**settings.language_model.model_dump())
        phrased = language_model.phrased(backend, model, business.articles, world.today)
        backend = await stack.enter_async_context(phrased)
    desks = Desks(clock=asyncio.get_running_loop().time)
    staff = await open_staff(settings, business, wall=world.wall, history=history, connected=desks.connected)
    desks.on_page(staff.stir)
    await stack.enter_async_context(running(staff))
    recordings = open_recordings(settings, world, keeper, stack, problem)
    front = FrontOffice(
        staff=staff,
        dispositions=[Disposition(d.code, d.title) for d in business.dispositions],
        queues={name: queue.title for name, queue in business.queues.items()},
        keypad=business.keypad,
        now_ms=_loop_ms,
        cut=recordings.clip if recordings else None,
    )
    lines = await stack.enter_async_context(open_lines(settings, business, world, ringer=desks, voice=voices.voice))
    access = await open_sign_in(settings, world, keeper, stack)
    copilot = await stack.enter_async_context(open_copilot(settings, world, business, desks=desks, front=front))
    return Company(backend, desks, staff, front, lines, keeper, recordings, history, access, copilot)


def furnish(settings: Settings, world: World, ruling: Ruling, machinery: Machinery, company: Company) -> House:
    """What every call of this service shares. Of the business that which no rule set says."""
    business, minds = ruling.business, _minds(settings, world, ruling)
    recordings, voices = company.recordings, machinery.voices
    people = {person.id: person.name for person in settings.desk.demo_people}
    rooms = open_rooms(
        ruling, backend=company.backend, staff=company.staff, people=people, audit=company.audit,
        keeper=company.keeper, wall=world.wall,
    )  # fmt: skip
    onlookers = Onlookers()
    onlookers.add(company.desks)
    return House(
        minds=minds,
        pool=machinery.pool,
        voice=voices.voice,
        ear=lambda: Ear(vad=vad.open_vad(settings.hearing.vad), settings=settings.hearing.ear),
        approvals=rooms.approvals,
        consults=rooms.consults,
        staff=company.staff,
        attending=company.front,
        lines=company.lines.by_name,
        keeper=company.keeper,
        recorder=lambda call: recordings.begin(call, wall=world.wall()) if recordings else Unrecorded(),
        handoff=settings.handoff,
        dialling=_dialling(settings),
        ladder=ladder(business),
        history=company.history,
        sticky_days=business.routing.sticky_days,
        engines={
            "stt": machinery.recogniser,
            "tts": voices.choice.name,
            "vad": settings.hearing.vad.kind,
            "intent": minds.intents.how,
        },
        recognition_deadline_seconds=settings.hearing.deadline_seconds,
        guesses=settings.hearing.guess,
        tally=Tally(),
        admission=machinery.admission,
        callback_number=_callback_number(settings),
        fallback=fallback(business),
        wall=world.wall,
        new_id=lambda: f"call-{secrets.token_hex(6)}",
        onlookers=onlookers,
    )


def _minds(settings: Settings, world: World, ruling: Ruling) -> BusinessMinds:
    business, encoder = ruling.business, sentence_encoder(settings.service.models_folder)
    return BusinessMinds(
        ruling=ruling,
        intents=intents_of(
            business,
            encoder=encoder,
            kept=settings.service.records_folder / KEPT,
        ),
        judge=Frustration.shipped(
            FrustrationSettings(prosody_weight=settings.judging.prosody_weight),
            encoder=encoder,
            line=Line.read(settings.service.records_folder / RECORD),
        ),
        today=world.today,
        recorded=settings.records.record_audio,
        rescue_queue=next(iter(business.queues)),
        phrases=bool(settings.language_model.url),
        consults=settings.desk.consult,
        survey=settings.survey.survey,
    )


def _dialling(settings: Settings) -> Dialling:
    switch = settings.service.records_folder / SWITCH_FILE
    return Dialling(settings.dialling, switch=switch, now=asyncio.get_running_loop().time)


def _callback_number(settings: Settings) -> Callable[[str, NumberFrom], str]:
    region, countries = settings.service.region, frozenset(settings.service.callback_countries)
    return lambda text, came: callback.number(text, came=came, region=region, countries=countries)


def _admission(settings: Settings, world: World, loop_clock: LoopClock) -> Admission:
    return Admission(
        settings.admission,
        max_calls=settings.service.max_calls,
        workers=settings.hearing.cores,
        loop_late=loop_clock.late,
        now=asyncio.get_running_loop().time,
        cpu=(lambda: None) if world.inline else world.cpu,  # in virtual time the machine's own load says nothing
    )


def _loop_ms() -> int:
    return round(asyncio.get_running_loop().time() * 1000)
