"""Makes the staff of a service from its settings: agents, queues with their hours, what earlier callers waited."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from telephony.agents.agent import Address, Agent, AgentId
from telephony.agents.ladder import Ladder
from telephony.agents.roster import Roster
from telephony.agents.routing import Needs
from telephony.agents.rules import QueueRules, Rules
from telephony.agents.staff import Staff
from telephony.agents.waits import Standing, Waited
from telephony.errors import RecordError
from telephony.handoff.settings import HandoffSettings
from telephony.history import History
from telephony.settings import Settings
from telephony.switchboard.attempt import BRIEF_SECONDS_MAX
from voice.dialogue.business import Business

log = logging.getLogger(__name__)

SLACK_SECONDS = 30.0
"""For dialling, joining and telling an agent, over what an offer may take by its own deadlines."""

AGAIN_SECONDS = 1.0


async def open_staff(
    settings: Settings,
    business: Business,
    *,
    wall: Callable[[], float],
    history: History,
    connected: Callable[[str], bool],
) -> Staff:
    """`wall`: seconds since the epoch. `connected`: whether an agent's desk, and so the telephone in it, is open."""
    loop = asyncio.get_running_loop()
    staff = Staff(
        roster=Roster(_agents(settings)),
        needs={name: Needs(frozenset(queue.skills)) for name, queue in business.queues.items()},
        now_ms=lambda: round(loop.time() * 1000),
        rules=rules(business, settings.handoff),
        clock=lambda: datetime.fromtimestamp(wall(), UTC),
        reachable=lambda agent: agent.address.line != "webrtc" or connected(agent.id),
    )
    try:
        waits = await history.waits()
    except RecordError as error:
        log.warning("nothing will be said of the wait at first: %s", error)
        return staff
    for past in waits:
        if past.queue in business.queues:
            staff.remember(past.queue, Waited(Standing(past.place, past.staff, past.free), past.wait_ms, past.served))
    return staff


@asynccontextmanager
async def running(staff: Staff) -> AsyncIterator[None]:
    """The staff's deadlines are kept while this is open."""
    work = asyncio.create_task(_keep(staff), name="staff")
    try:
        yield
    finally:
        work.cancel()
        await asyncio.wait({work})


async def _keep(staff: Staff) -> None:
    while True:
        try:
            await staff.run()
        except Exception:  # whoever heard of a change failed at it; deadlines are kept all the same
            log.exception("the staff's deadlines expected to be kept, tried again")
            await asyncio.sleep(AGAIN_SECONDS)


def rules(business: Business, handoff: HandoffSettings) -> Rules:
    return Rules(
        queues={
            name: QueueRules(
                priority=queue.priority,
                overflow=queue.overflow,
                overflow_seconds=queue.overflow_seconds,
                wrap_up_seconds=queue.wrap_up_seconds,
                hours=queue.hours(business.time_zone),
            )
            for name, queue in business.queues.items()
        },
        tiers=business.routing.tiers,
        sticky_seconds=business.routing.sticky_seconds,
        offer_seconds=handoff.ring_seconds + BRIEF_SECONDS_MAX + handoff.decide_seconds + SLACK_SECONDS,
    )


def ladder(business: Business) -> Ladder:
    routing = business.routing
    return Ladder(routing.callback_minutes, routing.callback_waiting_per_agent)


def _agents(settings: Settings) -> list[Agent]:
    return [
        Agent(
            AgentId(a.id),
            a.name,
            Address(a.line, f"agent:{a.id}" if a.line == "webrtc" else a.id),
            frozenset(a.skills),
            frozenset(a.languages),
            frozenset(a.tiers),
        )
        for a in settings.agents
    ]
