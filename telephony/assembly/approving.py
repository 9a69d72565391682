"""The rooms where colleagues are asked, opened for a service: the gate before the backend, approvals, consults."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from telephony.agents.agent import Presence
from telephony.agents.routing import Needs, fits
from telephony.agents.staff import Staff
from telephony.approvals.call_side import Notes, Present
from telephony.approvals.consults import Candidate, Consults
from telephony.approvals.gate import Gate, guarded
from telephony.approvals.grants import Notary
from telephony.approvals.room import Room
from telephony.assembly.ruling import Ruling
from telephony.journal import Keeper
from telephony.records import knowledge_candidates
from telephony.records.store import Store
from telephony.supervision.rows import ApprovalRow
from voice.dialogue.backend import Backend
from voice.dialogue.business import Business

FREE = frozenset({Presence.AVAILABLE, Presence.OFFERED})
"""Presences in which an agent may decide: who talks with a caller, or writes one up, is not asked besides."""


@dataclass(frozen=True, slots=True)
class Rooms:
    approvals: Room
    consults: Consults


class Floor:
    """Implements `telephony.approvals.call_side.Audience`. `people`: names of those who are no agents."""

    def __init__(self, staff: Staff, business: Business, people: Mapping[str, str]) -> None:
        self._staff = staff
        self._needs = {name: Needs(frozenset(queue.skills)) for name, queue in business.queues.items()}
        self._people = people

    def may_answer(self, agent: str, queue: str) -> bool:
        seat = self._staff.roster.seats.get(agent)
        return seat is not None and seat.presence in FREE and fits(seat.agent, self._needs[queue])

    def can_take(self, agent: str) -> bool:
        return agent in self._staff.roster.seats

    def name(self, person: str) -> str:
        seat = self._staff.roster.seats.get(person)
        return seat.agent.name if seat is not None else self._people.get(person, person)


def open_rooms(
    ruling: Ruling, *, backend: Backend, staff: Staff, people: Mapping[str, str], audit: Notes, keeper: Keeper,
    wall: Callable[[], float],
) -> Rooms:  # fmt: skip
    loop, business = asyncio.get_running_loop(), ruling.business

    def now_ms() -> int:
        return round(loop.time() * 1000)

    def keep(candidate: Candidate) -> None:
        if isinstance(keeper, Store):
            keeper.submit(knowledge_candidates.added(candidate))

    notary, present, floor = Notary(), Present(), Floor(staff, business, people)
    gate = Gate(backend, acts=lambda: guarded(ruling.business), notary=notary, now_ms=now_ms)
    room = Room(business, gate=gate, notary=notary, audience=floor, audit=audit, present=present, now_ms=now_ms)
    consults = Consults(audience=floor, audit=audit, present=present, now_ms=now_ms, wall=wall, keep=keep)
    return Rooms(room, consults)


def approval_rows(room: Room) -> list[ApprovalRow]:
    """What waits for a yes, for the supervisors' wall. `due`: by the loop's clock, in seconds."""
    return [
        ApprovalRow(one.proposal.id, one.proposal.call, room.business.intents[one.proposal.intent].title,
                    one.state.value, one.deadline_ms / 1000)
        for one in room.waiting()
    ]  # fmt: skip
