"""The room where acts wait for a person's yes: shows them to who may decide, keeps the clocks, hands out grants.

All deciding is in `state.py`; here are the timers, the telling, the record. A page never decides: what it sends is
checked here again, and once more at the gate.
"""

import asyncio
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from models.redact import redact
from telephony import events as entries
from telephony.access import Role, Who
from telephony.access.audit import Outcome
from telephony.approvals import state as s
from telephony.approvals.call_side import Audience, CallSide, Notes, Present
from telephony.approvals.errors import NotAllowed
from telephony.approvals.gate import Gate, guarded
from telephony.approvals.grants import Claims, Grant, Notary
from telephony.approvals.terms import amount_of
from voice.dialogue.business import Business
from voice.events import ActionDone, ApprovalNews, ApprovalStage, Do, Propose

SHOWN_ON_SECONDS = 15.0
"""How long a page still shows what was decided, and by whom."""

GONE = "There is no such approval any more."
_STAGE = {
    s.State.APPROVED: ApprovalStage.APPROVED,
    s.State.EDITED: ApprovalStage.EDITED,
    s.State.REJECTED: ApprovalStage.REJECTED,
    s.State.TAKEN: ApprovalStage.TAKEN,
    s.State.TIMED_OUT: ApprovalStage.TIMED_OUT,
}


@dataclass(slots=True, eq=False)
class Open:
    """One approval with its call and its clocks."""

    approval: s.Approval
    call: CallSide
    queue: str
    turns: tuple[int, ...]
    timers: list[asyncio.TimerHandle] = field(default_factory=list)

    def stop(self) -> None:
        for timer in self.timers:
            timer.cancel()
        self.timers.clear()


class Room:
    def __init__(
        self, business: Business, *, gate: Gate, notary: Notary, audience: Audience, audit: Notes, present: Present,
        now_ms: Callable[[], int],
    ) -> None:  # fmt: skip
        """`now_ms`: the service's clock, which runs on the event loop's time. Of `business` what no rule set says: who
        may settle what, and which queue, is each call's own."""
        self.business = business
        self.present = present
        self.gate = gate
        self._notary = notary
        self._audience = audience
        self._audit = audit
        self._now_ms = now_ms
        self._open: dict[str, Open] = {}
        self._grants: dict[tuple[str, str], tuple[str, Grant]] = {}  # call, key → approval, grant
        self._listeners: list[Callable[[], None]] = []

    # --- the call's side -----------------------------------------------------------------------------------------

    async def propose(self, call: CallSide, act: Propose) -> None:
        """Shows the act to who may decide, on record first. Where nobody is there, the caller hears so at once."""
        policy, queue = self.business.approvals.intents[act.intent], call.business.scope[act.intent].queue
        intent = self.business.intents[act.intent]
        requesters = _who_asked(call, act.intent)
        proposal = s.Proposal(
            f"ap-{secrets.token_hex(6)}", call.id, act.key, act.intent, act.action, dict(act.params),
            tuple(slot.name for slot in intent.slots if slot.name in act.params), requesters, policy,
        )  # fmt: skip
        approval = s.propose(proposal, self._now_ms())
        self._withdrawn_before(call.id, act.key)
        held = self._open[proposal.id] = Open(approval, call, queue, act.turns)
        self._set_clocks(held)
        shown = {name: redact(act.params[name]) for name in proposal.shown}
        entry = entries.ApprovalProposed(
            proposal.id, act.intent, act.action, act.key, shown, act.turns, tuple(sorted(requesters)), approval.needed,
            policy.deadline_seconds,
        )  # fmt: skip
        kept = await call.journal.try_commit(entry)
        if held.approval.over:
            return  # withdrawn while it was being written
        if not kept or len(self._could_decide(held)) < held.approval.needed:
            self._move(held, s.withdraw(held.approval, "nobody" if kept else "no record"))
            call.tell(ApprovalNews(act.key, ApprovalStage.NOBODY))
            return
        call.tell(ApprovalNews(act.key, ApprovalStage.ASKED))
        self._tell()

    def withdraw(self, call: str, key: str, why: str) -> None:
        """The caller does not want it any more; a yes that was not used is void."""
        unused = (call, key) in self._grants
        self._void(call, key)
        for held in [one for one in self._open.values() if (one.call.id, one.approval.proposal.key) == (call, key)]:
            if not held.approval.granted or unused:  # what was done on it stays as it was
                self._move(held, s.withdraw(held.approval, why))

    def left(self, call: str) -> None:
        """The call is over."""
        for key in {one.approval.proposal.key for one in self._open.values() if one.call.id == call}:
            self.withdraw(call, key, "left")
        for _, key in [known for known in self._grants if known[0] == call]:
            self._void(call, key)

    async def perform(self, call: CallSide, do: Do) -> ActionDone:
        """Does the act, with the grant that is held for it, where it needs one."""
        approval, grant = self._grants.pop((call.id, do.key), ("", None))

        def used(claims: Claims) -> None:
            call.journal.append(entries.GrantUsed(approval, do.action, do.key, claims.approvers))

        try:
            return await self.gate.perform_with(
                grant, call=call.id, action=do.action, params=do.params, key=do.key, acts=guarded(call.business),
                spent=used, refused=lambda why: _refused(call, do, why),
            )  # fmt: skip
        finally:
            if grant is not None:
                self._notary.void(grant)  # an act that is not what was agreed to has used the yes up as well

    # --- who decides ---------------------------------------------------------------------------------------------

    def approve(self, who: Who, approval: str, version: int) -> None:
        self._decide(who, approval, "approve", lambda one, now: s.approve(one, who, version, now))

    def edit(self, who: Who, approval: str, version: int, values: Mapping[str, str]) -> None:
        self._decide(who, approval, "edit", lambda one, now: s.edit(one, who, version, now, values))

    def reject(self, who: Who, approval: str, version: int, reason: str) -> None:
        if reason not in self.business.approvals.reasons:
            raise NotAllowed("Choose one of the reasons: the caller is told it.")
        self._decide(who, approval, "reject", lambda one, now: s.reject(one, who, version, now, reason))

    def take(self, who: Who, approval: str, version: int) -> None:
        if not self._audience.can_take(who.id):
            raise NotAllowed("A call can be put through to agents only.")
        held = self._decide(who, approval, "take", lambda one, now: s.take(one, who, version, now), tell=False)
        held.call.prefer(who.id)
        self._outcome(held)

    def shown_to(self, who: Who) -> Sequence[Open]:
        """What `who` may see now, the most urgent first; those decided a moment ago last."""
        seen = [one for one in self._open.values() if one.approval.may_see(who) and self._concerns(who, one)]
        return sorted(seen, key=lambda one: (one.approval.over, one.approval.deadline_ms))

    def waiting(self) -> Sequence[s.Approval]:
        """Those that nobody has decided yet, the most urgent first."""
        found = (one.approval for one in self._open.values() if not one.approval.over)
        return sorted(found, key=lambda one: one.deadline_ms)

    def left_ms(self, held: Open) -> int:
        return max(0, held.approval.deadline_ms - self._now_ms())

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Calls `listener` after each change. Returns the undo."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener) if listener in self._listeners else None

    def name(self, person: str) -> str:
        return self._audience.name(person)

    # --- shared --------------------------------------------------------------------------------------------------

    def _decide(
        self, who: Who, approval: str, what: str, change: Callable[[s.Approval, int], s.Approval], *, tell: bool = True
    ) -> Open:
        held = self._open.get(approval)
        try:
            if held is None:
                raise NotAllowed(GONE)
            if not held.approval.over and not self._concerns(who, held):
                raise NotAllowed("This is for somebody who is free and knows this kind of call.")
            after = change(held.approval, self._now_ms())
        except NotAllowed as error:
            call = held.call.id if held is not None else ""
            self._audit.note(who, f"approval.{what}", call=call, outcome=Outcome.REFUSED, detail=str(error))
            by = held.approval.ended_by if held is not None else None
            raise NotAllowed(str(error).replace(by, self.name(by)) if by else str(error)) from None
        self._audit.note(who, f"approval.{what}", call=held.call.id, detail=f"{approval} {after.state}")
        self._move(held, after, by=who.id, tell=tell)
        return held

    def _concerns(self, who: Who, held: Open) -> bool:
        supervisor = who.has(Role.SUPERVISOR)
        return supervisor or self._audience.may_answer(who.id, held.queue)

    def _could_decide(self, held: Open) -> frozenset[str]:
        proposal = held.approval.proposal
        agents = proposal.policy.who == "agent"
        return self.present.could_answer(self._audience, held.queue, agents=agents, but=proposal.requesters)

    def _move(self, held: Open, after: s.Approval, *, by: str = "", tell: bool = True) -> None:
        before, held.approval = held.approval, after
        if after == before:
            return
        changes = {k: redact(v) for k, v in after.terms.items() if v != before.terms.get(k)}
        held.call.journal.append(
            entries.ApprovalMoved(after.proposal.id, after.state, before.state, by or None, after.reason, changes)
        )
        if after.over:
            held.stop()
            self._later(held, SHOWN_ON_SECONDS, lambda: self._forget(held))
        if tell:
            self._outcome(held)
        self._tell()

    def _outcome(self, held: Open) -> None:
        """The grant first, then the caller: it is there when the act comes back."""
        approval, proposal = held.approval, held.approval.proposal
        stage = _STAGE.get(approval.state)
        if stage is None:
            return
        if approval.granted:
            self._grants[held.call.id, proposal.key] = (proposal.id, self._grant(approval))
        values = {k: v for k, v in approval.terms.items() if v != proposal.params.get(k)}
        held.call.tell(ApprovalNews(proposal.key, stage, values, approval.reason))

    def _grant(self, approval: s.Approval) -> Grant:
        proposal, policy = approval.proposal, approval.proposal.policy
        amount = approval.terms.get(policy.amount) if policy.amount else None
        return self._notary.grant(
            call=proposal.call, action=proposal.action, key=proposal.key, params=approval.terms, amount=amount,
            approvers=approval.yeses, expires_ms=self._now_ms() + round(policy.grant_seconds * 1000),
        )  # fmt: skip

    def _void(self, call: str, key: str) -> None:
        _, grant = self._grants.pop((call, key), ("", None))
        if grant is not None:
            self._notary.void(grant)

    def _withdrawn_before(self, call: str, key: str) -> None:
        """The same act proposed anew, with other terms: what was said to the old ones is void."""
        self.withdraw(call, key, "changed")

    def _set_clocks(self, held: Open) -> None:
        policy = held.approval.proposal.policy
        self._later(held, policy.remind_seconds, lambda: self._move(held, s.remind(held.approval, self._now_ms())))
        self._later(held, policy.deadline_seconds, lambda: self._move(held, s.time_out(held.approval, self._now_ms())))

    def _later(self, held: Open, seconds: float, what: Callable[[], None]) -> None:
        held.timers.append(asyncio.get_running_loop().call_later(seconds, what))

    def _forget(self, held: Open) -> None:
        self._open.pop(held.approval.proposal.id, None)
        self._tell()

    def _tell(self) -> None:
        for listener in tuple(self._listeners):
            listener()

    def evidence(self, held: Open) -> list[tuple[int, str]]:
        """The caller's own words for it: turn, text."""
        found = ((turn, held.call.words(turn)) for turn in held.turns)
        return [(turn, text) for turn, text in found if text]

    def amount(self, held: Open) -> float | None:
        return amount_of(held.approval.proposal.policy, held.approval.terms)


def _who_asked(call: CallSide, intent: str) -> frozenset[str]:
    """Supervisors who had the system offer it: they asked for it as much as the caller did."""
    sent = (one.entry for one in call.journal.records if isinstance(one.entry, entries.WhisperSent))
    return frozenset(one.supervisor for one in sent if one.kind == "offer" and one.what == intent)


def _refused(call: CallSide, do: Do, why: str) -> None:
    call.journal.append(entries.ActStopped(do.action, do.key, why))
