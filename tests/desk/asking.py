"""A call whose caller waits for a colleague, in rooms of its own: what the approver's desk is tested with."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from telephony.approvals.call_side import CallSide, Present
from telephony.approvals.consults import Candidate, Consults
from telephony.approvals.gate import Gate, guarded
from telephony.approvals.grants import Notary
from telephony.approvals.room import Room
from telephony.desk.asked import Rooms
from telephony.journal import Journal
from tests.approvals.orders import Floor, NoKeeper
from tests.sim.story import business
from voice.events import ActionDone, ApprovalNews, AskColleague, ColleagueNews, Do, Propose

CALL = "call-1"
PARAMS = {"amount": "40.00", "member": "204713"}
WALL = 1_790_000_000.0


class Bank:
    """A backend that remembers what reached it."""

    def __init__(self) -> None:
        self.done: list[dict[str, str]] = []

    async def perform(self, action: str, params: Any, key: str) -> ActionDone:
        self.done.append(dict(params))
        return ActionDone(action, key, ok=True)


@dataclass
class Noted:
    notes: list[tuple[str, str, str]] = field(default_factory=list)

    def note(self, who: Any, what: str, *, call: str = "", outcome: Any = "done", detail: str = "") -> None:
        self.notes.append((who.id, what, str(outcome)))


class Asking:
    """`clock`: seconds. `told`: what the caller's conversation heard."""

    def __init__(self, clock: Callable[[], float]) -> None:
        def now_ms() -> int:
            return round(clock() * 1000)

        self.bank, self.noted = Bank(), Noted()
        self.told: list[ApprovalNews | ColleagueNews] = []
        self.kept: list[Candidate] = []
        notary, present, known = Notary(), Present(), business()
        gate = Gate(self.bank, acts=lambda: guarded(known), notary=notary, now_ms=now_ms)
        floor, noted = Floor(), self.noted
        self.room = Room(known, gate=gate, notary=notary, audience=floor, audit=noted, present=present, now_ms=now_ms)
        self.consults = Consults(
            audience=floor, audit=noted, present=present, now_ms=now_ms, wall=lambda: WALL, keep=self.kept.append
        )
        journal = Journal(CALL, now_ms=now_ms, wall=lambda: WALL, keeper=NoKeeper())
        self.side = CallSide(
            journal, self.told.append, lambda: "<b>Dana</b>", lambda: "premier", lambda turn: "give it back",
            lambda agent: None, known,
        )  # fmt: skip
        self.rooms = Rooms(self.room, self.consults, lambda call: self.side if call == CALL else None)

    async def propose(self, amount: str = "40.00") -> None:
        await self.room.propose(
            self.side, Propose("fee_waiver", "refund_fee", {**PARAMS, "amount": amount}, "k1", (2,))
        )

    async def perform(self, params: dict[str, str]) -> ActionDone:
        return await self.room.perform(self.side, Do("refund_fee", params, "k1"))

    async def question(self, text: str) -> None:
        self.consults.ask(self.side, AskColleague("q1", text, 2), "cards")
