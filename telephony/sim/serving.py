"""Serves an app on a real socket of this machine, for as long as a block runs."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import uvicorn
from starlette.types import ASGIApp

from telephony.errors import ConfigError

HOST = "127.0.0.1"


class _Server(uvicorn.Server):
    """Leaves signals to whoever runs the demo."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def serving(app: ASGIApp, at: socket.socket) -> AsyncIterator[None]:
    server = _Server(uvicorn.Config(app, log_level="error", ws_max_size=1 << 20, lifespan="off"))
    task = asyncio.create_task(server.serve(sockets=[at]), name="server")
    try:
        while not server.started:
            if task.done():
                task.result()
            await asyncio.sleep(0.01)
        yield
    finally:
        server.should_exit = True
        await task


def listen(port: int) -> socket.socket:
    """Port 0: any free one. Raises `ConfigError` when the port is in use."""
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((HOST, port))
    except OSError as error:
        listening.close()
        raise ConfigError(f"[service] port: a free port expected, got {port}, which is in use on {HOST}") from error
    listening.listen()
    return listening
