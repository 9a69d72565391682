"""How most scenarios begin: a caller who was answered, by the machine or by an agent in a bridge inside Asterisk."""

from __future__ import annotations

from dataclasses import dataclass

from tests.sip.ari import Ari, Media
from tests.sip.asterisk import Asterisk
from tests.sip.phone import Phone

NUMBER = "+15550199"


async def ringing(ari: Ari, pbx: Asterisk, caller: Phone) -> str:
    """The caller's channel, not answered yet."""
    await caller.dial(f"sip:{NUMBER}@{pbx.address}")
    return await ari.caller()


async def answered(ari: Ari, pbx: Asterisk, caller: Phone) -> str:
    channel = await ringing(ari, pbx, caller)
    await ari.post(f"channels/{channel}/answer")
    await caller.call_event("CALL_ESTABLISHED")
    return channel


@dataclass(frozen=True, slots=True)
class WithMachine:
    caller: str
    media: Media
    bridge: str


async def with_machine(ari: Ari, pbx: Asterisk, caller: Phone) -> WithMachine:
    channel = await answered(ari, pbx, caller)
    media = await ari.socket_leg()
    return WithMachine(caller=channel, media=media, bridge=await ari.bridge(channel, media.channel))


@dataclass(frozen=True, slots=True)
class WithAgent:
    caller: str
    agent: str
    bridge: str


async def with_agent(
    ari: Ari, pbx: Asterisk, caller: Phone, *, endpoint: str = "PJSIP/agent100", variables: dict[str, str] | None = None
) -> WithAgent:
    channel = await answered(ari, pbx, caller)
    agent = await ari.dial(endpoint, variables=variables)
    await ari.started(agent)
    return WithAgent(caller=channel, agent=agent, bridge=await ari.bridge(channel, agent))
