"""ARI over real sockets of this machine: credentials, commands, and events that break off and come again."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import BasicAuth, web

from telephony.errors import ConfigError, LineError
from telephony.lines.asterisk import AsteriskLine, Settings, version_at
from telephony.sim.asterisk import SimAsterisk
from telephony.sim.asterisk.rest import AriConnection

PASSWORD = "a password for tests"


class Door:
    """A simulated Asterisk's HTTP server. `connected`: one for each websocket of events."""

    def __init__(self, pbx: SimAsterisk) -> None:
        self.pbx = pbx
        self.ari = AriConnection(pbx)
        self.connected = asyncio.Semaphore(0)
        self.sockets: list[web.WebSocketResponse] = []
        self.port = 0

    @property
    def settings(self) -> Settings:
        return Settings(ari_url=f"http://127.0.0.1:{self.port}", user="warmline", password=PASSWORD)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        try:
            given = BasicAuth.decode(request.headers.get("Authorization", ""))
        except ValueError:
            given = None
        if given is None or (given.login, given.password) != ("warmline", PASSWORD):
            return web.json_response({"message": "Authentication required"}, status=401)
        path = request.path.removeprefix("/ari")
        if path == "/events":
            return await self.events(request)
        answer = await self.ari.request(request.method, path, request.query)
        if answer.body is None:
            return web.Response(status=204)
        return web.json_response(answer.body, status=answer.status)

    async def events(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.connected.release()
        self.sockets.append(socket)
        async with self.ari.events(request.query["app"]) as texts:
            async for text in texts:
                await socket.send_str(str(text))
        await socket.close()
        return socket


@asynccontextmanager
async def door(pbx: SimAsterisk) -> AsyncIterator[Door]:
    served = Door(pbx)
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", served.answer)
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    served.port = runner.addresses[0][1]
    try:
        yield served
    finally:
        await runner.cleanup()


async def test_the_version_is_asked_for_with_credentials() -> None:
    async with SimAsterisk(phones={}) as pbx, door(pbx) as there:
        assert await version_at(there.settings) == "22.10.1"


async def test_credentials_that_are_refused_are_said_to_be() -> None:
    async with SimAsterisk(phones={}) as pbx, door(pbx) as there:
        wrong = Settings(ari_url=there.settings.ari_url, user="warmline", password="another")
        with pytest.raises(ConfigError, match="user"):
            await version_at(wrong)


async def test_where_nothing_listens_there_is_a_line_error() -> None:
    with pytest.raises(LineError, match="asterisk/info"):
        await version_at(Settings(ari_url="http://127.0.0.1:9", user="warmline", password=PASSWORD))


async def test_events_that_break_off_are_listened_to_again() -> None:
    async with SimAsterisk(phones={}) as pbx, door(pbx) as there:
        line = AsteriskLine(there.settings, agents={})
        async with line.open(), asyncio.timeout(20):
            await there.connected.acquire()
            await line.listening.wait()
            pbx.hang_up_events()
            await there.connected.acquire()
            await line.listening.wait()


async def test_a_phone_rings_and_gives_up_over_real_sockets() -> None:
    from telephony.sim.agent import is_busy

    async with SimAsterisk(phones={"PJSIP/agent100": is_busy(ring_seconds=0.1)}) as pbx, door(pbx) as there:
        line = AsteriskLine(there.settings, agents={"ana": "agent100"})
        async with line.open(), asyncio.timeout(20):
            await line.listening.wait()
            leg = await line.dial("ana", ring_seconds=5, call="call", attempt="attempt-1")
            assert await leg.ended() == "busy"
