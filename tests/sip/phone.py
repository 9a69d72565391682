"""A real SIP phone (baresip), worked by hand: dials, answers, holds, transfers; sends a pitch, records what it gets."""

from __future__ import annotations

import asyncio
import itertools
import json
import subprocess
from asyncio.subprocess import Process
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

from tests.sip import tones
from tests.sip.ari import Log
from tests.sip.asterisk import TRUNK, Asterisk
from tests.sip.waiting import until

MODULES = Path("/usr/lib/baresip/modules")
SECONDS_OF_TONE = 60
START_SECONDS = 10
PORTS = 50  # a phone's own block of ports, below those that the system hands out by itself
BLOCKS = itertools.cycle(range(10000, 20000, PORTS))

CONFIG = """\
poll_method epoll
statmode_default off
sip_listen {host}:{sip_port}
net_interface {host}
rtp_ports {rtp_port}-{rtp_end}
rtp_timeout 0
audio_source aufile,{sends}
audio_txmode poll
ausrc_srate 8000
auplay_srate 8000
ausrc_channels 1
auplay_channels 1
ctrl_tcp_listen 127.0.0.1:{control_port}
snd_path {folder}
module_path {modules}
{encryption}module g711.so
module account.so
module contact.so
module menu.so
module aufile.so
module sndfile.so
module ctrl_tcp.so
"""


class Phone:
    """One phone with one account. Use `Phone.caller` for the outside world and `Phone.agent` for a registered one."""

    def __init__(self, folder: Path, *, host: str, account: str, pitch: int, encrypted: bool = False) -> None:
        self.events = Log(f"phone {folder.name}")
        self.host = host
        self.folder = folder
        self._account = account
        self._encrypted = encrypted
        self._pitch = pitch
        self._process: Process | None = None
        first = next(BLOCKS)
        self.sip_port = first  # and the one behind it, which baresip takes for TLS
        self._control_port = first + 2
        self.rtp_ports = range(first + 10, first + PORTS)

    @classmethod
    def caller(cls, folder: Path, pbx: Asterisk, *, pitch: int = 1400) -> Phone:
        """The carrier's end: no registration, known by its address."""
        account = f"<sip:+15550100@{TRUNK};transport=udp>;regint=0;answermode=manual;audio_codecs=PCMU/8000/1"
        return cls(folder / "caller", host=TRUNK, account=account, pitch=pitch)

    @classmethod
    def agent(
        cls, folder: Path, pbx: Asterisk, number: int, *, pitch: int = 880, auto: bool = True, encrypted: bool = False
    ) -> Phone:
        """An agent's phone, registered with its password."""
        account = (
            f"<sip:agent{number}@{pbx.address};transport=udp>;auth_user=agent{number};auth_pass=phone{number};regint=60"
            f";answermode={'auto' if auto else 'manual'};audio_codecs=PCMU/8000/1"
            f"{';mediaenc=srtp' if encrypted else ''}"
        )
        return cls(folder / f"agent{number}", host="127.0.0.1", account=account, pitch=pitch, encrypted=encrypted)

    async def __aenter__(self) -> Self:
        self.folder.mkdir(parents=True)
        sends = tones.write(self.folder / "sends.wav", tones.tone(self._pitch, SECONDS_OF_TONE))
        (self.folder / "accounts").write_text(self._account + "\n")
        (self.folder / "contacts").write_text("")
        config = CONFIG.format(
            host=self.host, sip_port=self.sip_port, rtp_port=self.rtp_ports.start, rtp_end=self.rtp_ports.stop - 1,
            sends=sends, control_port=self._control_port, folder=self.folder, modules=MODULES,
            # before account.so: loaded behind it, baresip 1.0 falls back to clear text without a word
            encryption="module srtp.so\n" if self._encrypted else "",
        )  # fmt: skip
        (self.folder / "config").write_text(config)
        with (self.folder / "console.log").open("wb") as log:
            self._process = await asyncio.create_subprocess_exec(
                "baresip", "-4", "-f", str(self.folder), stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        try:
            async with asyncio.timeout(START_SECONDS):
                self._reading, self._writing = await self._connected(self._control_port)
                self._listener = asyncio.create_task(self._listen())
                if "regint=0" not in self._account:
                    await self._registered()
        except BaseException:
            print(f"--- {self.folder.name} did not start\n{self.console()}")
            await self._end()
            raise
        return self

    async def __aexit__(self, kind: type[BaseException] | None, *exc: object) -> None:
        self._listener.cancel()
        self._writing.close()
        await self._end()
        if kind is not None:
            print(f"--- the end of {self.folder.name}'s console\n{self.console()[-2000:]}")

    async def _end(self) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.terminate()
            try:
                await asyncio.wait_for(self._process.wait(), 3)
            except TimeoutError:
                self._process.kill()
                await self._process.wait()

    async def _registered(self) -> None:
        """From the console: the event may have come before we listened."""
        await until(lambda: "200 OK" in self.console(), f"{self.folder.name} is registered")

    def console(self) -> str:
        return (self.folder / "console.log").read_text(errors="replace")

    async def _connected(self, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        while True:
            try:
                return await asyncio.open_connection("127.0.0.1", port)
            except ConnectionRefusedError:
                await asyncio.sleep(0.02)

    async def _listen(self) -> None:
        """Netstrings of JSON: `<length>:<json>,`."""
        while True:
            try:
                length = int((await self._reading.readuntil(b":"))[:-1])
            except asyncio.IncompleteReadError:
                return
            await self.events.add(json.loads(await self._reading.readexactly(length)))
            await self._reading.readexactly(1)

    async def do(self, command: str, params: str = "") -> None:
        message = json.dumps({"command": command, "params": params}).encode()
        self._writing.write(b"%d:%s," % (len(message), message))
        await self._writing.drain()

    async def dial(self, address: str) -> None:
        await self.do("dial", address)

    async def call_event(
        self, kind: str, fits: Callable[[dict[str, Any]], bool] = lambda _: True, *, seconds: float = 10
    ) -> dict[str, Any]:
        """CALL_RINGING, CALL_ESTABLISHED, CALL_CLOSED, CALL_INCOMING and the like."""
        return await self.events.next(kind, fits, seconds=seconds)

    def heard(self) -> tones.Samples:
        """All it decoded in its last call. The recording stops at hold; a capture goes on."""
        recordings = sorted(self.folder.glob("dump-*dec.wav"), key=lambda path: path.stat().st_mtime)
        return tones.read(recordings[-1])
