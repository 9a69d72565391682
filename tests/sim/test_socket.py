"""The carrier's end of a websocket over real sockets, with services that do not behave."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from telephony.sim import socket
from telephony.sim.serving import listen
from telephony.sim.socket import ABNORMAL, Loopback

URL = "wss://service.example/stream"


@asynccontextmanager
async def service(answer: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> AsyncIterator[Loopback]:
    app = web.Application()
    app.router.add_get("/stream", answer)
    runner = web.AppRunner(app, shutdown_timeout=0.01)
    await runner.setup()
    at = listen(0)
    await web.SockSite(runner, at).start()
    try:
        yield Loopback(at.getsockname()[1])
    finally:
        await runner.cleanup()


async def talks_and_never_listens(request: web.Request) -> web.StreamResponse:
    wire = web.WebSocketResponse(autoclose=False)
    await wire.prepare(request)
    while not request.transport.is_closing():
        await wire.send_str("and another thing")
        await asyncio.sleep(0.001)
    return wire


async def never_answers(request: web.Request) -> web.StreamResponse:
    await asyncio.Event().wait()
    raise AssertionError


async def test_a_service_that_talks_on_and_reads_nothing_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "CLOSING_SECONDS", 0.05)
    async with service(talks_and_never_listens) as reach:
        wire = await reach.connect(URL, {})
        assert await wire.receive() == "and another thing"
        await wire.close()


async def test_a_service_that_answers_no_upgrade_is_out_of_reach(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "HANDSHAKE_SECONDS", 0.05)
    async with service(never_answers) as reach:
        with pytest.raises(ConnectionError, match="no answer to the upgrade"):
            await reach.connect(URL, {})


async def test_a_service_that_reads_nothing_is_no_longer_sent_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "SENDING_SECONDS", 0.05)
    monkeypatch.setattr(socket, "CLOSING_SECONDS", 0.05)

    async def sleeps(request: web.Request) -> web.StreamResponse:
        wire = web.WebSocketResponse(autoclose=False)
        await wire.prepare(request)
        request.transport.pause_reading()
        await asyncio.Event().wait()
        return wire

    async with service(sleeps) as reach:
        wire = await reach.connect(URL, {})
        while wire.closed_with is None:
            await wire.send("x" * 100_000)
        assert wire.closed_with == ABNORMAL
        await wire.close()
