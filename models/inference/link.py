"""One running pool process, from its start to its end, as its client holds it."""

import asyncio
import logging
import os
import socket
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import cast

from models import scratch
from models.errors import EngineFailed, EngineGone
from models.inference import wire
from models.inference.wire import Header, Message, Reader, WireError

log = logging.getLogger(__name__)

ENVIRONMENT = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"}
"""One thread a job (two did not beat one, and a fork may have only one); nothing is looked up outside."""


class Link(asyncio.Protocol):
    """`hear` gets every message that is not the answer to `ask`. `ended` is done, with why, once the connection is."""

    def __init__(self, hear: Callable[[Message], None]) -> None:
        loop = asyncio.get_running_loop()
        self.ended: asyncio.Future[str] = loop.create_future()
        self._hear = hear
        self._reader = Reader()
        self._asked: dict[int, asyncio.Future[Message]] = {}
        self._greeting: asyncio.Future[Message] = loop.create_future()
        self._process: asyncio.subprocess.Process | None = None
        self._transport: asyncio.WriteTransport | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    # --- its life -----------------------------------------------------------------------------------------------

    async def start(self, command: Sequence[str]) -> None:
        """Starts the process and greets it. Raises EngineFailed when none can be started, EngineGone when it ends."""
        ours, theirs = socket.socketpair()
        self._folder = scratch.folder("pool")  # what it leaves behind goes with it
        try:
            self._process = await asyncio.create_subprocess_exec(
                *command, "--fd", str(theirs.fileno()), "--parent", str(os.getpid()),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,  # of ours nobody prints; what a library prints is no message
                pass_fds=(theirs.fileno(),),
                env=os.environ | ENVIRONMENT | _same_modules() | {"TMPDIR": self._folder.name},
                start_new_session=True,  # the terminal's Ctrl-C is the service's to handle: calls end first
            )  # fmt: skip
        except OSError as failure:
            ours.close()
            raise EngineFailed(f"the pool process cannot be started ({command[0]}): {failure}") from failure
        finally:
            theirs.close()
        ours.setblocking(False)
        await asyncio.get_running_loop().create_unix_connection(lambda: self, sock=ours)
        self.send({"do": "hello", "protocol": wire.PROTOCOL})
        greeting = (await self._greeting).header
        if greeting.get("is") == "error":
            raise EngineFailed(f"the pool process does not know this client: {greeting.get('message')}")

    @property
    def pid(self) -> int | None:
        return None if self._process is None else self._process.pid

    def cpu_s(self) -> float:
        """What it has used of its processor since it began; 0 where /proc does not tell."""
        try:
            fields = Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        except OSError:
            return 0.0
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")  # utime and stime of proc(5)

    async def end(self) -> None:
        """Ends it, by its own handle: it has nothing to put in order, and may not be able to listen."""
        if self._transport is not None:
            self._transport.close()
        if self._process is not None:
            with suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()
        if self._folder is not None:
            self._folder.cleanup()

    # --- messages -----------------------------------------------------------------------------------------------

    def send(self, header: Header, blob: bytes = b"") -> None:
        """Into the void when the process has ended: `ended` tells."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(wire.frame(header, blob))

    async def ask(self, header: Header, blob: bytes = b"") -> Message:
        """Its answer to one question. Raises EngineGone."""
        answer: asyncio.Future[Message]
        answer = self._asked[wire.number_of(header)] = asyncio.get_running_loop().create_future()
        self.send(header, blob)
        return await answer

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.WriteTransport, transport)  # uvloop's are none of asyncio's by class

    def connection_lost(self, error: Exception | None) -> None:
        why = f"its connection closed{f': {error}' if error else ''}"
        if not self.ended.done():
            self.ended.set_result(why)
        for answer in (self._greeting, *self._asked.values()):
            if not answer.done():
                answer.set_exception(EngineGone(f"the pool process ended before it answered: {why}"))
                answer.exception()  # seen: whoever asked may have gone

    def data_received(self, data: bytes) -> None:
        for message in self._reader.feed(data):
            if isinstance(message, WireError):
                self._distrust(str(message))
                return
            try:
                self._sort(message)
            except (WireError, ValueError, KeyError, TypeError) as error:
                self._distrust(f"{error!r} in {str(message.header)[:200]}")
                return

    def _sort(self, message: Message) -> None:
        if not self._greeting.done():
            self._greeting.set_result(message)
            return
        asked = self._asked.pop(message.header.get("id", 0), None)
        if asked is None:
            self._hear(message)
        elif not asked.done():
            asked.set_result(message)

    def _distrust(self, what: str) -> None:
        """Not our protocol: what it says cannot be relied on any further."""
        if not self.ended.done():
            self.ended.set_result(f"a message of the pool expected, {what} came")
        if self._transport is not None:
            self._transport.close()


def _same_modules() -> dict[str, str]:
    """It imports what this process would, in whatever folder that was started."""
    return {"PYTHONPATH": os.pathsep.join(path or str(Path.cwd()) for path in sys.path), "PYTHONSAFEPATH": "1"}
