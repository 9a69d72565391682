"""What the journal says of an agent who answers, accepts or declines, and of an attempt that is over. Pure."""

from models.redact import redact
from telephony.events import AgentAccepted, AgentAnswered, AgentDeclined, AttemptEnded, HandedBack
from telephony.handoff import events as happened
from telephony.handoff.events import Accepted, Answered, Declined, Event, LegOver, OfferExpired
from telephony.handoff.state import Handoff, HandoffState


def entry(handoff: Handoff, event: Event) -> AgentAnswered | AgentAccepted | AgentDeclined | HandedBack | None:
    """The entry for `event`, asked before the step it makes; `None` where it says nothing new of the current agent."""
    current = handoff.current
    if current is None or getattr(event, "attempt", current.id) != current.id:
        return None
    match event:
        case Answered():
            return AgentAnswered(handoff.id, current.agent)
        case Accepted(by=by) if current.accepted_ms is None:
            return AgentAccepted(handoff.id, current.agent, by)
        case Declined(by=by, reason=reason) if not current.ready:
            return AgentDeclined(handoff.id, current.agent, by, redact(reason) if reason else reason)
        case LegOver(why=why, reason=reason) if handoff.state is not HandoffState.BRIDGED:
            return AgentDeclined(handoff.id, current.agent, why.value, reason)
        case OfferExpired() if not current.ready:
            return AgentDeclined(handoff.id, current.agent, "no_answer", None)
        case happened.HandedBack(notes=notes, to=to, person=person) if handoff.state is HandoffState.BRIDGED:
            return HandedBack(handoff.id, current.agent, redact(notes), to, person)
        case _:
            return None


def ended(before: Handoff, after: Handoff) -> AttemptEnded | None:
    """The entry for the attempt that this step ended, if it did."""
    was = before.current
    if was is None:
        return None
    last = next(attempt for attempt in after.attempts if attempt.id == was.id)
    if last.outcome is None:
        return None
    return AttemptEnded(
        after.id,
        last.id,
        last.agent,
        last.outcome.value,
        last.accepted_by,
        last.brief_version,
        {**after.clock_of(last), "over": last.over_ms},
    )
