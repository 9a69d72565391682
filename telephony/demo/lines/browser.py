"""The demo in the browser: callers' pages ring in over WebRTC, agents' pages answer at the desk. No page is drawn."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

from telephony.demo.lines.line import DemoLine, Place
from telephony.leg import Leg
from telephony.service import Service
from telephony.settings import Settings
from telephony.sim.browser import CallerPage, DeskPage, with_loopback
from telephony.sim.cast import Cast
from telephony.sim.phone import Party
from telephony.sim.stream import Capture

ABOUT = (
    "The browser's line: real HTTP, the desk's real feed, and real WebRTC (ICE, DTLS, Opus) on this machine; the legs "
    "are joined in the relay. The pages are simulated: scripts press their buttons, recorded voices are their "
    "microphones."
)


@asynccontextmanager
async def open_line(place: Place, agents: Sequence[str]) -> AsyncIterator[DemoLine]:
    with with_loopback():
        yield BrowserDemo(place)


class BrowserDemo:
    def __init__(self, place: Place) -> None:
        self._place = place
        self._callers: dict[str, str] = {}  # by leg

    def settings(self, settings: Settings, *, with_agents: bool) -> Settings:
        webrtc = settings.lines.webrtc.model_copy(update={"enabled": True})
        lines = settings.lines.model_copy(update={"webrtc": webrtc})
        if not with_agents:
            return settings.model_copy(update={"lines": lines})
        agents = tuple(agent.model_copy(update={"line": "webrtc", "address": ""}) for agent in settings.agents)
        desk = settings.desk.model_copy(update={"demo_sign_in": True})
        return settings.model_copy(update={"lines": lines, "agents": agents, "desk": desk})

    async def call(self, cast: Cast, party: Party) -> Capture:
        def rings(leg: str) -> None:
            self._callers[leg] = cast.name

        return await CallerPage(self._place.url).call(party, rings=rings)

    def caller(self, leg: Leg) -> str | None:
        return self._callers.get(leg.id)

    @asynccontextmanager
    async def at_work(self, service: Service, cast: Cast) -> AsyncIterator[None]:
        async with AsyncExitStack() as desks:
            for agent, owner in cast.agents.items():
                page = DeskPage(self._place.url, agent=agent, owner=owner, wraps_up=cast.wraps_up.get(agent))
                await desks.enter_async_context(page.open())
            yield
