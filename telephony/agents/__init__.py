"""Who may be asked to take a call: agents, presence, queue, routing and callbacks, and what an agent hears first."""

from telephony.agents.agent import Address, Agent, AgentId, Presence
from telephony.agents.briefing import LOOK_AGAIN, BriefingMind
from telephony.agents.callback import CallbackPromise, NumberFrom
from telephony.agents.queue import CallQueue, Waiting
from telephony.agents.roster import Roster, Seat
from telephony.agents.routing import Needs, choose
from telephony.agents.waits import WaitRange

__all__ = [
    "LOOK_AGAIN",
    "Address",
    "Agent",
    "AgentId",
    "BriefingMind",
    "CallQueue",
    "CallbackPromise",
    "Needs",
    "NumberFrom",
    "Presence",
    "Roster",
    "Seat",
    "WaitRange",
    "Waiting",
    "choose",
]
