"""The composition root: builds everything once, in order, serves, drains and stops in reverse."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from zoneinfo import ZoneInfo

from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from models import scratch
from telephony.access.parts import Access
from telephony.agents.staff import Staff
from telephony.assembly.approving import approval_rows
from telephony.assembly.changing_rules import open_rules
from telephony.assembly.keeping import open_counts, open_past
from telephony.assembly.metrics_source import Present, Sources
from telephony.assembly.opening import furnish, open_company, open_machinery
from telephony.assembly.outgoing import callbacks_of, open_webhook
from telephony.assembly.reconcile import cut_off, reconcile
from telephony.assembly.reviewing import open_review_door
from telephony.assembly.ruling import Ruling
from telephony.assembly.speaking import Voices
from telephony.assembly.supervising import open_wall
from telephony.assembly.world import World
from telephony.being_said import BeingSaid
from telephony.callbacks import Callbacks
from telephony.desk import captions
from telephony.desk.desks import Desks
from telephony.desk.earlier import Earlier
from telephony.desk.front_office import FrontOffice
from telephony.desk.waiting import WaitingRoom
from telephony.desk.wall import WallParts
from telephony.events import CallbackAgreed, CallEnded
from telephony.health import LOOK_SECONDS, Health
from telephony.journal import Record
from telephony.lateness import LoopClock
from telephony.metrics import CallMetrics
from telephony.published import RuleSet, keep, publish
from telephony.published.learned import learned_in, yields
from telephony.records.store import Store
from telephony.server import Server
from telephony.settings import Settings
from telephony.switchboard.switchboard import Switchboard
from telephony.web import create_app
from voice.dialogue.business import Business
from voice.dialogue.learned import with_learned

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Service:
    settings: Settings
    ruling: Ruling
    switchboard: Switchboard
    staff: Staff
    front: FrontOffice
    voices: Voices
    callbacks: Callbacks | None
    loop_clock: LoopClock
    access: Access
    health: Health
    app: FastAPI
    wall: WallParts

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
            tasks.create_task(self._look_at_the_pool(), name="health")
            tasks.create_task(self.switchboard.serve(), name="switchboard")
            if isinstance(house.keeper, Store):  # which the terminal may change beside us
                watching = self.access.directory.watch(self.access.sessions, asyncio.get_running_loop().time)
                tasks.create_task(watching, name="users")
            if self.callbacks is not None:
                tasks.create_task(self.callbacks.run(), name="call backs")

    async def _look_at_the_pool(self) -> None:
        while True:
            self.health.pool(self.switchboard.house.pool.stats().trouble)
            await asyncio.sleep(LOOK_SECONDS)


@asynccontextmanager
async def open_service(settings: Settings, world: World) -> AsyncIterator[Service]:
    """Everything, open and ready for calls; closed in reverse when the block ends.

    Raises `ConfigError`, `BusinessError` or `EngineUnavailable` before anything is served.
    """
    business = world.business(settings.business.folder)
    ruling = Ruling(business if world.escalates else replace(business, rules=()), world.rules, world.alarm)
    clock = asyncio.get_running_loop().time
    async with AsyncExitStack() as stack:
        machinery = await open_machinery(settings, world, business, stack)
        company = await open_company(
            settings, world, business, machinery.voices, stack,
            problem=lambda call, what: switchboard.problem(call, "recording", what),
        )  # fmt: skip
        staff, front, lines = company.staff, company.front, company.lines
        registry = CollectorRegistry()
        counted = CallMetrics(registry)
        health = Health(best=machinery.recogniser, tell=company.desks.notice)

        captioned = captions.Captions()

        def on_record(record: Record) -> None:
            world.on_record(record)
            counted.hear(record)
            health.hear(record)
            wall.feed.hear(record)
            waiting.hear(record)
            if webhook is not None:
                webhook.hear(record)
            conduct = switchboard.calls.get(record.call)
            captioned.show(record, conduct.leg if conduct is not None else None)
            if callbacks is not None and isinstance(record.entry, CallbackAgreed | CallEnded):
                callbacks.stir()

        def on_begun(said: BeingSaid) -> None:
            if (conduct := switchboard.calls.get(said.call)) is not None:
                captions.show_begun(said, conduct.leg)

        switchboard = Switchboard(furnish(settings, world, ruling, machinery, company), on_record=on_record)
        front.serve(switchboard)
        switchboard.house.onlookers.reads(on_begun)
        wall = open_wall(
            settings=settings, business=business, staff=staff, switchboard=switchboard, phones=lines.browser,
            audit=company.audit, clock=clock,
            approvals=lambda: approval_rows(switchboard.house.approvals),
        )  # fmt: skip
        stack.push_async_callback(wall.room.close)
        _show_alarm(ruling, company.desks, wall)
        titles = {name: queue.title for name, queue in business.queues.items()}
        waiting = WaitingRoom(wall.feed.wall, company.desks, clock, titles)
        company.desks.greet(waiting.now)
        webhook = await stack.enter_async_context(open_webhook(settings, world))
        callbacks = callbacks_of(settings, business, world, company.keeper, staff, switchboard, lines.by_name.values())
        app = create_app(
            settings=settings, business=business, front=front, desks=company.desks, phone=lines.browser,
            carrier=lines.twilio, pbx=lines.asterisk, switchboard=switchboard, metrics=registry, clock=clock,
            access=company.access, wall=wall, copilot=company.copilot,
            counts=open_counts(settings, world, ZoneInfo(business.time_zone), stack),
            earlier=_earlier(settings, world, business, stack),
            review=await open_review_door(settings, world, ruling, company, stack),
            rules=await open_rules(settings, world, ruling, company.audit, stack),
        )  # fmt: skip
        voices, loop_clock = machinery.voices, machinery.loop_clock
        Present(Sources(
            switchboard, machinery.admission, machinery.pool, voices.cached.counts, voices.process, loop_clock,
            lines.twilio, lines.asterisk, health,
        ), registry)  # fmt: skip
        yield Service(
            settings, ruling, switchboard, staff, front, voices, callbacks, loop_clock, company.access, health, app,
            wall,
        )  # fmt: skip


def _show_alarm(ruling: Ruling, desks: Desks, wall: WallParts) -> None:
    """On every desk and the wall, for as long as other rules answer than the configuration's."""

    def show(_business: Business) -> None:
        desks.notice("rules", ruling.alarm or None)
        wall.feed.wall.notices_are((ruling.alarm,) if ruling.alarm else ())

    show(ruling.business)
    ruling.follow(show)


def _earlier(settings: Settings, world: World, business: Business, stack: AsyncExitStack) -> Earlier | None:
    past = open_past(settings, world, stack)
    titles = {intent.name: intent.title or intent.name.replace("_", " ") for intent in business.intents.values()}
    titles |= {disposition.code: disposition.title for disposition in business.dispositions}
    return None if past is None else Earlier(past, world.wall, titles, ZoneInfo(business.time_zone))


def published(settings: Settings) -> World:
    """The world as it is, with the escalation rules that may answer the telephone and with what was learned from
    reviews. See `telephony/published`."""
    rules = publish(settings.business.folder, settings.service.records_folder)
    keep(rules, settings.service.records_folder)
    if rules.alarm:
        log.warning("%s", rules.alarm)
    late = yields(rules.business, settings.service.records_folder)
    learned, trouble = learned_in(settings.service.records_folder)
    business, left_out = with_learned(rules.business, learned)
    for line in (*late, *trouble, *left_out):
        log.warning("what was learned does not fit the configuration: %s", line)

    def ruled(others: RuleSet, _business: Business) -> Business:
        """What was learned since the start waits for the next one: no intent is fitted anew in between."""
        return with_learned(others.over(rules.business), learned)[0]

    return World(business=lambda folder: business, ruled=ruled, alarm=rules.alarm, rules=rules.rules.hash)


async def _invite_first_admin(access: Access, base: str) -> None:
    """To the terminal alone: logs are kept, and read by others."""
    link = await access.first_link(base, asyncio.get_running_loop().time())
    if link:
        said = "Nobody can manage users yet. Open this once, within an hour, to become the admin:"
        print(f"\n{said}\n  {link}\n", flush=True)


async def serve(settings: Settings, *, config: Path, ready: Callable[[Service], None] | None = None) -> None:
    """Answers calls until it is told to stop, then lets those in progress end."""
    if left := scratch.sweep():
        log.info("%d folders of temporary files removed, left by processes that were killed", left)
    async with open_service(settings, published(settings)) as service:
        host, port = settings.service.host, settings.service.port

        async def drain() -> None:
            if not await service.switchboard.drain(settings.service.drain_seconds):
                log.warning("calls were still in progress after %.0f s", settings.service.drain_seconds)

        server = Server(service.app, host=host, port=port, drain=drain)
        running = asyncio.create_task(service.run(), name="service")
        if ready is not None:
            ready(service)
        log.info("serving on http://%s:%d with settings from %s", host, port, config)
        await _invite_first_admin(service.access, settings.service.public_url or f"http://{host}:{port}")
        try:
            await server.serve()  # returns once drained, after SIGINT or SIGTERM
        finally:
            running.cancel()
            await asyncio.wait({running})
