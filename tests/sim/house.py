"""The real service on a free port of this machine, for stories over real sockets in real time."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import uvicorn

from telephony.assembly.world import World
from telephony.service import Service, open_service
from telephony.settings import Settings, load
from telephony.sim.agent import SimAgent
from telephony.sim.carrier import Carrier
from telephony.sim.rest import InMemoryHttp, RestStandIn
from telephony.sim.socket import Loopback, Reach

CONFIG = Path(__file__).parents[2] / "config"
ACCOUNT = "AC" + "1" * 32
TOKEN = "a token for tests"
TOKEN_VARIABLE = "WARMLINE_TEST_TOKEN"
PUBLIC_URL = "https://warmline.example"


@asynccontextmanager
async def serving(
    folder: Path,
    world: World | None = None,
    *,
    agents: Mapping[str, SimAgent] | None = None,
    reach: Callable[[int], Reach] = Loopback,
    roster: Sequence[Mapping[str, Any]] | None = None,
    **changes: Any,
) -> AsyncIterator[tuple[Service, Carrier, str]]:
    """The service, a carrier that reaches it, and its address.

    `agents`: telephone number → who answers there; `roster`: the agents, instead of the settings' own; `reach`: how the
    carrier gets to a port. `changes`: section → keys, over config/warmline.toml.
    """
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    settings = changed(load(CONFIG), records_in(folder), twilio(), changes, {"agents": roster} if roster else {})
    stand_in: list[RestStandIn] = []

    def http() -> InMemoryHttp:
        """No test may reach the real carrier; the stand-in is made once the service is there."""
        return stand_in[0].http()

    world = replace(world or World(), bank=":memory:", twilio_http=http)
    async with open_service(settings, world) as service:
        server = uvicorn.Server(uvicorn.Config(service.app, log_level="warning", lifespan="off"))
        running = asyncio.create_task(server.serve(sockets=[listener]))
        switchboard = asyncio.create_task(service.run())
        try:
            carrier = Carrier(reach(port), public_base_url=PUBLIC_URL, account_sid=ACCOUNT, auth_token=TOKEN)
            async with RestStandIn(carrier, agents=agents or {}, password=TOKEN) as rest:
                stand_in.append(rest)
                yield service, carrier, f"http://127.0.0.1:{port}"
        finally:
            switchboard.cancel()
            await asyncio.wait({switchboard})
            server.should_exit = True
            await running


def records_in(folder: Path) -> Mapping[str, Any]:
    return {
        "service": {"records_folder": folder, "public_url": PUBLIC_URL},
        "speaking": {"prerender": False},
        "hearing": {"pool": {"process": False}},  # starting another for each test would take longer than most of them
        "admission": {"by_load": False},
    }  # what else this machine does is none of the story


def twilio(**keys: Any) -> Mapping[str, Any]:
    """`keys`: of [lines.twilio], over those that a test needs."""
    usual = {"enabled": True, "account_sid": ACCOUNT, "auth_token_variable": TOKEN_VARIABLE, "number": "+12025550100"}
    return {"lines": {"twilio": {**usual, **keys}}}


def changed(settings: Settings, *changes: Mapping[str, Any]) -> Settings:
    """`settings` with the named keys replaced, nested tables merged; checked like a file."""
    table = settings.model_dump()
    for change in changes:
        _merge(table, change)
    return Settings.model_validate(table)


def _merge(table: dict[str, Any], change: Mapping[str, Any]) -> None:
    for key, value in change.items():
        if isinstance(value, Mapping) and isinstance(table.get(key), dict):
            _merge(table[key], value)
        else:
            table[key] = value
