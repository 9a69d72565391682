"""What a bridge in this process adds: a click of the agent's, from our edge inwards to our edge outwards.

Real sockets and real time on one machine, with both legs' pipelines, ears and recorders at work, as in a call.
"""

import asyncio
import base64
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest

from telephony.agents.agent import Presence
from telephony.assembly.world import World
from telephony.events import Bridged
from telephony.settings import load
from telephony.sim.agent import SimAgent
from telephony.sim.script import Key, Speak, Wait
from telephony.sim.socket import Headers, Loopback, Socket
from tests.bench.context import Context
from tests.bench.writer import Row
from tests.sim.house import CONFIG, TOKEN, TOKEN_VARIABLE, serving
from tests.sim.virtual import NUMBERS, SERVICE_NUMBER, Leaving
from voice.audio import FRAME_SAMPLES, Pcm, silence
from voice.g711 import mulaw_decode

IDS = ("bridge_added_p50_ms", "bridge_added_p95_ms")
CLICK_EVERY_MS = 400  # longer than any delay that is measured, so that each click is known by its time
CLICKS = 100
LOUD = 8000


def rows(context: Context) -> Sequence[Row]:
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv(TOKEN_VARIABLE, TOKEN)
        delays = asyncio.run(_delays(Path(folder)))
    of = "one click: media message from the agent's line received, to the message for the caller's line sent"
    note = "in-process relay, real sockets; service and both simulated lines share one event loop"
    make = context.samples.row
    return [
        make(IDS[0], delays, "p50", unit="ms", goal="<= 10", of=of, note=note),
        make(IDS[1], delays, "p95", unit="ms", goal="<= 40", of=of, note=note),
    ]


async def _delays(folder: Path) -> list[float]:
    agent = SimAgent((Wait(1000), Key("1"), Wait(4000), Speak(clicks())), ring_seconds=0.5)
    staff = [{**a.model_dump(), "line": "twilio", "address": NUMBERS[a.id]} for a in load(CONFIG).agents]
    reaches: list[TimedLoopback] = []

    def reach(port: int) -> TimedLoopback:
        reaches.append(TimedLoopback(port))
        return reaches[0]

    bridged = asyncio.Event()
    world = World(on_record=lambda record: bridged.set() if isinstance(record.entry, Bridged) else None)
    house = serving(
        folder, world, agents={NUMBERS["ana"]: agent}, reach=reach, roster=staff, lines={"twilio": {"bridge": "relay"}}
    )
    async with house as (service, carrier, _):
        service.staff.roster.set("ana", Presence.AVAILABLE, 0)
        caller = Leaving((Wait(1000), Key("0")), stays_ms=300_000)
        ringing = asyncio.create_task(carrier.call(from_="+12025550143", to=SERVICE_NUMBER, party=caller))
        async with asyncio.timeout(60):
            await bridged.wait()
        await asyncio.sleep(6 + CLICKS * CLICK_EVERY_MS / 1000)
        caller.leaves = True
        await ringing
    to_caller, from_agent = reaches[0].sockets[0].received, reaches[0].sockets[1].sent
    return list(delays(list(loud(from_agent)), list(loud(to_caller))))


def clicks() -> Pcm:
    """A loud frame every 400 ms."""
    click = np.full(FRAME_SAMPLES, LOUD, dtype=np.int16)
    return np.tile(np.concatenate([click, silence(CLICK_EVERY_MS - 20)]), CLICKS)


def loud(messages: Sequence[tuple[float, str]]) -> Iterator[float]:
    """When a click began, in seconds: the first loud message after a quiet time."""
    last = -1.0
    for at, text in messages:
        message = json.loads(text)
        if message["event"] != "media":
            continue
        pcm = mulaw_decode(base64.b64decode(message["media"]["payload"]))
        if int(np.abs(pcm.astype(np.int32)).max()) > LOUD // 2:
            if at - last > CLICK_EVERY_MS / 2000:
                yield at
            last = at


def delays(sent: Sequence[float], received: Sequence[float]) -> Iterator[float]:
    """Milliseconds from each click sent to the first received after it; clicks under the greeting are not heard."""
    for at in sent:
        after = [one - at for one in received if 0 <= one - at < CLICK_EVERY_MS / 1000]
        if after:
            yield after[0] * 1000


class TimedSocket:
    """A media socket that notes when each message passed."""

    def __init__(self, inner: Socket) -> None:
        self._inner = inner
        self.sent: list[tuple[float, str]] = []
        self.received: list[tuple[float, str]] = []

    @property
    def closed_with(self) -> int | None:
        return self._inner.closed_with

    async def send(self, text: str) -> None:
        self.sent.append((asyncio.get_running_loop().time(), text))
        await self._inner.send(text)

    async def receive(self) -> str | bytes | None:
        message = await self._inner.receive()
        if isinstance(message, str):
            self.received.append((asyncio.get_running_loop().time(), message))
        return message

    async def close(self) -> None:
        await self._inner.close()


class TimedLoopback(Loopback):
    """`sockets`: in the order they were opened: the caller's, then the agent's."""

    def __init__(self, port: int) -> None:
        super().__init__(port)
        self.sockets: list[TimedSocket] = []

    async def connect(self, url: str, headers: Headers) -> TimedSocket:
        timed = TimedSocket(await super().connect(url, headers))
        self.sockets.append(timed)
        return timed
