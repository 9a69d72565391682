"""The earlier calls of the caller on an agent's desk: when, what about, with whom, and how each ended."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import Annotated

from fastapi import APIRouter, Depends

from telephony.access.roles import Role
from telephony.desk.doors import Doors, Seat
from telephony.desk.messages import Wire
from telephony.desk.office import DeskOffice
from telephony.earlier import EarlierCall, Past, member_of, number_of, told

SHOWN = 10  # more than an agent reads while somebody talks to them

OUTCOMES = {
    "solved": "Solved by the assistant", "transferred": "Talked with a person", "callback": "Call back promised",
    "abandoned": "Hung up while waiting", "failed": "Cut off by a fault", "ended": "Ended",
}  # fmt: skip


class EarlierModel(Wire):
    call: str
    day: str  # by the service's clock, in the business's time zone
    ago: str
    outcome: str
    about: tuple[str, ...]
    agent: str
    disposition: str
    summary: str
    withheld: bool


class EarlierList(Wire):
    known: bool  # whether the caller's number is, so that calls could be found
    calls: tuple[EarlierModel, ...]


@dataclass(frozen=True, slots=True)
class Earlier:
    """`wall`: seconds since 1970; `titles`: intent or disposition → as people read it."""

    past: Past
    wall: Callable[[], float]
    titles: Mapping[str, str] = field(default_factory=dict)
    zone: tzinfo = UTC


def routes(*, earlier: Earlier, office: DeskOffice, doors: Doors) -> APIRouter:
    router = APIRouter(prefix="/desk/api")
    reading = doors.reads(Role.AGENT)

    @router.get("/calls/{call}/earlier")
    async def earlier_calls(call: str, seat: Annotated[Seat, Depends(reading)]) -> EarlierList:
        """Of the call on this desk alone; whoever is verified meanwhile is told more when they ask again."""
        records = office.records(seat.agent, call)
        number = number_of(records)
        if not number:
            return EarlierList(known=False, calls=())
        found = await earlier.past.of(number, but=call, limit=SHOWN)
        names = {person.id: person.name for person in office.agents()}
        may = told(found, member_of(office.records(seat.agent, call)))  # they may be verified, or gone, by now
        return EarlierList(known=True, calls=tuple(_model(one, earlier, names) for one in may))

    return router


def _model(one: EarlierCall, earlier: Earlier, names: Mapping[str, str]) -> EarlierModel:
    came = datetime.fromtimestamp(one.wall, earlier.zone)
    today = datetime.fromtimestamp(earlier.wall(), earlier.zone)
    return EarlierModel(
        call=one.call,
        day=f"{came:%Y-%m-%d %H:%M}",
        ago=_ago((today.date() - came.date()).days),
        outcome=OUTCOMES.get(one.outcome, one.outcome),
        about=tuple(earlier.titles.get(intent, intent.replace("_", " ")) for intent in one.about),
        agent=names.get(one.agent, one.agent),
        disposition=earlier.titles.get(one.disposition, one.disposition),
        summary=one.summary,
        withheld=one.withheld,
    )


def _ago(days: int) -> str:
    if days <= 0:
        return "today"
    return "yesterday" if days == 1 else f"{days} days ago"
