"""The handoff: the journey from an escalation to a person on the line, as one table and one pure `step`.

What arrives from outside (agents, carriers, the caller) may be repeated, late or out of order: `step` never raises for
it, and what no longer matters changes nothing (a leg that answers too late is cancelled). What only our own code sends
(`Queued`, `AgentChosen`) must fit the table, else `IllegalMove` is raised and nothing has changed.

    requested → queued → offered → answered → briefed → accepted → bridged → ended
                  ↑________declined, busy, no answer, machine, failed, timed out_____|
    and from anywhere before the bridge: abandoned, callback, resumed by the system

While bridged the agent may be succeeded by a colleague whom they brought in beside them: it stays bridged.
"""

from telephony.handoff.events import (
    Accepted,
    AgentChosen,
    Answered,
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
from telephony.handoff.nexts import (
    AskProof,
    Bridge,
    Cancel,
    Close,
    FindAgent,
    GiveUp,
    Next,
    Offer,
    OfferCallback,
    Resume,
    Ring,
    Succeed,
    TellCaller,
)
from telephony.handoff.state import FINAL, TABLE, Attempt, Handoff, HandoffState
from telephony.handoff.step import moved, step

__all__ = [
    "FINAL", "TABLE", "Accepted", "AgentChosen", "Answered", "AskProof", "Attempt", "Bridge", "BridgeFailed",
    "BridgeMade", "Briefed", "CallbackAgreed", "CallerCancelled", "CallerLeft", "Cancel", "Close", "Declined",
    "Event", "FindAgent", "FirstWord", "GiveUp", "HandedBack", "Handoff", "HandoffState", "LegOver", "Next",
    "NobodyFree", "Offer", "OfferCallback", "OfferExpired", "Outcome", "Queued", "Resume", "Ring", "Ringing",
    "SeekOver", "Succeed", "Succeeded", "TellCaller", "Told", "moved", "step",
]  # fmt: skip
