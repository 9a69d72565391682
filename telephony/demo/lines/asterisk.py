"""The demo behind a simulated Asterisk: ARI, its events and its media over real sockets of this machine."""

import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from telephony.demo.lines.line import NUMBER, DemoLine, Place
from telephony.demo.lines.telephones import available
from telephony.leg import Leg
from telephony.service import Service
from telephony.settings import Settings
from telephony.sim.asterisk import AriDoor, SimAsterisk, phone_of
from telephony.sim.cast import Cast
from telephony.sim.phone import Party
from telephony.sim.serving import HOST, listen, serving
from telephony.sim.socket import Loopback
from telephony.sim.stream import Capture

USER, PASSWORD = "warmline", "demo"
PASSWORD_VARIABLE = "WARMLINE_DEMO_ARI_PASSWORD"
TECHNOLOGY = "PJSIP"
ABOUT = (
    "A simulated Asterisk: ARI's commands and events and the media websockets over real sockets; the legs are joined "
    "in its bridge. No SIP, and callers and agents are recorded voices; make test-sip is the same with a real "
    "Asterisk and real SIP phones."
)


@asynccontextmanager
async def open_line(place: Place, agents: Sequence[str]) -> AsyncIterator[DemoLine]:
    os.environ[PASSWORD_VARIABLE] = PASSWORD
    at = listen(0)
    pbx = SimAsterisk(phones={}, reach=Loopback(place.port, HOST))
    door = AriDoor(pbx, user=USER, password=PASSWORD)
    async with pbx, serving(door.app, at):
        yield AsteriskDemo(pbx, f"http://{HOST}:{at.getsockname()[1]}")


class AsteriskDemo:
    def __init__(self, pbx: SimAsterisk, ari_url: str) -> None:
        self._pbx = pbx
        self._ari_url = ari_url
        self._callers: dict[str, str] = {}

    def settings(self, settings: Settings, *, with_agents: bool) -> Settings:
        asterisk = settings.lines.asterisk.model_copy(
            update={
                "enabled": True, "ari_url": self._ari_url, "user": USER, "password_variable": PASSWORD_VARIABLE,
                "app": self._pbx.name, "technology": TECHNOLOGY,
            }
        )  # fmt: skip
        agents = tuple(
            agent.model_copy(update={"line": "asterisk", "address": agent.id}) if with_agents else agent
            for agent in settings.agents
        )
        lines = settings.lines.model_copy(update={"asterisk": asterisk})
        return settings.model_copy(update={"lines": lines, "agents": agents})

    async def call(self, cast: Cast, party: Party) -> Capture:
        number = cast.number or ""
        self._callers[number] = cast.name
        await self._pbx.listened.wait()
        return (await self._pbx.call(from_=number, to=NUMBER, party=party)).media

    def caller(self, leg: Leg) -> str | None:
        return self._callers.get(leg.party.address or "")

    @asynccontextmanager
    async def at_work(self, service: Service, cast: Cast) -> AsyncIterator[None]:
        self._pbx.phones.update({f"{TECHNOLOGY}/{agent}": phone_of(owner) for agent, owner in cast.agents.items()})
        with available(service, cast):
            yield
