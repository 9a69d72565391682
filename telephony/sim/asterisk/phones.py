"""A SIP phone that the PBX rings: who is there, and what a refusal looks like on the wire."""

from dataclasses import dataclass

from telephony.sim.agent import Ringing, SimAgent

CAUSES = {Ringing.BUSY: (17, 486), Ringing.FAILED: (38, 500)}
"""Q.850 cause and SIP answer, as chan_pjsip pairs them."""


@dataclass(frozen=True, slots=True)
class Phone:
    """`refuses`: cause and SIP answer instead of an answer; None: it is answered, or rings on."""

    agent: SimAgent
    refuses: tuple[int, int] | None = None


def phone_of(agent: SimAgent) -> Phone:
    return Phone(agent, CAUSES.get(agent.ringing))


def declines_call(*, ring_seconds: float = 1.0) -> Phone:
    """Its owner presses "decline": 603."""
    return Phone(SimAgent(ringing=Ringing.FAILED, ring_seconds=ring_seconds), (21, 603))
