"""The demo's stage: the whole service on real sockets, and a stand-in of the carrier that rings it and its agents."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from telephony.agents.agent import AgentId, Presence
from telephony.desk.office import News, WrapUpDue
from telephony.events import Bridged, CallEnded, CallOffered
from telephony.journal import Record
from telephony.service import Service, open_service
from telephony.settings import Settings
from telephony.sim.agent import SimAgent
from telephony.sim.carrier import Carrier, CarrierCall
from telephony.sim.cast import Cast
from telephony.sim.fixture import WrapUp
from telephony.sim.rest import RestStandIn
from telephony.sim.serving import HOST, listen, serving
from telephony.sim.socket import Loopback
from telephony.sim.two_acts import TwoActCaller
from telephony.world import World

ACCOUNT = "AC" + "0" * 32
TOKEN = "demo"
TOKEN_VARIABLE = "WARMLINE_DEMO_TOKEN"
NUMBER = "+12025550100"  # 555-01xx is reserved for invented numbers
AGENT_NUMBERS = "+1202555{:04d}"
SETTLE_SECONDS = 20.0  # after the carrier's end of a call, for its wrap-up to be written


@dataclass(frozen=True, slots=True)
class Played:
    """A call that was played: what the carrier saw of it."""

    cast: Cast
    call: CarrierCall


class Stage:
    def __init__(self, service: Service, carrier: Carrier, rest: RestStandIn, numbers: Mapping[str, str]) -> None:
        self.service = service
        self._carrier = carrier
        self._rest = rest
        self._numbers = numbers
        self._callers: dict[str, TwoActCaller] = {}  # by number
        self._over: dict[str, asyncio.Event] = {}
        self._number_of: dict[str, str] = {}

    def on(self, record: Record) -> None:
        """Hears every entry: a caller knows by the voice that a person is there."""
        if isinstance(record.entry, CallOffered):
            self._number_of[record.call] = record.entry.caller or ""
        number = self._number_of.get(record.call, "")
        if isinstance(record.entry, Bridged) and number in self._callers:
            self._callers[number].joined()
        if isinstance(record.entry, CallEnded) and number in self._over:
            self._over[number].set()

    async def play(self, cast: Cast) -> Played:
        """Rings the service as this caller, with this call's agents at their telephones, until it is wrapped up."""
        number = cast.number or ""
        self._callers[number], self._over[number] = cast.caller(), asyncio.Event()
        with self._at_work(cast.agents, cast.wraps_up):
            call = await self._carrier.call(from_=number, to=NUMBER, party=self._callers[number])
            async with asyncio.timeout(SETTLE_SECONDS):
                await self._over[number].wait()
        return Played(cast, call)

    async def somebody_available(self) -> None:
        """Waits until an agent may be offered a call."""
        roster, there = self.service.staff.roster, asyncio.Event()
        forget = roster.subscribe(lambda seat: there.set() if seat.presence is Presence.AVAILABLE else None)
        try:
            if not any(seat.presence is Presence.AVAILABLE for seat in roster.seats.values()):
                await there.wait()
        finally:
            forget()

    @contextmanager
    def _at_work(self, agents: Mapping[str, SimAgent], wrap_ups: Mapping[str, WrapUp]) -> Iterator[None]:
        """These agents are available meanwhile, and wrap up as their fixture says."""
        roster, leave = self.service.staff.roster, []
        for agent, telephone in agents.items():
            self._rest.agents[self._numbers[agent]] = telephone
            roster.set(AgentId(agent), Presence.AVAILABLE, _now_ms())
            if agent in wrap_ups:
                leave.append(self.service.front.watch(agent, self._wrapping_up(agent, wrap_ups[agent])))
        try:
            yield
        finally:
            for undo in leave:
                undo()
            for agent in agents:
                roster.choose(AgentId(agent), Presence.AWAY, _now_ms())

    def _wrapping_up(self, agent: str, wrap_up: WrapUp) -> Callable[[News], None]:
        tasks: list[asyncio.Task[None]] = []  # kept, so that it is not collected half done

        def on_news(news: News) -> None:
            if isinstance(news, WrapUpDue):
                summary = wrap_up.summary or news.summary
                done = self.service.front.wrap_up(agent, news.call, wrap_up.disposition, summary)
                tasks.append(asyncio.get_running_loop().create_task(done))

        return on_news


@asynccontextmanager
async def open_stage(
    settings: Settings, *, folder: Path, on_telephones: bool, on_record: Callable[[Record], None],
    progress: Callable[[int, int], None], port: int = 0,
) -> AsyncIterator[Stage]:  # fmt: skip
    """`folder`: the demo's own records. `on_telephones`: agents answer the carrier's telephones, not their desks."""
    os.environ[TOKEN_VARIABLE] = TOKEN
    at, rest_at = listen(port), listen(0)
    public_url = f"http://{HOST}:{at.getsockname()[1]}"
    numbers = {agent.id: AGENT_NUMBERS.format(200 + n) for n, agent in enumerate(settings.agents)}
    api_url = f"http://{HOST}:{rest_at.getsockname()[1]}"
    settings = _settings(settings, folder, public_url, api_url, numbers, on_telephones)
    hears = [on_record]

    def tell(record: Record) -> None:
        for one in hears:
            one(record)

    world = World(bank=":memory:", on_record=tell, progress=progress)
    async with open_service(settings, world) as service:
        reach = Loopback(at.getsockname()[1], HOST)
        carrier = Carrier(reach, public_base_url=public_url, account_sid=ACCOUNT, auth_token=TOKEN)
        async with RestStandIn(carrier, agents={}, password=TOKEN) as rest:
            stage = Stage(service, carrier, rest, numbers)
            hears.append(stage.on)
            async with serving(service.app, at), serving(rest.app, rest_at):
                switchboard = asyncio.create_task(service.run(), name="switchboard")
                try:
                    yield stage
                finally:
                    switchboard.cancel()
                    await asyncio.wait({switchboard})


def _settings(
    settings: Settings, folder: Path, public_url: str, api_url: str, numbers: Mapping[str, str], on_telephones: bool
) -> Settings:
    twilio = settings.lines.twilio.model_copy(
        update={
            "enabled": True, "account_sid": ACCOUNT, "auth_token_variable": TOKEN_VARIABLE, "number": NUMBER,
            "api_url": api_url,
        }
    )  # fmt: skip
    agents = tuple(
        agent.model_copy(update={"line": "twilio", "address": numbers[agent.id]}) if on_telephones else agent
        for agent in settings.agents
    )
    service = settings.service.model_copy(update={"public_url": public_url, "records_folder": folder})
    lines = settings.lines.model_copy(update={"twilio": twilio})
    return settings.model_copy(update={"service": service, "lines": lines, "agents": agents})


def _now_ms() -> int:
    return round(asyncio.get_running_loop().time() * 1000)
