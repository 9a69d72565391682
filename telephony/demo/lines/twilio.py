"""The demo on Twilio's stand-in: its webhooks, media streams and REST address over real sockets of this machine."""

import os
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

from telephony.demo.lines.line import NUMBER, DemoLine, Place
from telephony.demo.lines.telephones import available
from telephony.leg import Leg
from telephony.service import Service
from telephony.settings import Settings
from telephony.sim.carrier import Carrier
from telephony.sim.cast import Cast
from telephony.sim.phone import Party
from telephony.sim.rest import RestStandIn
from telephony.sim.serving import HOST, listen, serving
from telephony.sim.socket import Loopback
from telephony.sim.stream import Capture

ACCOUNT = "AC" + "0" * 32
TOKEN = "demo"
TOKEN_VARIABLE = "WARMLINE_DEMO_TOKEN"
AGENT_NUMBERS = "+1202555{:04d}"
ABOUT = (
    "Twilio's stand-in: webhooks, media streams, conferences and the REST address over real sockets, held to Twilio's "
    "published contract; no account, no telephone network. Callers and agents are recorded voices."
)


@asynccontextmanager
async def open_line(place: Place, agents: Sequence[str]) -> AsyncIterator[DemoLine]:
    os.environ[TOKEN_VARIABLE] = TOKEN
    at = listen(0)
    reach = Loopback(place.port, HOST)
    carrier = Carrier(reach, public_base_url=place.url, account_sid=ACCOUNT, auth_token=TOKEN)
    numbers = {agent: AGENT_NUMBERS.format(200 + n) for n, agent in enumerate(agents)}
    async with RestStandIn(carrier, agents={}, password=TOKEN) as rest, serving(rest.app, at):
        yield TwilioDemo(rest, place, f"http://{HOST}:{at.getsockname()[1]}", numbers)


class TwilioDemo:
    def __init__(self, rest: RestStandIn, place: Place, api_url: str, numbers: Mapping[str, str]) -> None:
        self._rest = rest
        self._place = place
        self._api_url = api_url
        self._numbers = numbers
        self._callers: dict[str, str] = {}

    def settings(self, settings: Settings, *, with_agents: bool) -> Settings:
        twilio = settings.lines.twilio.model_copy(
            update={
                "enabled": True, "account_sid": ACCOUNT, "auth_token_variable": TOKEN_VARIABLE, "number": NUMBER,
                "api_url": self._api_url,
            }
        )  # fmt: skip
        agents = tuple(
            agent.model_copy(update={"line": "twilio", "address": self._numbers[agent.id]}) if with_agents else agent
            for agent in settings.agents
        )
        service = settings.service.model_copy(update={"public_url": self._place.url})
        lines = settings.lines.model_copy(update={"twilio": twilio})
        return settings.model_copy(update={"service": service, "lines": lines, "agents": agents})

    async def call(self, cast: Cast, party: Party) -> Capture:
        number = cast.number or ""
        self._callers[number] = cast.name
        return (await self._rest.carrier.call(from_=number, to=NUMBER, party=party)).whole

    def caller(self, leg: Leg) -> str | None:
        return self._callers.get(leg.party.address or "")

    @asynccontextmanager
    async def at_work(self, service: Service, cast: Cast) -> AsyncIterator[None]:
        self._rest.agents.update({self._numbers[agent]: owner for agent, owner in cast.agents.items()})
        with available(service, cast):
            yield
