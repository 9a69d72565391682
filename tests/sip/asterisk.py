"""A real Asterisk for a test: configured by deploy/asterisk as an operator's is, on ports nobody else has.

Its command comes from `.ci/asterisk-tree` in WARMLINE_ASTERISK. It is ready when ARI answers, and it ends with the
test; when the test fails, the end of its log is printed.
"""

from __future__ import annotations

import asyncio
import os
import shlex
import socket
import subprocess
import sys
from asyncio.subprocess import Process
from pathlib import Path
from typing import Self

import aiohttp

RENDER = Path(__file__).resolve().parents[2] / "deploy/asterisk/render"
PASSWORD = "for-the-tests"
TRUNK = "127.0.0.2"  # calls from this address are the carrier's; phones stand on 127.0.0.1
READY_SECONDS = 20
END_SECONDS = 5
RTP_PORTS = 400


def command() -> list[str]:
    """Where the Asterisk is, as `.ci/asterisk-tree` prints it; empty where nobody looked for one."""
    return shlex.split(os.environ.get("WARMLINE_ASTERISK", ""))


def free_port(kind: int = socket.SOCK_STREAM) -> int:
    with socket.socket(socket.AF_INET, kind) as door:
        door.bind(("127.0.0.1", 0))
        port: int = door.getsockname()[1]
        return port


class Asterisk:
    """One PBX. `phones` are numbers from 100 to 199 with their encryption; a phone's password is `phone<number>`."""

    def __init__(
        self, folder: Path, *, phones: dict[int, str] | None = None, media_port: int | None = None, **settings: str
    ) -> None:
        if not command():
            raise RuntimeError("WARMLINE_ASTERISK is empty: run this with `make test-sip`")
        self.folder = folder
        self.ari_port = free_port()
        self.sip_port = free_port(socket.SOCK_DGRAM)
        self.media_port = media_port or free_port()
        self.rtp_start = 20000 + RTP_PORTS * (self.sip_port % 25)
        self.settings = {
            "ARI_PORT": str(self.ari_port),
            "ARI_PASSWORD": PASSWORD,
            "MEDIA_URI": f"ws://127.0.0.1:{self.media_port}/media",
            "SIP_BIND": "0.0.0.0",
            "SIP_PORT": str(self.sip_port),
            "RTP_START": str(self.rtp_start),
            "RTP_END": str(self.rtp_start + RTP_PORTS),
            "PHONES": " ".join(f"{n}:phone{n}:{how}" for n, how in (phones or {100: "no", 101: "no"}).items()),
            "TRUNK_HOST": TRUNK,
            "USR_FOLDER": str(Path(command()[-1]).parents[1]),
            "STATE_FOLDER": str(folder / "state"),
        } | settings
        self._process: Process | None = None

    @property
    def ari(self) -> str:
        return f"http://127.0.0.1:{self.ari_port}/ari"

    @property
    def auth(self) -> dict[str, str]:
        return {"Authorization": aiohttp.encode_basic_auth("warmline", PASSWORD)}

    @property
    def address(self) -> str:
        """Where phones and carriers find it."""
        return f"127.0.0.1:{self.sip_port}"

    def log(self, lines: int = 60) -> str:
        return "\n".join((self.folder / "console.log").read_text(errors="replace").splitlines()[-lines:])

    async def __aenter__(self) -> Self:
        etc = self.folder / "etc"
        given = [f"{name}={value}" for name, value in self.settings.items()]
        rendering = await asyncio.create_subprocess_exec(sys.executable, str(RENDER), str(etc), *given)
        if await rendering.wait() != 0:
            raise RuntimeError(f"{RENDER} failed (above)")
        await self._start()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, *exc: object) -> None:
        await self.stop()
        if kind is not None:
            print(f"--- the end of Asterisk's log\n{self.log()}")

    async def restart(self) -> None:
        await self.stop()
        await self._start()

    async def stop(self) -> None:
        """SIGTERM; by its own process id, whatever else runs on this machine."""
        process, self._process = self._process, None
        if process is None or process.returncode is not None:
            return
        process.terminate()
        try:
            await asyncio.wait_for(process.wait(), END_SECONDS)
        except TimeoutError:
            process.kill()
            await process.wait()

    async def cli(self, words: str) -> str:
        """What Asterisk's own console answers."""
        asked = await asyncio.create_subprocess_exec(
            *command(), "-C", str(self.folder / "etc/asterisk.conf"), "-rx", words, stdout=subprocess.PIPE
        )
        out, _ = await asked.communicate()
        return out.decode()

    async def _start(self) -> None:
        with (self.folder / "console.log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *command(), "-f", "-C", str(self.folder / "etc/asterisk.conf"),
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        try:
            await asyncio.wait_for(self._ready(self._process), READY_SECONDS)
        except BaseException:
            print(f"--- Asterisk did not get ready\n{self.log()}")
            await self.stop()
            raise

    async def _ready(self, process: Process) -> None:
        async with aiohttp.ClientSession(headers=self.auth) as http:
            while process.returncode is None:
                try:
                    async with http.get(f"{self.ari}/asterisk/info", params={"only": "status"}) as answer:
                        if answer.status == 200:
                            return
                except aiohttp.ClientError:
                    pass  # not listening yet
                await asyncio.sleep(0.02)
        raise RuntimeError(f"Asterisk ended with {process.returncode}")
