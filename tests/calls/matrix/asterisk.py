"""The matrix on the simulated Asterisk: agents at SIP phones, joined in a bridge of the PBX."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from telephony.service import Service
from telephony.sim.agent import SimAgent
from telephony.sim.asterisk import Phone, declines_call
from telephony.sim.script import Item
from tests.calls.matrix.people import TELEPHONES, Does
from tests.calls.matrix.stage import STAYS_MS, Ended, Scene, offer_to, played
from tests.sim.company import Company, company
from tests.sim.virtual import Call
from tests.sim.virtual_pbx import PbxTown, play
from voice.audio import Pcm

PHONES: Mapping[Does, SimAgent | Phone] = {**TELEPHONES, Does.REFUSES_THE_CALL: declines_call()}
CAI = {"id": "cai", "name": "Cai Lund", "skills": ["general", "cards"], "line": "asterisk", "address": "cai"}


class AsteriskStage:
    """`town`: for what only this line has; `died_with`: see `TwilioStage`."""

    def __init__(self, town: PbxTown) -> None:
        self.town = town
        self.died_with: int | None = None

    @property
    def service(self) -> Service:
        return self.town.service

    def ring(self, *script: Item, stays_ms: int = STAYS_MS) -> Call:
        return self.town.ring(*script, stays_ms=stays_ms)

    async def accept(self, agent: str) -> None:
        await self.service.front.accept(agent, offer_to(self, agent))

    async def decline(self, agent: str) -> None:
        await self.service.front.decline(agent, offer_to(self, agent), "in a meeting")

    def agent_heard(self, agent: str) -> Sequence[Pcm]:
        return self.town.pbx.agent_at(f"PJSIP/{agent}").capture.heard

    def together(self) -> int:
        rooms = ([channel.kind for channel in there] for there in self.town.pbx.bridges.values())
        return max((kinds.count("agent") for kinds in rooms if "caller" in kinds), default=0)

    def fell_back(self, call: Call) -> bool:
        return self.town.pbx.calls[call.sid].went_on

    def company(self, call: Call) -> Company:
        media, known = self.town.pbx.calls[call.sid].media, self.town.records[: self.died_with]
        return company(media.spoken, media.heard, [record for record in call.records if record in known])

    def left_up(self) -> list[str]:
        channels = [f"{channel.kind} {channel.id}" for channel in self.town.pbx.channels.values()]
        return channels + [f"bridge {name}" for name in self.town.pbx.bridges]

    def violations(self) -> list[str]:
        return self.town.pbx.violations


def run(scene: Scene, folder: Path) -> Ended:
    phones = {agent: _phone(who) for agent, who in scene.cast().items()}
    return play(
        lambda town: played(AsteriskStage(town), scene.story),
        folder,
        agents=phones,
        lines=scene.lines,
        seats=[CAI],
        **scene.changes,
    )


def _phone(who: Does | SimAgent | Phone | Any) -> SimAgent | Phone:
    return PHONES[who] if isinstance(who, Does) else who
