"""`warmline replay`: one recorded call through the whole house, on the carrier's own wire, in virtual or in real time.

The service, its pipeline and its engines are the real ones; only the carrier, the clock and the far ends are simulated.
With the fast pace time is the audio's own length and stands still while an engine works, so that two replays of one
call differ in ids and wall times alone.
"""

import asyncio
import os
import tempfile
import time
from collections.abc import Callable, Coroutine, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Protocol

from models.inference import InlinePool
from telephony.agents.agent import Presence
from telephony.assembly.world import World
from telephony.desk.office import News, WrapUpDue
from telephony.errors import ConfigError
from telephony.events import Bridged, CallEnded
from telephony.journal import Record, as_json
from telephony.records.store import InlineKeeper
from telephony.service import Service, open_service
from telephony.settings import AgentSettings, Settings, load
from telephony.sim.agent import SimAgent
from telephony.sim.carrier import Carrier, CarrierCall
from telephony.sim.cast import of_call
from telephony.sim.clock import StandsStill, at_work, run_virtual
from telephony.sim.fixture import WrapUp
from telephony.sim.phone import Party
from telephony.sim.rest import InMemoryHttp, RestStandIn
from telephony.sim.socket import InMemory

ACCOUNT = "AC" + "0" * 32
PUBLIC_URL = "https://replay.invalid"
TOKEN = "replay"
NUMBER = "+12025550100"
CALLER = "+12025550143"
AGENT_NUMBERS = "+1202555{:04d}"
DAY = date(2026, 11, 23)  # a Monday
MORNING = datetime(2026, 11, 23, 15, tzinfo=UTC).timestamp()  # 10 in New York: the demo's queues are open
"""The demo's today, a Monday: what callers say of days means the same in every replay."""

SETTLE_SECONDS = 30.0
"""After the carrier's end of the call: for agents to be told, and the last entries to be written."""


@dataclass(frozen=True, slots=True)
class Replayed:
    name: str
    journal: Path
    wav: Path
    records: tuple[Record, ...]
    seconds: float  # of call time
    wall_seconds: float
    violations: tuple[str, ...]  # of the carrier's contract, by us


def replay(
    call: Path,
    *,
    config: Path,
    out: Path,
    pace: str = "fast",
    channel: str = "left",
    prosody_weight: float | None = None,
    on_record: Callable[[Record], None] | None = None,
) -> Replayed:
    """Plays `call` (a fixture, or an audio file whose `channel` is the caller) and writes its journal and recording.

    Raises `FixtureError`, `ConfigError`, `BusinessError` or `AudioError` for what cannot be played.
    """
    settings = _judging(load(config), prosody_weight)
    _writable(out)
    cast = of_call(call, cache=out / ".clips", channel=channel)
    return play(cast, settings, out=out, pace=pace, on_record=on_record)


class Parties(Protocol):
    """Who takes part: a `Cast`, or a caller of one's own making. `agents`: id → telephone; the others are away."""

    @property
    def name(self) -> str: ...

    @property
    def number(self) -> str | None: ...

    @property
    def agents(self) -> Mapping[str, SimAgent]: ...

    @property
    def wraps_up(self) -> Mapping[str, WrapUp]: ...

    def caller(self) -> "Caller": ...


class Caller(Party, Protocol):
    def joined(self) -> None:
        """A person is on the line now."""


def play(
    cast: Parties,
    settings: Settings,
    *,
    out: Path,
    pace: str = "fast",
    on_record: Callable[[Record], None] | None = None,
    escalates: bool = True,
) -> Replayed:
    """Plays a call with these parties under these settings; its journal and recording are written to `out`.

    `escalates` False: no rule calls a person.
    """
    _writable(out)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="warmline-replay-") as scratch:
        listener = on_record or (lambda record: None)
        work = _Replay(cast, _settings(settings, Path(scratch)), out, pace, listener, escalates=escalates)
        _run(work.run(), pace)
    records, carrier_call = work.records, work.carrier_call
    journal = out / f"{cast.name}.jsonl"
    journal.write_text("".join(as_json(record) + "\n" for record in records), encoding="utf-8")
    wav = out / f"{cast.name}.wav"
    carrier_call.whole.save(wav)
    seconds = max((r.entry.seconds for r in records if isinstance(r.entry, CallEnded)), default=0.0)
    violations = tuple(violation.what for violation in carrier_call.violations)
    return Replayed(cast.name, journal, wav, tuple(records), seconds, time.monotonic() - began, violations)


def _writable(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(f"--out: a folder that may be written expected, got {out} ({error.strerror})") from error


def _judging(settings: Settings, prosody_weight: float | None) -> Settings:
    if prosody_weight is None:
        return settings
    judging = settings.judging.model_copy(update={"prosody_weight": prosody_weight})
    return settings.model_copy(update={"judging": judging})


def _run(work: Coroutine[Any, Any, None], pace: str) -> None:
    if pace == "fast":
        run_virtual(work)
    elif pace == "real":
        asyncio.run(work)
    else:
        raise ConfigError(f"--pace: real or fast expected, got {pace!r}")


def _settings(settings: Settings, scratch: Path) -> Settings:
    """The settings of this call: the stand-in carrier, and agents on its telephones."""
    variable = "WARMLINE_REPLAY_TOKEN"
    os.environ[variable] = TOKEN
    service = settings.service.model_copy(update={"public_url": PUBLIC_URL, "records_folder": scratch})
    table = settings.lines.twilio.model_copy(
        update={"enabled": True, "account_sid": ACCOUNT, "auth_token_variable": variable, "number": NUMBER}
    )
    lines = settings.lines.model_copy(update={"twilio": table})
    return settings.model_copy(
        update={
            "service": service,
            "lines": lines,
            "agents": tuple(_on_telephone(agent, n) for n, agent in enumerate(settings.agents)),
            "speaking": settings.speaking.model_copy(update={"prerender": False}),
        }
    )


def _on_telephone(agent: AgentSettings, number: int) -> AgentSettings:
    return agent.model_copy(update={"line": "twilio", "address": AGENT_NUMBERS.format(200 + number)})


class _Replay:
    def __init__(
        self,
        cast: Parties,
        settings: Settings,
        out: Path,
        pace: str,
        on_record: Callable[[Record], None],
        *,
        escalates: bool,
    ) -> None:
        self._cast = cast
        self._settings = settings
        self._out = out
        self._fast = pace == "fast"
        self._escalates = escalates
        self._on_record = on_record
        self._keeper = InlineKeeper()
        self._caller = cast.caller()
        self._rest: RestStandIn
        self.carrier_call: CarrierCall
        self._over = asyncio.Event()
        self._hands: list[asyncio.Future[None]] = []

    @property
    def records(self) -> list[Record]:
        return self._keeper.records

    async def run(self) -> None:
        """Plays the call; `records` and `carrier_call` hold what came of it."""
        async with AsyncExitStack() as stack:
            with at_work():
                service = await stack.enter_async_context(open_service(self._settings, self._world()))
            carrier = Carrier(InMemory(service.app), public_base_url=PUBLIC_URL, account_sid=ACCOUNT, auth_token=TOKEN)
            addresses = {agent.id: agent.address for agent in self._settings.agents}
            telephones = {addresses[agent]: phone for agent, phone in self._cast.agents.items()}
            async with RestStandIn(carrier, agents=telephones, password=TOKEN) as self._rest:
                for agent in self._cast.agents:
                    service.staff.roster.set(agent, Presence.AVAILABLE, 0)
                    service.front.watch(agent, self._wrap_up(service, agent))
                switchboard = asyncio.create_task(service.run())
                try:
                    self.carrier_call = await carrier.call(
                        from_=CALLER if self._cast.number is None else self._cast.number, to=NUMBER, party=self._caller
                    )
                    async with asyncio.timeout(SETTLE_SECONDS):
                        await self._over.wait()
                        await asyncio.gather(*self._hands)
                finally:
                    switchboard.cancel()
                    await asyncio.wait({switchboard})

    def _wrap_up(self, service: Service, agent: str) -> Callable[[News], None]:
        """The agent's own hand at the desk: wraps up as the cast says, else with the draft."""

        def on_news(news: News) -> None:
            if not isinstance(news, WrapUpDue):
                return
            wish = self._cast.wraps_up.get(agent)
            disposition = wish.disposition if wish else news.disposition or news.choices[0].code
            summary = wish.summary if wish and wish.summary else news.summary
            self._hands.append(asyncio.ensure_future(service.front.wrap_up(agent, news.call, disposition, summary)))

        return on_news

    def _http(self) -> InMemoryHttp:
        """The stand-in's REST side; it is made after the service that uses it."""
        return self._rest.http()

    def _world(self) -> World:
        loop = asyncio.get_running_loop()
        began = loop.time()
        world = World(
            keeper=self._keeper,
            twilio_http=self._http,
            inline=self._fast,
            prompts=self._out / ".prompts",
            bank=":memory:",
            today=lambda: DAY,
            wall=lambda: MORNING + loop.time() - began,
            on_record=self._heard_of,
            escalates=self._escalates,
        )
        if not self._fast:
            return world
        return replace(world, open_pool=lambda factories, _: InlinePool(factories), wrap_voice=StandsStill)

    def _heard_of(self, record: Record) -> None:
        if isinstance(record.entry, Bridged):
            self._caller.joined()
        if isinstance(record.entry, CallEnded):
            self._over.set()
        self._on_record(record)
