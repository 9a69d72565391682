"""What the journal says of an agent who answers, accepts or declines. Pure."""

from telephony.events import AgentAccepted, AgentAnswered, AgentDeclined
from telephony.handoff.events import Accepted, Answered, Declined, Event, LegOver, OfferExpired
from telephony.handoff.state import Handoff, HandoffState


def entry(handoff: Handoff, event: Event) -> AgentAnswered | AgentAccepted | AgentDeclined | None:
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
            return AgentDeclined(handoff.id, current.agent, by, reason)
        case LegOver(why=why, reason=reason) if handoff.state is not HandoffState.BRIDGED:
            return AgentDeclined(handoff.id, current.agent, why.value, reason)
        case OfferExpired() if not current.ready:
            return AgentDeclined(handoff.id, current.agent, "no_answer", None)
        case _:
            return None
