"""The real service beside a real Asterisk: its line, its pipelines, real SIP phones; only ears and voice are simple.

The voice has a pitch for what it says: who heard which sentence shows in a recording.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import TypeVar

import aiohttp
import pytest
import uvicorn

from models.engines import EngineFactory
from models.inference import InlinePool
from telephony.agents.agent import Presence
from telephony.assembly.world import World
from telephony.events import Entry
from telephony.journal import Record
from telephony.lines.asterisk import AsteriskLine
from telephony.records.store import InlineKeeper
from telephony.service import Service, open_service
from telephony.settings import load
from tests.sim.house import CONFIG, changed, records_in
from tests.sip import tones
from tests.sip.asterisk import PASSWORD, Asterisk, free_port
from voice.audio import Pcm
from voice.listening import Listening
from voice.pipeline.recognise import ENGINE
from voice.stt.scripted import Line, ScriptedRecogniser
from voice.tts import Synthesizer

E = TypeVar("E", bound=Entry)

SYSTEM, BRIEF, HERE_IS = 440, 1000, 600
AGENTS = {"ana": 100, "ben": 101}
PASSWORD_VARIABLE = "WARMLINE_TEST_ARI_PASSWORD"
SECONDS_OF_SPEECH_MAX = 4.0  # sentences are cut to this: nobody listens to the words


class Pitches:
    """A voice of one pitch for each kind of sentence."""

    voice_key = "pitches"

    async def stream(self, text: str) -> AsyncGenerator[Pcm, None]:
        kind = BRIEF if "not verified" in text else HERE_IS if text.startswith("Here is") else SYSTEM
        yield tones.tone(kind, min(len(text) * 0.06, SECONDS_OF_SPEECH_MAX))

    async def close(self) -> None:
        pass


class House:
    """`records`: the journals of all calls."""

    def __init__(self, pbx: Asterisk, service: Service) -> None:
        self.pbx = pbx
        self.service = service
        self.records: list[Record] = []
        self._news = asyncio.Event()

    @property
    def number(self) -> str:
        """Where callers dial."""
        return f"sip:+15550199@{self.pbx.address}"

    @property
    def line(self) -> AsteriskLine:
        line = self.service.switchboard.house.lines["asterisk"]
        assert isinstance(line, AsteriskLine)
        return line

    def available(self, *agents: str) -> None:
        for agent in agents:
            self.service.staff.roster.set(agent, Presence.AVAILABLE, 0)

    def all(self, kind: type[E]) -> list[E]:
        return [record.entry for record in self.records if isinstance(record.entry, kind)]

    async def until(
        self, kind: type[E], fits: Callable[[E], bool] = lambda _: True, *, count: int = 1, seconds: float = 30.0
    ) -> E:
        """The `count`-th entry that fits."""
        try:
            async with asyncio.timeout(seconds):
                while len(found := [entry for entry in self.all(kind) if fits(entry)]) < count:
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            told = "\n".join(f"{record.at_ms} {record.entry}" for record in self.records)
            raise AssertionError(f"{kind.__name__} expected within {seconds:.0f} s, got\n{told}") from None
        return found[count - 1]

    def heard_of(self, record: Record) -> None:
        self.records.append(record)
        self._news.set()

    async def holds(self) -> list[str]:
        """Every channel and bridge that the PBX holds, by name."""
        async with aiohttp.ClientSession(headers=self.pbx.auth) as http:
            found: list[str] = []
            for kind in ("channels", "bridges"):
                async with http.get(f"{self.pbx.ari}/{kind}") as answer:
                    found += [one.get("name") or one["id"] for one in await answer.json()]
        return found

    async def is_empty(self, *, seconds: float = 3.0) -> bool:
        """Whether the PBX soon holds nothing any more."""
        loop = asyncio.get_running_loop()
        by = loop.time() + seconds
        while (held := await self.holds()) and loop.time() < by:  # noqa: ASYNC110 - another process's doing
            await asyncio.sleep(0.05)
        return not held


@asynccontextmanager
async def house(folder: Path, *, lines: Sequence[Line | str] = ()) -> AsyncIterator[House]:
    port = free_port()
    (folder / "pbx").mkdir()
    agents = [
        {**agent.model_dump(), "line": "asterisk", "address": f"agent{AGENTS[agent.id]}"}
        for agent in load(CONFIG).agents
    ]
    recogniser = ScriptedRecogniser(lines)
    houses: list[House] = []

    def on_record(record: Record) -> None:
        for one in houses:
            one.heard_of(record)

    def voice(_: Synthesizer) -> Synthesizer:
        return Pitches()

    async with AsyncExitStack() as stack:
        stack.enter_context(pytest.MonkeyPatch.context()).setenv(PASSWORD_VARIABLE, PASSWORD)
        media = f"ws://127.0.0.1:{port}/asterisk/media"
        pbx = await stack.enter_async_context(Asterisk(folder / "pbx", phones={100: "no", 101: "no"}, MEDIA_URI=media))
        settings = changed(
            load(CONFIG),
            records_in(folder),
            {
                "service": {"public_url": "", "port": port},
                "lines": {
                    "asterisk": {
                        "enabled": True,
                        "ari_url": pbx.ari.removesuffix("/ari"),
                        "password_variable": PASSWORD_VARIABLE,
                    }
                },
                "agents": agents,
            },
        )
        world = World(
            keeper=InlineKeeper(),
            open_pool=lambda factories, settings: InlinePool(
                {ENGINE: EngineFactory(lambda: Listening(recogniser), shared=True)}
            ),
            wrap_voice=voice,
            bank=":memory:",
            on_record=on_record,
        )
        service = await stack.enter_async_context(open_service(settings, world))
        await stack.enter_async_context(_served(service, port))
        houses.append(House(pbx, service))
        async with asyncio.timeout(20):
            await houses[0].line.listening.wait()
        yield houses[0]


@asynccontextmanager
async def _served(service: Service, port: int) -> AsyncIterator[None]:
    config = uvicorn.Config(service.app, host="127.0.0.1", port=port, log_level="warning", lifespan="off")
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    switchboard = asyncio.create_task(service.switchboard.serve())
    try:
        yield
    finally:
        switchboard.cancel()
        await asyncio.wait({switchboard})
        server.should_exit = True
        await serving
