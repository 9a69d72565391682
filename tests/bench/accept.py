"""From an agent's yes to the bridge: the relay in this process, and our share of a Twilio conference.

Real sockets for media and webhooks, real time; the carrier's REST side answers in this process, and the time it takes
is left out: a live carrier's own comes in its place, twice (agent, then caller), and that of its conference.
"""

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from telephony.agents.agent import Presence
from telephony.assembly.world import World
from telephony.events import AgentAccepted, HandoffMoved
from telephony.journal import Record
from telephony.settings import load
from telephony.sim.agent import SimAgent
from telephony.sim.rest import RestAnswer
from telephony.sim.script import Key, Wait
from tests.bench.bridge import TimedLoopback
from tests.bench.context import Context
from tests.bench.writer import Row, unmeasured
from tests.sim.house import CONFIG, TOKEN, TOKEN_VARIABLE, serving
from tests.sim.virtual import NUMBERS, SERVICE_NUMBER, Leaving

IDS = ("accept_to_bridge_inprocess_p95_ms", "accept_to_bridge_twilio_ours_p95_ms", "accept_to_bridge_asterisk_p95_ms")
TRANSFERS, TRANSFERS_FULL = 20, 60


def rows(context: Context) -> Sequence[Row]:
    transfers, make = TRANSFERS_FULL if context.full else TRANSFERS, context.samples.row
    of = "one transfer: key 1 sent by the agent's telephone, to the handoff bridged, less the time inside REST requests"
    note = "service and simulated carrier share one event loop"
    relayed, joined = (_measured(transfers, bridge) for bridge in ("relay", "conference"))
    return [
        make(IDS[0], relayed, "p95", unit="ms", goal="<= 500", of=of, note=note),
        make(IDS[1], joined, "p95", unit="ms", goal="report", of=of, note=note),
        unmeasured(IDS[2], unit="ms", goal="<= 500", why="needs a real Asterisk: `make test-sip` notes it"),
    ]


def _measured(transfers: int, bridge: str) -> list[float]:
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv(TOKEN_VARIABLE, TOKEN)
        return asyncio.run(_shares(Path(folder), transfers, bridge))


async def _shares(folder: Path, transfers: int, bridge: str) -> list[float]:
    agent = SimAgent((Wait(1000), Key("1")), ring_seconds=0.2)
    staff = [{**a.model_dump(), "line": "twilio", "address": NUMBERS[a.id]} for a in load(CONFIG).agents]
    reaches: list[TimedLoopback] = []
    bridged: asyncio.Queue[float] = asyncio.Queue()

    def reach(port: int) -> TimedLoopback:
        reaches.append(TimedLoopback(port))
        return reaches[0]

    def on_record(record: Record) -> None:
        if isinstance(record.entry, HandoffMoved) and record.entry.state == "bridged":
            bridged.put_nowait(asyncio.get_running_loop().time())
        if isinstance(record.entry, AgentAccepted):
            timed.clear()

    timed = _Timed()
    house = serving(
        folder, World(on_record=on_record), agents={NUMBERS["ana"]: agent}, reach=reach, roster=staff,
        dialling={"per_caller_hour": 1000}, lines={"twilio": {"bridge": bridge}},
    )  # fmt: skip
    shares: list[float] = []
    async with house as (service, carrier, _):
        control: Any = service.switchboard.house.lines["twilio"]
        timed.around(control._control)
        for _ in range(transfers):
            if service.staff.roster.seat("ana").presence is not Presence.AVAILABLE:
                service.staff.roster.set("ana", Presence.AVAILABLE, 0)
            caller = Leaving((Wait(500), Key("0")), stays_ms=300_000)
            ringing = asyncio.create_task(carrier.call(from_="+12025550143", to=SERVICE_NUMBER, party=caller))
            async with asyncio.timeout(60):
                at = await bridged.get()
            sent = next(at for socket in reversed(reaches[0].sockets) for at in _keys(socket.sent, "1"))
            shares.append((at - sent - timed.seconds) * 1000)
            await asyncio.sleep(0.5)
            caller.leaves = True
            await ringing
            await asyncio.sleep(0.5)
    return shares


def _keys(messages: Sequence[tuple[float, str]], key: str) -> list[float]:
    read = [(at, json.loads(text)) for at, text in messages if '"dtmf"' in text]
    return [at for at, message in read if message["dtmf"]["digit"] == key]


class _Timed:
    """The seconds spent inside REST requests since it was cleared."""

    seconds = 0.0

    def clear(self) -> None:
        self.seconds = 0.0

    def around(self, control: Any) -> None:
        opened = control._open_http

        def open_http() -> Any:
            http = opened()
            inner = http.request

            async def request(*args: Any, **options: Any) -> RestAnswer:
                loop = asyncio.get_running_loop()
                began = loop.time()
                try:
                    answer: RestAnswer = await inner(*args, **options)
                    return answer
                finally:
                    self.seconds += loop.time() - began

            http.request = request
            return http

        control._open_http = open_http
