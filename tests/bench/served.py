"""The real service in another process, with the carrier's stand-in in this one: its processor time is its own."""

import asyncio
import json
import shutil
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from telephony.sim.carrier import Carrier
from telephony.sim.rest import RestStandIn
from telephony.sim.serving import listen, serving
from telephony.sim.socket import Loopback
from tests.bench.context import ROOT
from tests.bench.spending import Measured, measured
from tests.sim.house import ACCOUNT, PUBLIC_URL, TOKEN, TOKEN_VARIABLE

NUMBER = "+12025550100"
QUIET_MS = 3_600_000  # the mind asks nothing of a caller who says nothing: the call is idle


@dataclass(frozen=True, slots=True)
class Served:
    process: Measured
    carrier: Carrier
    port: int


@asynccontextmanager
async def served(folder: Path, *, vad: str = "shipped", idle: bool = False, **keys: Any) -> AsyncIterator[Served]:
    """`idle`: nobody who says nothing is asked again. `keys`: of the settings, the first of that name."""
    rest_at = listen(0)
    port = free_port()
    config = _config(folder, idle=idle, keys={"api_url": f"http://127.0.0.1:{rest_at.getsockname()[1]}", **keys})
    environment = {TOKEN_VARIABLE: TOKEN}
    async with measured("tests.bench.service_process", str(config), str(port), vad, environment=environment) as process:
        await answers(port)
        carrier = Carrier(Loopback(port), public_base_url=PUBLIC_URL, account_sid=ACCOUNT, auth_token=TOKEN)
        async with RestStandIn(carrier, agents={}, password=TOKEN) as rest, serving(rest.app, rest_at):
            yield Served(process, carrier, port)


async def answers(port: int) -> None:
    """Waits until somebody listens there."""
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.05)
            continue
        writer.close()
        return


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port


def _config(folder: Path, *, idle: bool, keys: Mapping[str, Any]) -> Path:
    config = folder / "config"
    shutil.copytree(ROOT / "config", config)
    main = config / "warmline.toml"
    usual = {
        "records_folder": str(folder / "var"), "public_url": PUBLIC_URL, "account_sid": ACCOUNT, "number": NUMBER,
        "auth_token_variable": TOKEN_VARIABLE, "demo_sign_in": False,
        "engine": "pocketsphinx",  # the first of that name: [hearing]'s
    }  # fmt: skip
    for key, value in {**usual, **keys}.items():
        _set(main, key, value)
    text = main.read_text(encoding="utf-8")
    main.write_text(text.replace("[lines.twilio]\nenabled = false", "[lines.twilio]\nenabled = true"), encoding="utf-8")
    if idle:
        _set(config / "business.toml", "no_input_ms", QUIET_MS)
    return config


def _set(path: Path, key: str, value: Any) -> None:
    """The first `key` of the file. The comment behind its value goes."""
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    at = next(n for n, line in enumerate(lines) if line.startswith(f"{key} ="))
    lines[at] = f"{key} = {json.dumps(value)}\n"
    path.write_text("".join(lines), encoding="utf-8")
