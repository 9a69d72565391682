"""Random orders of everything that can happen around an approval, played against the real room and gate.

A tally beside the room knows only what was sent and when, and which acts reached the backend: what it cannot account
for is a bypass. It asks for less than the room does, so it finds no fault where the room is strict.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from random import Random

from telephony.access import Who
from telephony.approvals.call_side import CallSide, Present
from telephony.approvals.errors import NotAllowed
from telephony.approvals.gate import Gate, Guarded, Needs
from telephony.approvals.grants import Grant, Notary
from telephony.approvals.room import Room
from telephony.approvals.state import Approval
from telephony.events import WhisperSent
from telephony.journal import Journal, Record
from tests.approvals.desk import ANA, BEN, NAMES, PEOPLE, SAM
from tests.sim.story import business
from voice.events import ActionDone, ApprovalNews, ColleagueNews, Do, Propose

ACTION, INTENT = "refund_fee", "fee_waiver"
AMOUNTS = ("10.00", "40.00", "50.00", "50.01", "90.00", "150.00")
STEPS = 24


class Floor:
    """Everybody is free, and everybody is rung."""

    def may_answer(self, agent: str, queue: str) -> bool:
        return agent in ("ana", "ben")

    def can_take(self, agent: str) -> bool:
        return agent in ("ana", "ben")

    def name(self, person: str) -> str:
        return NAMES.get(person, person)


class NoNotes:
    def note(self, who: Who, what: str, **more: object) -> None:
        pass


class NoKeeper:
    def keep(self, record: Record) -> None:
        pass

    async def kept(self, record: Record) -> None:
        pass


@dataclass(slots=True)
class Yes:
    who: str
    terms: Mapping[str, str]
    at: float


@dataclass(slots=True)
class Asked:
    """What was asked for under one key, as the tally knows it."""

    params: Mapping[str, str]
    at: float
    requesters: frozenset[str]
    yeses: list[Yes] = field(default_factory=list)
    over: bool = False  # refused, taken, withdrawn, or the call is gone


class Order:
    """One order. `bypasses`: acts at the backend that the tally cannot account for."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.bypasses: list[str] = []
        self.done = 0
        self.refused = 0
        self._loop = asyncio.get_running_loop()
        self._notary, self._other = Notary(), Notary()
        self._policy = business().approvals.intents[INTENT]
        acts = {ACTION: Guarded(Needs.GRANT, "amount")}
        self._gate = Gate(self, acts=lambda: acts, notary=self._notary, now_ms=self._now_ms)
        self.room = Room(
            business(), gate=self._gate, notary=self._notary, audience=Floor(), audit=NoNotes(), present=Present(),
            now_ms=self._now_ms,
        )  # fmt: skip
        for who in PEOPLE[:4]:
            self.room.present.came(who)
        self._calls = {f"call-{n}": self._side(f"call-{n}") for n in range(2)}
        self._asked: dict[tuple[str, str], list[Asked]] = {}
        self._by_id: dict[str, Asked] = {}
        self._seen: list[Grant] = []
        self._acting: tuple[str, str] = ("", "")

    def _now_ms(self) -> int:
        return round(self._loop.time() * 1000)

    def _side(self, call: str) -> CallSide:
        journal = Journal(call, now_ms=self._now_ms, wall=self._loop.time, keeper=NoKeeper())
        heard: list[ApprovalNews | ColleagueNews] = []
        return CallSide(
            journal, heard.append, lambda: "Dana", lambda: "", lambda turn: "give it back", lambda agent: None,
            business(),
        )  # fmt: skip

    # --- the backend: what reached it is looked at ---------------------------------------------------------------

    async def perform(self, action: str, params: Mapping[str, str], key: str) -> ActionDone:
        call, _ = self._acting
        self.done += 1
        if (why := self._unaccounted(call, key, dict(params))) is not None:
            self.bypasses.append(f"{call} {key} {params.get('amount')}: {why}")
        return ActionDone(action, key, ok=True)

    def _unaccounted(self, call: str, key: str, params: dict[str, str]) -> str | None:
        """Why no yes stands behind this act; None where one does, which is used up then."""
        now = self._loop.time()
        found = "it was never asked for"
        for asked in self._asked.get((call, key), []):
            found = "it was taken back, refused or used"
            if asked.over:
                continue
            limits = self._policy.edits["amount"]
            low, high = float(limits.least or 0), float(limits.most or 0)
            if params["amount"] != asked.params["amount"] and not low <= float(params["amount"]) <= high:
                return "the amount is outside the limits"
            if any(v != asked.params[k] for k, v in params.items() if k != "amount"):
                return "other arguments than were asked for"
            yeses = [
                yes for yes in asked.yeses
                if dict(yes.terms) == params and yes.who not in asked.requesters and yes.who != "lea"
                and yes.at < asked.at + self._policy.deadline_seconds
                and now < yes.at + self._policy.deadline_seconds + self._policy.grant_seconds
            ]  # fmt: skip
            needed = 2 if float(params["amount"]) > float(self._policy.two_above or 0) else 1
            if len({yes.who for yes in yeses}) < needed:
                found = f"{needed} people's yes to it needed, {len(yeses)} there"
                continue
            if now >= max(yes.at for yes in yeses) + self._policy.grant_seconds:
                found = "the yes had run out"
                continue
            asked.over = True  # used
            return None
        return found

    # --- what happens --------------------------------------------------------------------------------------------

    async def play(self) -> None:
        steps = (self._propose, self._decide, self._decide, self._decide, self._act, self._act, self._forge, self._wait,
                 self._withdraw, self._whisper)  # fmt: skip
        weights = (4, 5, 5, 5, 4, 4, 4, 4, 1, 1)
        for _ in range(STEPS):
            await self.random.choices(steps, weights)[0]()
            self._seen += [grant for _, grant in self.room._grants.values() if grant not in self._seen]
        for call in self._calls:
            self.room.left(call)
        await asyncio.sleep(200)

    def _call(self) -> CallSide:
        return self._calls[self.random.choice(list(self._calls))]

    def _key(self) -> str:
        return f"k{self.random.randrange(2)}"

    async def _propose(self) -> None:
        side, key = self._call(), self._key()
        params = {"amount": self.random.choice(AMOUNTS), "member": self.random.choice(("204713", "318562"))}
        sent = (r.entry for r in side.journal.records)
        requesters = frozenset(one.supervisor for one in sent if isinstance(one, WhisperSent))
        for before in self._asked.get((side.id, key), []):
            before.over = True
        before_ids = set(self.room._open)
        asked = Asked(dict(params), self._loop.time(), requesters)
        self._asked.setdefault((side.id, key), []).append(asked)
        await self.room.propose(side, Propose(INTENT, ACTION, params, key, (1,)))
        for new in set(self.room._open) - before_ids:
            self._by_id[new] = asked

    async def _decide(self) -> None:
        if not self.room._open:
            return
        held = self.random.choice(list(self.room._open.values()))
        approval = held.approval
        who = self.random.choice((ANA, BEN, SAM, *PEOPLE))
        version = approval.version if self.random.random() < 0.85 else self.random.randrange(0, 6)
        times = 2 if self.random.random() < 0.2 else 1  # a double click
        for _ in range(times):
            self._decided(held.approval, who, version)

    def _decided(self, approval: Approval, who: Who, version: int) -> None:
        asked, now, id = self._by_id[approval.proposal.id], self._loop.time(), approval.proposal.id
        how = self.random.choices(("approve", "edit", "reject", "take"), (6, 4, 1, 1))[0]
        amount = self.random.choice(("5", "20", "45.00", "60", "99.99", "100.01", "-3", "1e9", "NaN", "x"))
        saw = dict(approval.terms) if version == approval.version else {}
        try:
            match how:
                case "approve":
                    self.room.approve(who, id, version)
                case "edit":
                    self.room.edit(who, id, version, {"amount": amount})
                case "reject":
                    self.room.reject(who, id, version, "correct")
                case _:
                    self.room.take(who, id, version)
        except NotAllowed:
            self.refused += 1
            return
        if how in ("reject", "take"):
            asked.over = True
        elif how == "approve" and saw:
            asked.yeses.append(Yes(who.id, saw, now))
        elif saw:
            asked.yeses.append(Yes(who.id, {**saw, "amount": f"{float(amount):.2f}"}, now))

    async def _act(self) -> None:
        """The dialogue asks for the act: as was agreed, or not quite."""
        side, key = self._call(), self._key()
        if self.room._grants and self.random.random() < 0.7:
            call, key = self.random.choice(list(self.room._grants))
            side = self._calls[call]
        known = [one.approval.terms for one in self.room._open.values()
                 if (one.call.id, one.approval.proposal.key) == (side.id, key)]  # fmt: skip
        params = dict(known[-1]) if known else {"amount": "40.00", "member": "204713"}
        if self.random.random() < 0.25:
            params["amount"] = self.random.choice(AMOUNTS)
        if self.random.random() < 0.1:
            params["member"] = "999999"
        for _ in range(2 if self.random.random() < 0.3 else 1):
            self._acting = (side.id, key)
            await self.room.perform(side, Do(ACTION, params, key))

    async def _forge(self) -> None:
        """A grant that was seen, made or changed, handed to the gate by somebody else."""
        side, key = self._call(), self._key()
        params = {"amount": self.random.choice(AMOUNTS), "member": "204713"}
        grant = self._forged(side.id, key, params)
        self._acting = (side.id, key)
        await self._gate.perform_with(grant, call=side.id, action=ACTION, params=params, key=key)

    def _forged(self, call: str, key: str, params: dict[str, str]) -> Grant | None:
        made = self._other.grant(
            call=call, action=ACTION, key=key, params=params, amount=params["amount"], approvers=("ana", "sam"),
            expires_ms=self._now_ms() + 60_000,
        )  # fmt: skip
        if not self._seen:
            return self.random.choice((None, made))
        seen = self.random.choice(self._seen)
        later = replace(seen.claims, expires_ms=self._now_ms() + 10**6)
        other = replace(seen.claims, call=call, key=key, arguments=made.claims.arguments, amount=params["amount"])
        return self.random.choice(
            (None, made, seen, Grant(later, seen.signature), Grant(other, seen.signature),
             Grant(seen.claims, made.signature), Grant(made.claims, seen.signature))
        )  # fmt: skip

    async def _wait(self) -> None:
        await asyncio.sleep(self.random.choice((0.0, 1.0, 19.999, 20.0, 30.0, 59.999, 60.0, 119.999, 121.0)))

    async def _withdraw(self) -> None:
        side, key = self._call(), self._key()
        if self.random.random() < 0.3:
            self.room.left(side.id)
            gone = [one for (call, _), many in self._asked.items() for one in many if call == side.id]
        else:
            self.room.withdraw(side.id, key, "cancelled")
            gone = self._asked.get((side.id, key), [])
        for one in gone:
            one.over = True

    async def _whisper(self) -> None:
        """A supervisor has the system offer it: from now on they may not decide in this call."""
        self._call().journal.append(WhisperSent(self.random.choice(("sam", "kim")), "offer", INTENT))


@dataclass(frozen=True, slots=True)
class Played:
    """`refused`: decisions that were not allowed."""

    orders: int
    done: int
    refused: int
    bypasses: tuple[str, ...]


async def play(orders: int, *, seed: int) -> Played:
    done = refused = 0
    bypasses: list[str] = []
    for number in range(orders):
        order = Order(seed * 1_000_003 + number)
        await order.play()
        done, refused = done + order.done, refused + order.refused
        bypasses += [f"order {number}: {one}" for one in order.bypasses]
    return Played(orders, done, refused, tuple(bypasses))
