"""The real service behind a simulated Asterisk, in memory and in virtual time; see `tests/sim/virtual.py`."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import pytest

from models.engines import EngineFactory
from models.inference import InlinePool
from telephony.assembly.world import World
from telephony.journal import Record
from telephony.records.store import InlineKeeper
from telephony.service import Service
from telephony.settings import load
from telephony.sim.agent import SimAgent
from telephony.sim.asterisk import AriConnection, Phone, SimAsterisk
from telephony.sim.clock import run_virtual
from telephony.sim.script import Item
from tests.sim.house import CONFIG, changed, records_in
from tests.sim.town import AnyTown, opened, told
from tests.sim.virtual import DAY, TONES, Call
from voice.listening import Listening
from voice.pipeline.recognise import ENGINE
from voice.stt.scripted import Line, ScriptedRecogniser

T = TypeVar("T")

PASSWORD_VARIABLE = "WARMLINE_TEST_ARI_PASSWORD"


class PbxTown(AnyTown):
    """What `tests.sim.virtual.Call` needs of a town, with a PBX for its carrier."""

    def __init__(self, service: Service, pbx: SimAsterisk, ari: AriConnection, records: list[Record]) -> None:
        super().__init__(service, records)
        self.carrier = pbx
        self.pbx = pbx
        self.ari = ari

    def ring(self, *script: Item, number: str = "+12025550143", stays_ms: int = 60_000) -> Call:
        return Call(self, number, script, stays_ms)  # type: ignore[arg-type]  # it asks of a town what is here


def play(
    story: Callable[[PbxTown], Awaitable[T]],
    folder: Path,
    *,
    agents: Mapping[str, SimAgent | Phone] | None = None,
    lines: Sequence[Line | str] = (),
    version: str | None = None,
    seats: Sequence[Mapping[str, Any]] = (),
    **changes: Any,
) -> T:
    """Plays `story`. `agents`: id → phone, all of them available; whoever is not named is away. `seats`: agents beside
    those of the settings."""
    agents = agents or {}
    settings = changed(
        load(CONFIG),
        records_in(folder),
        {"service": {"public_url": ""}},
        asterisk(),
        {"agents": [*_phones(), *seats]},
        changes,
    )
    recogniser = ScriptedRecogniser(lines)
    records: list[Record] = []
    towns: list[PbxTown] = []

    def on_record(record: Record) -> None:
        records.append(record)
        for town in towns:
            town.heard_of()

    async def run() -> T:
        phones = {f"PJSIP/{agent}": phone for agent, phone in agents.items()}
        async with SimAsterisk(phones=phones, **({"version": version} if version else {})) as pbx:
            ari = AriConnection(pbx)
            world = World(
                keeper=InlineKeeper(),
                open_pool=lambda factories, settings: InlinePool(
                    {ENGINE: EngineFactory(lambda: Listening(recogniser), shared=True)}
                ),
                wrap_voice=lambda inner: TONES,
                asterisk=lambda: ari,
                bank=":memory:",
                inline=True,
                today=lambda: DAY,
                on_record=on_record,
            )
            async with opened(settings, world) as service:
                pbx.app = service.app
                town = PbxTown(service, pbx, ari, records)
                towns.append(town)
                town.available(*agents)
                return await told(story(town), while_running=service.switchboard.serve())

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(PASSWORD_VARIABLE, "secret")
        return run_virtual(run())


def asterisk() -> Mapping[str, Any]:
    return {"lines": {"asterisk": {"enabled": True, "password_variable": PASSWORD_VARIABLE}}}


def _phones() -> list[dict[str, Any]]:
    return [{**agent.model_dump(), "line": "asterisk", "address": agent.id} for agent in load(CONFIG).agents]
