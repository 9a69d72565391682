"""The matrix on the Twilio stand-in: agents at telephones, joined in a conference."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from telephony.service import Service
from telephony.sim.agent import SimAgent
from telephony.sim.call import FINAL
from telephony.sim.script import Item
from tests.calls.matrix.people import TELEPHONES, Does
from tests.calls.matrix.stage import STAYS_MS, Ended, Scene, offer_to, played
from tests.sim.company import Company, company
from tests.sim.virtual import NUMBERS, Call, Town, play
from voice.audio import Pcm

CAI = {"id": "cai", "name": "Cai Lund", "skills": ["general", "cards"], "line": "twilio", "address": NUMBERS["cai"]}


class TwilioStage:
    """`town`: for what only this line has. `died_with`: so many entries were on record when the process died; two who
    talked then talk on at the carrier, whatever the next process writes."""

    def __init__(self, town: Town) -> None:
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
        phone = self.town.leg_of(agent).phone
        return phone.heard if phone is not None else ()

    def together(self) -> int:
        rooms = [room for room in self.town.carrier.rooms.values() if room.status != "completed"]
        return max((len(room.participants) - 1 for room in rooms), default=0)

    def fell_back(self, call: Call) -> bool:
        return self.town.carrier.calls[call.sid].happened("dial")[-1:] == [FALLBACK_NUMBER]

    def company(self, call: Call) -> Company:
        phone = self.town.carrier.calls[call.sid].phone
        assert phone is not None, "the caller was never answered"
        known = self.town.records[: self.died_with]
        return company(phone.spoken, phone.heard, [record for record in call.records if record in known])

    def left_up(self) -> list[str]:
        calls = [f"{call.direction} {call.to} {call.status}" for call in self.town.carrier.calls.values()]
        rooms = [f"room {room.name}" for room in self.town.carrier.rooms.values() if room.status != "completed"]
        return [one for one in calls if one.rsplit(" ", 1)[1] not in FINAL] + rooms

    def violations(self) -> list[str]:
        of_calls = [wrong for call in self.town.carrier.calls.values() for wrong in call.violations]
        return [str(wrong) for wrong in (*self.town.rest.violations, *of_calls)]


FALLBACK_NUMBER = "+12025550190"
FALLBACK = f"<Response><Say>One moment.</Say><Dial>{FALLBACK_NUMBER}</Dial></Response>"
"""The document behind the number's VoiceFallbackUrl."""


def run(scene: Scene, folder: Path) -> Ended:
    telephones = {agent: _telephone(who) for agent, who in scene.cast().items()}
    return play(
        lambda town: played(TwilioStage(town), scene.story),
        folder,
        agents=telephones,
        lines=scene.lines,
        seats=[CAI],
        **scene.changes,
    )


def _telephone(who: Does | SimAgent | Any) -> SimAgent:
    return TELEPHONES[who] if isinstance(who, Does) else who
