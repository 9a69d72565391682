"""Promised call backs kept in memory, learned from the journal as the record learns them: for virtual time."""

from dataclasses import replace
from datetime import datetime

from models.brief import Brief
from telephony.events import BriefReady, CallbackAgreed, HandoffMoved
from telephony.journal import Record
from telephony.promises import OpenPromise, PromiseOver


class RememberedPromises:
    """Implements `telephony.promises.Promises`. `ended`: handoff → how."""

    def __init__(self) -> None:
        self.ended: dict[str, PromiseOver] = {}
        self._open: dict[str, OpenPromise] = {}
        self._briefs: dict[str, Brief] = {}
        self._since: dict[str, float] = {}

    def hear(self, record: Record) -> None:
        match record.entry:
            case BriefReady(handoff=handoff, brief=brief):
                self._briefs[handoff] = brief
            case HandoffMoved(handoff=handoff, was="requested"):
                self._since[handoff] = record.wall
            case CallbackAgreed(handoff=handoff, number=number, queue=queue, due=due):
                since = self._since.get(handoff, record.wall)
                agreed = datetime.fromisoformat(due) if due else None
                known = self._briefs.get(handoff)
                self._open[handoff] = OpenPromise(handoff, record.call, number, queue, since, known, agreed)
            case _:
                pass

    async def open(self) -> list[OpenPromise]:
        return sorted(self._open.values(), key=lambda promise: (promise.since_wall, promise.handoff))

    async def tried(self, handoff: str, *, next_wall: float) -> None:
        promise = self._open[handoff]
        self._open[handoff] = replace(promise, tries=promise.tries + 1, next_wall=next_wall)

    async def over(self, handoff: str, how: PromiseOver) -> None:
        self._open.pop(handoff, None)
        self.ended[handoff] = how
