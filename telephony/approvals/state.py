"""One approval as a value, and the table of what may become of it. Pure: times come in as the service's milliseconds.

proposed → reminded → approved | edited | rejected | taken | timed_out | withdrawn. A second yes, where the amount needs
one, is a step inside proposed or reminded.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from telephony.access import Role, Who
from telephony.approvals.errors import NotAllowed
from telephony.approvals.terms import amount_of, changed
from voice.dialogue.approval_policy import ApprovalPolicy


class State(StrEnum):
    PROPOSED = "proposed"
    REMINDED = "reminded"  # supervisors are asked as well
    APPROVED = "approved"
    EDITED = "edited"  # approved, with a change
    REJECTED = "rejected"
    TAKEN = "taken"  # the approver takes the call instead
    TIMED_OUT = "timed_out"  # nobody decided: nothing is done
    WITHDRAWN = "withdrawn"  # the caller left, or changed their mind


_ENDS = frozenset({State.APPROVED, State.EDITED, State.REJECTED, State.TAKEN, State.TIMED_OUT, State.WITHDRAWN})
MOVES: Mapping[State, frozenset[State]] = {
    State.PROPOSED: _ENDS | {State.REMINDED},
    State.REMINDED: _ENDS,
    **{end: frozenset() for end in _ENDS},
}

LATE = "The time for this decision was up. Nothing was done; the caller was told that nobody could decide."
STALE = "Somebody has changed this since your page showed it. Look at it again, then decide."
OWN = "You asked for this yourself, so somebody else has to decide."
TWICE = "You have said yes to this. It needs a second, different person."
_OVER = {
    State.APPROVED: "{by} has approved this already.",
    State.EDITED: "{by} has approved this already, with a change.",
    State.REJECTED: "{by} has said no to this already.",
    State.TAKEN: "{by} is taking this call already.",
    State.TIMED_OUT: LATE,
    State.WITHDRAWN: "The caller does not need this any more.",
}


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is asked: an act with its exact arguments. `params` may hold a member's number, so it is never shown."""

    id: str
    call: str
    key: str  # of the act: the same key acts once
    intent: str
    action: str
    params: Mapping[str, str] = field(repr=False)
    shown: tuple[str, ...]  # the slots people may see
    requesters: frozenset[str]  # who asked for it, beside the caller: they may not decide
    policy: ApprovalPolicy


@dataclass(frozen=True, slots=True)
class Approval:
    """`terms`: the arguments as they stand; `version` rises with each change of them or of who said yes."""

    proposal: Proposal
    since_ms: int
    terms: Mapping[str, str] = field(repr=False)
    state: State = State.PROPOSED
    version: int = 1
    yeses: tuple[str, ...] = ()  # to these very terms
    edited_by: str | None = None
    reminded: bool = False  # it was shown to supervisors
    ended_by: str | None = None
    reason: str = ""  # the code told to the caller with a no, or why it was withdrawn

    @property
    def over(self) -> bool:
        return self.state in _ENDS

    @property
    def granted(self) -> bool:
        return self.state in (State.APPROVED, State.EDITED)

    @property
    def deadline_ms(self) -> int:
        return self.since_ms + round(self.proposal.policy.deadline_seconds * 1000)

    @property
    def remind_ms(self) -> int:
        return self.since_ms + round(self.proposal.policy.remind_seconds * 1000)

    @property
    def needed(self) -> int:
        """How many different people have to say yes to the terms as they stand."""
        above, amount = self.proposal.policy.two_above, amount_of(self.proposal.policy, self.terms)
        return 2 if above is not None and amount is not None and amount > above else 1

    def may_see(self, who: Who) -> bool:
        """Whether it is shown to `who`: agents where an agent's yes counts, supervisors from the reminder on, or at
        once where theirs is needed."""
        if who.has(Role.AGENT) and self.proposal.policy.who == "agent":
            return True
        first = self.proposal.policy.who == "supervisor" or self.needed > 1 or self.reminded
        return who.has(Role.SUPERVISOR) and first


def propose(proposal: Proposal, now_ms: int) -> Approval:
    return Approval(proposal, now_ms, dict(proposal.params))


def remind(approval: Approval, now_ms: int) -> Approval:
    """Nobody has decided yet. Too early or too late, it changes nothing."""
    if approval.state is not State.PROPOSED or not approval.remind_ms <= now_ms < approval.deadline_ms:
        return approval
    return replace(_to(approval, State.REMINDED), reminded=True)


def time_out(approval: Approval, now_ms: int) -> Approval:
    if approval.over or now_ms < approval.deadline_ms:
        return approval
    return _to(approval, State.TIMED_OUT)


def withdraw(approval: Approval, why: str) -> Approval:
    """The caller left or changed their mind. A yes that was given and not used is void then; a no stays a no."""
    if approval.state in _ENDS and not approval.granted:
        return approval
    return replace(approval, state=State.WITHDRAWN, version=approval.version + 1, reason=why)


def approve(approval: Approval, who: Who, version: int, now_ms: int) -> Approval:
    """A yes to the terms as `version` shows them. Raises `NotAllowed`, changing nothing."""
    _open_to(approval, who, version, now_ms)
    if who.id in approval.yeses:
        raise NotAllowed(TWICE)
    yeses = (*approval.yeses, who.id)
    done = State.EDITED if approval.edited_by else State.APPROVED
    after = replace(approval, yeses=yeses, version=approval.version + 1)
    return replace(_to(after, done), ended_by=who.id) if len(yeses) >= approval.needed else after


def edit(approval: Approval, who: Who, version: int, now_ms: int, values: Mapping[str, str]) -> Approval:
    """A yes to other terms, within the limits; what others said yes to is not this, so theirs count no more."""
    _open_to(approval, who, version, now_ms)
    terms = changed(approval.proposal, approval.terms, values)
    if terms == approval.terms:
        return approve(approval, who, version, now_ms)
    edited = replace(approval, terms=terms, yeses=(who.id,), edited_by=who.id, version=approval.version + 1)
    return replace(_to(edited, State.EDITED), ended_by=who.id) if edited.needed == 1 else edited


def reject(approval: Approval, who: Who, version: int, now_ms: int, reason: str) -> Approval:
    _open_to(approval, who, version, now_ms)
    return replace(_to(approval, State.REJECTED), ended_by=who.id, reason=reason)


def take(approval: Approval, who: Who, version: int, now_ms: int) -> Approval:
    """The approver talks with the caller instead."""
    _open_to(approval, who, version, now_ms)
    return replace(_to(approval, State.TAKEN), ended_by=who.id)


def refusal(approval: Approval) -> str:
    """Why an approval that is over cannot be decided again. `{by}` stands for who ended it."""
    return _OVER[approval.state]


def _open_to(approval: Approval, who: Who, version: int, now_ms: int) -> None:
    """The one check before every decision, in the order in which a person understands what went wrong."""
    if approval.over:
        raise NotAllowed(refusal(approval).format(by=approval.ended_by or "Somebody"))
    if now_ms >= approval.deadline_ms:
        raise NotAllowed(LATE)  # whatever the timer that says so is doing
    if who.id in approval.proposal.requesters:
        raise NotAllowed(OWN)
    if not (who.has(Role.SUPERVISOR) or (who.has(Role.AGENT) and approval.proposal.policy.who == "agent")):
        raise NotAllowed(f"This takes {_a(approval.proposal.policy.who)}.")
    if version != approval.version:
        raise NotAllowed(STALE)


def _to(approval: Approval, state: State) -> Approval:
    if state not in MOVES[approval.state]:
        raise NotAllowed(refusal(approval).format(by=approval.ended_by or "Somebody"))
    return replace(approval, state=state, version=approval.version + 1)


def _a(role: str) -> str:
    return f"an {role}" if role[0] in "aeiou" else f"a {role}"
