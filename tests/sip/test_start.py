"""`deploy/asterisk/start package`: one command, and Asterisk is up with its guard; one signal, and both are gone."""

from __future__ import annotations

import asyncio
import os
import re
import shlex
from pathlib import Path

import aiohttp
import pytest

from tests.sip.asterisk import PASSWORD, command, free_port

pytestmark = pytest.mark.sip

DEPLOY = Path(__file__).resolve().parents[2] / "deploy/asterisk"


async def test_one_command_starts_it_and_one_signal_ends_it(folder: Path) -> None:
    port = free_port()
    given = {"ARI_PASSWORD": PASSWORD, "ARI_PORT": str(port), "PHONES": "100:secret", "SIP_PORT": str(free_port())}
    given["USR_FOLDER"] = str(Path(command()[-1]).parents[1])
    settings = (DEPLOY / "settings.env").read_text()
    for name, value in given.items():
        settings = re.sub(rf"^{name}=.*$", f"{name}={value}", settings, flags=re.M)
    (folder / "asterisk.env").write_text(settings)
    started = await asyncio.create_subprocess_exec(
        DEPLOY / "start", "package", cwd=folder, env=os.environ | {"ASTERISK": shlex.join(command())}
    )
    try:
        await asyncio.wait_for(answers(port), 20)
    finally:
        started.terminate()
        await asyncio.wait_for(started.wait(), 10)
    with pytest.raises(aiohttp.ClientError):
        await ask(port)


async def answers(port: int) -> None:
    while True:
        try:
            if await ask(port) == 200:
                return
        except aiohttp.ClientError:
            await asyncio.sleep(0.05)  # not listening yet


async def ask(port: int) -> int:
    headers = {"Authorization": aiohttp.encode_basic_auth("warmline", PASSWORD)}
    async with (
        aiohttp.ClientSession(headers=headers) as http,
        http.get(f"http://127.0.0.1:{port}/ari/asterisk/info") as answer,
    ):
        return answer.status
