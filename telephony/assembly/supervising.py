"""The supervisors' wall of a service, put together: its model fed by calls and roster, the room behind its acts."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from telephony.access.audit import Notes
from telephony.agents.roster import Seat
from telephony.agents.staff import Staff
from telephony.desk.wall import Phones, WallParts
from telephony.desk.wall_feed import WallFeed
from telephony.journal import Record
from telephony.settings import Settings
from telephony.supervision.phone import Phone
from telephony.supervision.room import Supervision
from telephony.supervision.rows import AgentRow, ApprovalRow
from telephony.supervision.wall import Wall, WallSettings
from telephony.switchboard.switchboard import Switchboard
from voice.dialogue.business import Business, IntentKind


def open_wall(
    *,
    settings: Settings,
    business: Business,
    staff: Staff,
    switchboard: Switchboard,
    phones: Phones,
    audit: Notes,
    clock: Callable[[], float],
    approvals: Callable[[], Sequence[ApprovalRow]] = tuple,
) -> WallParts:
    """`clock`: the service's, in seconds; the roster counts its milliseconds."""
    names = {agent.id: agent.name for agent in settings.agents}
    names |= {person.id: person.name for person in settings.desk.demo_people}
    offers = _offers(business)
    wall = Wall(
        WallSettings(
            queues={name: queue.title for name, queue in business.queues.items()},
            titles={name: intent.title for name, intent in business.intents.items()},
            names=names,
            rules=settings.supervision.alerts,
            goal=settings.supervision.goal,
        )
    )

    def seen(seat: Seat) -> None:
        wall.agent_is(AgentRow(seat.agent.id, seat.agent.name, seat.presence.value, seat.since_ms / 1000))

    for seat in staff.roster.seats.values():
        seen(seat)
    staff.roster.subscribe(seen)

    def records(call: str) -> Sequence[Record]:
        conduct = switchboard.calls.get(call)
        return conduct.journal.records if conduct is not None else ()

    feed = WallFeed(wall, clock=clock, records=records, approvals=approvals)
    room = Supervision(phone=partial(Phone, switchboard.house), calls=switchboard, audit=audit, names=names.get)
    return WallParts(feed, room, phones, offers)


def _offers(business: Business) -> Mapping[str, str]:
    """What may be offered to a caller: what the line does or answers, not words about the conversation."""
    return {name: intent.title for name, intent in business.intents.items() if intent.kind is not IntentKind.CONTROL}
