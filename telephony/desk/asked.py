"""What colleagues are asked, as a page shows it: approvals with their evidence and clock, questions of callers.

One message holds all of it and replaces the one before. Clocks are seconds left by the service's own clock: what time
a page believes it is does not matter.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from pydantic import Field

from telephony.access import Role, Who
from telephony.approvals.call_side import CallSide
from telephony.approvals.consults import Consults, Question
from telephony.approvals.room import Open, Room
from telephony.desk.messages import Wire, Written


@dataclass(frozen=True, slots=True)
class Rooms:
    """`side`: a live call's side, for a question asked on its caller's behalf; None when it is over."""

    approvals: Room
    consults: Consults
    side: Callable[[str], CallSide | None]


class LimitsModel(Wire):
    least: float | None = None
    most: float | None = None
    values: tuple[str, ...] = ()


class TermModel(Wire):
    slot: str
    value: str
    was: str  # as the caller asked for it
    limits: LimitsModel | None  # None: it stays as it is


class WordsModel(Wire):
    turn: int
    text: str


class ApprovalModel(Wire):
    approval: str
    version: int
    call: str
    caller: str
    tier: str
    title: str
    rule: str  # which policy asks for the yes
    terms: tuple[TermModel, ...]
    evidence: tuple[WordsModel, ...]
    state: str
    open: bool
    by: str  # who decided
    needed: int
    yeses: tuple[str, ...]
    mine: bool  # this person said yes already
    may_take: bool
    seconds_left: float  # when this message was made
    seconds: float  # in all


class QuestionModel(Wire):
    question: str
    call: str
    caller: str
    text: str
    turn: int | None
    asked_by: str  # "": the caller
    how: str  # "": open
    by: str
    seconds_left: float  # when this message was made


class ReasonModel(Wire):
    code: str
    text: str


class Asked(Wire):
    v: Literal[1] = 1
    type: Literal["asked"] = "asked"
    approvals: tuple[ApprovalModel, ...]
    questions: tuple[QuestionModel, ...]
    reasons: tuple[ReasonModel, ...]

    @property
    def still(self) -> object:
        """All of it but the clocks, which run on by themselves."""
        return (
            tuple(one.model_copy(update={"seconds_left": 0.0}) for one in self.approvals),
            tuple(one.model_copy(update={"seconds_left": 0.0}) for one in self.questions),
        )


# --- bodies ----------------------------------------------------------------------------------------------------------


class Decision(Wire):
    version: int = Field(ge=1)


class EditDecision(Decision):
    values: dict[str, str] = Field(max_length=20)


class RejectDecision(Decision):
    reason: str = Field(max_length=64)


class Words(Wire):
    text: Written = Field(max_length=2000)


def asked(rooms: Rooms, who: Who) -> Asked:
    """What `who` sees now."""
    room = rooms.approvals
    return Asked(
        approvals=tuple(_approval(room, held, who) for held in room.shown_to(who)),
        questions=tuple(_question(rooms, one) for one in rooms.consults.shown_to(who)),
        reasons=tuple(ReasonModel(code=code, text=text) for code, text in room.business.approvals.reasons.items()),
    )


def _approval(room: Room, held: Open, who: Who) -> ApprovalModel:
    approval, proposal = held.approval, held.approval.proposal
    scope = held.call.business.scope[proposal.intent]
    return ApprovalModel(
        approval=proposal.id,
        version=approval.version,
        call=held.call.id,
        caller=held.call.caller(),
        tier=held.call.tier(),
        title=room.business.intents[proposal.intent].title,
        rule=f"Needs a person's yes, says the scope register ({scope.owner}).",
        terms=tuple(_term(held, slot) for slot in proposal.shown),
        evidence=tuple(WordsModel(turn=turn, text=text) for turn, text in room.evidence(held)),
        state=approval.state.value,
        open=not approval.over,
        by=room.name(approval.ended_by) if approval.ended_by else "",
        needed=approval.needed,
        yeses=tuple(room.name(one) for one in approval.yeses),
        mine=who.id in approval.yeses,
        may_take=who.has(Role.AGENT),
        seconds_left=room.left_ms(held) / 1000,
        seconds=proposal.policy.deadline_seconds,
    )


def _term(held: Open, slot: str) -> TermModel:
    proposal = held.approval.proposal
    limits = proposal.policy.edits.get(slot)
    shown = LimitsModel(least=limits.least, most=limits.most, values=limits.values) if limits else None
    return TermModel(slot=slot, value=held.approval.terms[slot], was=proposal.params[slot], limits=shown)


def _question(rooms: Rooms, one: Question) -> QuestionModel:
    name = rooms.approvals.name
    return QuestionModel(
        question=one.id,
        call=one.call.id,
        caller=one.call.caller(),
        text=one.text,
        turn=one.turn,
        asked_by=name(one.by) if one.by else "",
        how=one.how,
        by=name(one.answered_by) if one.answered_by else "",
        seconds_left=rooms.consults.left_ms(one) / 1000,
    )
