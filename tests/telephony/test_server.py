"""Told to stop, the server keeps every stream until the calls have ended."""

import asyncio
import gc
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from fastapi import FastAPI, WebSocket
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from telephony.server import Server


@asynccontextmanager
async def streaming(drained: asyncio.Event) -> AsyncIterator[tuple[Server, ClientConnection]]:
    """A server whose calls end when `drained` is set, and a carrier's stream into it."""
    app = FastAPI()

    @app.websocket("/echo")
    async def echo(socket: WebSocket) -> None:
        await socket.accept()
        async for message in socket.iter_text():
            await socket.send_text(message)

    server = Server(app, host="127.0.0.1", port=0, drain=drained.wait)
    running = asyncio.create_task(server.serve())
    async with asyncio.timeout(20):
        while not server.started:  # noqa: ASYNC110 - uvicorn sets a flag, no event
            await asyncio.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        async with connect(f"ws://127.0.0.1:{port}/echo") as stream:
            yield server, stream
        await running


async def test_a_stream_goes_on_until_the_calls_have_ended() -> None:
    drained = asyncio.Event()
    async with streaming(drained) as (server, stream):
        server.handle_exit(signal.SIGTERM, None)
        for _ in range(20):  # more than one of uvicorn's rounds of 0.1 s
            await asyncio.sleep(0.01)
            await stream.send("still there?")
            assert await stream.recv() == "still there?"
        drained.set()
        with pytest.raises(ConnectionClosed):
            await stream.recv()


async def test_a_second_signal_does_not_wait() -> None:
    async with streaming(asyncio.Event()) as (server, stream):
        server.handle_exit(signal.SIGTERM, None)
        server.handle_exit(signal.SIGTERM, None)
        with pytest.raises(ConnectionClosed):
            await stream.recv()


async def test_what_is_open_when_it_starts_is_not_looked_through_for_garbage_while_calls_go_on() -> None:
    before = gc.get_freeze_count()
    drained = asyncio.Event()
    async with streaming(drained) as (server, _):
        assert gc.get_freeze_count() > before + 10_000
        server.handle_exit(signal.SIGTERM, None)
        drained.set()
    assert gc.get_freeze_count() == 0
