"""One step of a handoff: what happened goes in, the handoff after it and what is to be done come out. Pure."""

from collections.abc import Callable
from dataclasses import replace

from telephony.errors import IllegalMove
from telephony.events import HandoffMoved
from telephony.handoff import nexts as do
from telephony.handoff.events import (
    OURS,
    Accepted,
    AgentChosen,
    Answered,
    AttemptEvent,
    BridgeFailed,
    BridgeMade,
    Briefed,
    CallbackAgreed,
    CallerCancelled,
    CallerLeft,
    Declined,
    Event,
    FirstWord,
    HandedBack,
    LegOver,
    NobodyFree,
    OfferExpired,
    Outcome,
    Queued,
    Ringing,
    SeekOver,
    Succeeded,
    Told,
)
from telephony.handoff.nexts import Next
from telephony.handoff.state import TABLE, Attempt, Handoff, HandoffState
from telephony.leg import LegEnded
from voice.events import PersonStage

S = HandoffState
Step = tuple[Handoff, tuple[Next, ...]]


def step(handoff: Handoff, event: Event, now_ms: int) -> Step:
    """The handoff after `event` at `now_ms` of call time, and what is to be done, in this order.

    Raises `IllegalMove`, changing nothing, for `Queued` and `AgentChosen` where the table has no such move.
    """
    current = handoff.current
    if isinstance(event, AttemptEvent) and (current is None or current.id != event.attempt):
        return handoff, _late(event)
    allowed = TABLE[handoff.state].get(type(event))
    if allowed is None:
        if isinstance(event, OURS):
            raise IllegalMove(f"handoff {handoff.id} of call {handoff.call}: {handoff.state} has no {event!r}")
        return handoff, _late(event) if isinstance(event, AttemptEvent) and current is None else ()
    after, nexts = _HANDLERS[type(event)](handoff, event, now_ms)
    if after is not handoff and after.state not in allowed:
        raise IllegalMove(f"handoff {handoff.id}: {event!r} leads from {handoff.state} to {sorted(allowed)} only")
    return after, nexts


def moved(before: Handoff, after: Handoff) -> HandoffMoved | None:
    """The journal's entry for this step, if the state changed."""
    if before.state is after.state:
        return None
    return HandoffMoved(after.id, after.state.value, before.state.value, after.why)


def _late(event: AttemptEvent) -> tuple[Next, ...]:
    """A sign of life from a leg that is no longer wanted: it must not stay up."""
    alive = isinstance(event, (Ringing, Answered, Briefed, Accepted, BridgeMade))
    return (do.Cancel(event.attempt, None, "late", tell=False),) if alive else ()


# --- what each event does ---------------------------------------------------------------------------------------------


def _queued(handoff: Handoff, event: Queued, now_ms: int) -> Step:
    """The first brief puts the handoff in the queue; later ones only name the newest version."""
    version = max(event.brief_version, handoff.brief_version or 0)
    if handoff.state is not S.REQUESTED:
        return replace(handoff, brief_version=version), ()
    queued = replace(handoff, state=S.QUEUED, brief_version=version, why=None)
    return queued, (do.TellCaller(PersonStage.SOUGHT), do.FindAgent(queued.excluded))


def _told(handoff: Handoff, event: Told, now_ms: int) -> Step:
    return (handoff if handoff.told_ms is not None else replace(handoff, told_ms=now_ms)), ()


def _chosen(handoff: Handoff, event: AgentChosen, now_ms: int) -> Step:
    if any(attempt.id == event.attempt for attempt in handoff.attempts):
        raise IllegalMove(f"handoff {handoff.id}: a new attempt expected, got {event.attempt} again")
    attempt = Attempt(event.attempt, event.agent, offered_ms=now_ms)
    offered = replace(handoff, state=S.OFFERED, attempts=(*handoff.attempts, attempt), why=None)
    return offered, (
        do.Offer(event.attempt, event.agent),
        do.Ring(event.attempt, event.agent),
        do.TellCaller(PersonStage.RINGING, event.agent),
    )


def _nobody(handoff: Handoff, event: NobodyFree, now_ms: int) -> Step:
    if handoff.callback_offered:
        return handoff, ()
    nexts = (do.TellCaller(PersonStage.UNAVAILABLE), do.OfferCallback())
    return replace(handoff, callback_offered=True), nexts


def _seek_over(handoff: Handoff, event: SeekOver, now_ms: int) -> Step:
    """Time is up. An agent who is being asked may still say yes; the callback is offered before giving up."""
    if handoff.current is not None:
        return replace(handoff, seek_over=True), ()
    if not handoff.callback_offered:
        nexts = (do.TellCaller(PersonStage.UNAVAILABLE), do.OfferCallback())
        return replace(handoff, callback_offered=True), nexts
    return replace(handoff, state=S.RESUMED, seek_over=True, why=event.why), (do.GiveUp(event.why),)


def _ringing(handoff: Handoff, event: Ringing, now_ms: int) -> Step:
    return _stamp(handoff, ring_ms=now_ms), ()


def _answered(handoff: Handoff, event: Answered, now_ms: int) -> Step:
    after = _stamp(handoff, answered_ms=now_ms, proven=event.proven)
    state = S.ANSWERED if handoff.state is S.OFFERED else handoff.state
    return _bridge_when_ready(handoff, replace(after, state=state, why=None))


def _briefed(handoff: Handoff, event: Briefed, now_ms: int) -> Step:
    """Who was briefed has answered, even if that news is still on its way."""
    after = _stamp(handoff, answered_ms=now_ms, briefed_ms=now_ms)
    attempt = after.attempts[-1]
    heard = replace(attempt, brief_version=max(event.brief_version, attempt.brief_version or 0))
    state = handoff.state if handoff.state is S.ACCEPTED else S.BRIEFED
    return _bridge_when_ready(handoff, _with_last(replace(after, state=state, why=None), heard))


def _accepted(handoff: Handoff, event: Accepted, now_ms: int) -> Step:
    """A key and the voice come over the leg: they prove a person and media. The screen proves neither."""
    after = _stamp(handoff, accepted_ms=now_ms)
    if event.by != "screen":
        after = _stamp(after, answered_ms=now_ms, proven=True)
    attempt = after.attempts[-1]
    taken = replace(attempt, accepted_by=attempt.accepted_by or event.by)
    after, nexts = _bridge_when_ready(handoff, _with_last(replace(after, state=S.ACCEPTED, why=event.by), taken))
    first = handoff.attempts[-1].accepted_ms is None
    return after, nexts if nexts or not first else (do.AskProof(attempt.id),)


def _declined(handoff: Handoff, event: Declined, now_ms: int) -> Step:
    if _bridging(handoff):
        return handoff, ()  # pressed after taking the call; hanging up is how to leave now
    outcome = Outcome.NO_ANSWER if event.by == "no_answer" else Outcome.DECLINED
    return _try_next(handoff, outcome, now_ms, leg_up=True)


def _leg_over(handoff: Handoff, event: LegOver, now_ms: int) -> Step:
    if handoff.state is S.BRIDGED:
        return _close_last(handoff, S.ENDED, "agent", Outcome.BRIDGED, now_ms, do.Resume("agent_left"))
    return _try_next(handoff, _OUTCOMES[event.why], now_ms, leg_up=False)


def _expired(handoff: Handoff, event: OfferExpired, now_ms: int) -> Step:
    if _bridging(handoff):
        return handoff, ()
    attempt = handoff.attempts[-1]
    outcome = Outcome.NO_ANSWER if attempt.answered_ms is None else Outcome.TIMED_OUT
    return _try_next(handoff, outcome, now_ms, leg_up=True)


def _bridge_made(handoff: Handoff, event: BridgeMade, now_ms: int) -> Step:
    if not _bridging(handoff):
        return handoff, ()  # nobody asked for it
    return replace(_stamp(handoff, bridged_ms=now_ms), state=S.BRIDGED, why=None), ()


def _bridge_failed(handoff: Handoff, event: BridgeFailed, now_ms: int) -> Step:
    if not _bridging(handoff):
        return handoff, ()
    return _try_next(handoff, Outcome.FAILED, now_ms, leg_up=True)


def _first_word(handoff: Handoff, event: FirstWord, now_ms: int) -> Step:
    return _stamp(handoff, first_word_ms=now_ms), ()


def _handed_back(handoff: Handoff, event: HandedBack, now_ms: int) -> Step:
    """The system takes the caller before the agent's leg ends, and goes on with what the notes say."""
    resume = do.Resume("handed_back", event.notes, event.to, event.person)
    return _close_last(handoff, S.ENDED, "handed_back", Outcome.BRIDGED, now_ms, resume, leg_up=True)


def _succeeded(handoff: Handoff, event: Succeeded, now_ms: int) -> Step:
    """The caller stays with a person: only who that is has changed."""
    last = handoff.attempts[-1]
    closed = _with_last(handoff, replace(last, outcome=Outcome.BRIDGED, over_ms=now_ms))
    next_ = Attempt(
        event.successor, event.agent, now_ms, answered_ms=now_ms, accepted_ms=now_ms, bridged_ms=now_ms,
        proven=True, beside=True,
    )  # fmt: skip
    succeed = do.Succeed(last.id, last.agent, event.successor)
    return replace(closed, attempts=(*closed.attempts, next_), why="succeeded"), (succeed,)


def _caller_left(handoff: Handoff, event: CallerLeft, now_ms: int) -> Step:
    if handoff.state is S.BRIDGED:
        return _close_last(handoff, S.ENDED, "caller", Outcome.BRIDGED, now_ms, leg_up=True)
    return _close_last(handoff, S.ABANDONED, "caller_left", Outcome.ABANDONED, now_ms, leg_up=True)


def _cancelled(handoff: Handoff, event: CallerCancelled, now_ms: int) -> Step:
    if _bridging(handoff):  # too late to stop: they are being joined, and the caller hears so
        return handoff, (do.TellCaller(PersonStage.COMING, handoff.attempts[-1].agent),)
    give_up = do.GiveUp("cancelled")
    return _close_last(handoff, S.RESUMED, "cancelled", Outcome.WITHDRAWN, now_ms, give_up, leg_up=True)


def _callback(handoff: Handoff, event: CallbackAgreed, now_ms: int) -> Step:
    if _bridging(handoff):
        return handoff, ()
    return _close_last(handoff, S.CALLBACK, None, Outcome.WITHDRAWN, now_ms, leg_up=True)


# --- the parts they share ---------------------------------------------------------------------------------------------

_OUTCOMES: dict[LegEnded, Outcome] = {
    LegEnded.HUNG_UP: Outcome.DECLINED,  # an agent who hangs up instead of pressing 2
    LegEnded.BUSY: Outcome.BUSY,
    LegEnded.NO_ANSWER: Outcome.NO_ANSWER,
    LegEnded.DECLINED: Outcome.DECLINED,
    LegEnded.MACHINE: Outcome.MACHINE,
    LegEnded.FAILED: Outcome.FAILED,
    LegEnded.BY_US: Outcome.FAILED,
}


def _bridging(handoff: Handoff) -> bool:
    return handoff.current is not None and handoff.current.ready


def _with_last(handoff: Handoff, attempt: Attempt) -> Handoff:
    return replace(handoff, attempts=(*handoff.attempts[:-1], attempt))


def _stamp(handoff: Handoff, *, proven: bool = False, **stages: int) -> Handoff:
    """Sets each stage of the current attempt unless an earlier event did."""
    attempt = handoff.attempts[-1]
    fresh = {name: ms for name, ms in stages.items() if getattr(attempt, name) is None}
    return _with_last(handoff, replace(attempt, proven=attempt.proven or proven, **fresh))  # type: ignore[arg-type]  # only *_ms


def _bridge_when_ready(before: Handoff, after: Handoff) -> Step:
    """Asks for the bridge once: at the step that makes the attempt ready."""
    attempt = after.attempts[-1]
    if _bridging(before) or not attempt.ready:
        return after, ()
    return after, (do.Bridge(attempt.id, attempt.agent), do.TellCaller(PersonStage.COMING, attempt.agent))


def _try_next(handoff: Handoff, outcome: Outcome, now_ms: int, *, leg_up: bool) -> Step:
    """This agent did not work out: the caller keeps their place and the next one is looked for."""
    if handoff.seek_over:
        return _close_last(handoff, S.RESUMED, outcome.value, outcome, now_ms, do.GiveUp(outcome.value), leg_up=leg_up)
    queued, nexts = _close_last(handoff, S.QUEUED, outcome.value, outcome, now_ms, leg_up=leg_up)
    return queued, (*nexts, do.TellCaller(PersonStage.SOUGHT), do.FindAgent(queued.excluded))


def _close_last(
    handoff: Handoff,
    state: HandoffState,
    why: str | None,
    outcome: Outcome,
    now_ms: int,
    *more: Next,
    leg_up: bool = False,
) -> Step:
    """Ends the open attempt, if any: its leg goes before anything else is done."""
    after = replace(handoff, state=state, why=why)
    attempt = handoff.current
    if attempt is None:
        return after, more
    after = _with_last(after, replace(attempt, outcome=outcome, over_ms=now_ms))
    tell = outcome in (Outcome.ABANDONED, Outcome.WITHDRAWN) and attempt.answered_ms is not None
    cancel = (do.Cancel(attempt.id, attempt.agent, why or state.value, tell=tell),) if leg_up else ()
    return after, (*cancel, do.Close(attempt.id, attempt.agent, outcome), *more)


_HANDLERS: dict[type[Event], Callable[..., Step]] = {
    Queued: _queued,
    Told: _told,
    AgentChosen: _chosen,
    NobodyFree: _nobody,
    SeekOver: _seek_over,
    Ringing: _ringing,
    Answered: _answered,
    Briefed: _briefed,
    Accepted: _accepted,
    Declined: _declined,
    LegOver: _leg_over,
    OfferExpired: _expired,
    BridgeMade: _bridge_made,
    BridgeFailed: _bridge_failed,
    FirstWord: _first_word,
    HandedBack: _handed_back,
    Succeeded: _succeeded,
    CallerLeft: _caller_left,
    CallerCancelled: _cancelled,
    CallbackAgreed: _callback,
}
