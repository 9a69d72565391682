"""A small driver of ARI and of the sound's websocket, for what is asked of Asterisk itself.

Not Warmline's own line (telephony/lines/asterisk): these tests say what that one may rely on.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from itertools import count
from typing import Any, Self

import aiohttp
from aiohttp import web

from tests.sip import tones
from tests.sip.asterisk import Asterisk
from tests.sip.tones import Samples
from tests.sip.waiting import LOOK_SECONDS, until
from voice import g711

Event = dict[str, Any]
WAIT_SECONDS = 10


class Refused(Exception):
    """ARI said no; the message holds its status and words."""


class Log:
    """Events in the order they came, each with its loop time; `next` waits for one that fits and was not taken yet."""

    def __init__(self, what: str) -> None:
        self.events: list[Event] = []
        self._what = what
        self._taken: set[int] = set()
        self._news = asyncio.Condition()

    async def add(self, event: Event) -> None:
        async with self._news:
            self.events.append(event | {"at": asyncio.get_running_loop().time()})
            self._news.notify_all()

    def find(self, kind: str, fits: Callable[[Event], bool] = lambda _: True) -> list[Event]:
        return [event for event in self.events if _kind(event) == kind and fits(event)]

    async def next(
        self, kind: str, fits: Callable[[Event], bool] = lambda _: True, *, seconds: float = WAIT_SECONDS
    ) -> Event:
        def seen() -> Event | None:
            for at, event in enumerate(self.events):
                if at not in self._taken and _kind(event) == kind and fits(event):
                    self._taken.add(at)
                    return event
            return None

        async with self._news:
            try:
                async with asyncio.timeout(seconds):
                    while (event := seen()) is None:
                        await self._news.wait()
            except TimeoutError:
                came = [_kind(event) for event in self.events]
                raise AssertionError(f"{self._what}: no {kind} within {seconds} s; what came: {came}") from None
        return event


def _kind(event: Event) -> str:
    return str(event.get("type") or event.get("event") or "")


class Media:
    """The far end of one chan_websocket leg: what Asterisk heard there, and what we send."""

    def __init__(self, socket: web.WebSocketResponse, start: Event) -> None:
        self.start = start
        self.channel = str(start["channel_id"])
        self.controls = Log(f"media of {start['channel_id']}")
        self.arrived: list[tuple[float, bytes]] = []
        self._socket = socket

    @property
    def heard(self) -> Samples:
        return g711.mulaw_decode(b"".join(data for _, data in self.arrived))

    async def play(self, samples: Samples) -> None:
        """Sends it at once, in messages of 100 ms; Asterisk paces it."""
        codes = g711.mulaw_encode(samples)
        for at in range(0, len(codes), 800):
            await self._socket.send_bytes(codes[at : at + 800])

    async def hears(self, *pitches: int) -> None:
        """Waits until 0.3 s in a row holds exactly these pitches."""
        await until(lambda: tones.steady(self.heard[-tones.SURE :]) == set(pitches), f"{self.channel} hears {pitches}")

    async def command(self, name: str, **fields: object) -> None:
        await self._socket.send_str(json.dumps({"command": name, **fields}))

    async def send_text(self, text: str) -> None:
        await self._socket.send_str(text)

    async def listen(self) -> None:
        loop = asyncio.get_running_loop()
        async for message in self._socket:
            if message.type is aiohttp.WSMsgType.BINARY:
                self.arrived.append((loop.time(), message.data))
            elif message.type is aiohttp.WSMsgType.TEXT:
                await self.controls.add(json.loads(message.data))


class Ari:
    """The application `warmline` of one Asterisk: its events, its commands, and the websocket server for media."""

    def __init__(self, pbx: Asterisk, *, serve_media: bool = True) -> None:
        self._serves_media = serve_media
        self.log = Log("ARI")
        self.media: dict[str, Media] = {}
        self._pbx = pbx
        self._media_came = asyncio.Condition()
        self._numbers = count(1)

    async def __aenter__(self) -> Self:
        self._http = aiohttp.ClientSession(headers=self._pbx.auth)
        app = web.Application()
        app.router.add_get("/media", self._serve_media)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        if self._serves_media:
            await web.TCPSite(self._runner, "127.0.0.1", self._pbx.media_port).start()
        await self.connect()
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.disconnect()
        await self._runner.cleanup()
        await self._http.close()

    async def connect(self) -> None:
        url = f"{self._pbx.ari}/events?app=warmline"
        self._socket = await self._http.ws_connect(url, protocols=("ari",), heartbeat=None)
        self._reader = asyncio.create_task(self._read())
        # A channel variable is set ten to thirty times around every move between bridges, and nobody here asks.
        await self.ask("PUT", "applications/warmline/eventFilter", {"disallowed": [{"type": "ChannelVarset"}]})

    async def disconnect(self) -> None:
        await self._socket.close()
        await self._reader

    async def _read(self) -> None:
        async for message in self._socket:
            if message.type is aiohttp.WSMsgType.TEXT:
                await self.log.add(json.loads(message.data))

    async def _serve_media(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(protocols=("media",))
        await socket.prepare(request)
        start = json.loads((await socket.receive()).data)
        media = Media(socket, start)
        async with self._media_came:
            self.media[start["channel_id"]] = media
            self._media_came.notify_all()
        await media.listen()
        return socket

    async def ask(self, method: str, path: str, body: dict[str, Any] | None = None, **params: str) -> Any:
        async with self._http.request(method, f"{self._pbx.ari}/{path}", params=params, json=body) as answer:
            text = await answer.text()
            if answer.status >= 300:
                raise Refused(f"{method} {path}: {answer.status} {text}")
            return json.loads(text) if text else None

    async def post(self, path: str, body: dict[str, Any] | None = None, **params: str) -> Any:
        return await self.ask("POST", path, body, **params)

    async def delete(self, path: str, **params: str) -> Any:
        return await self.ask("DELETE", path, **params)

    def new_id(self, what: str) -> str:
        return f"{what}-{next(self._numbers)}"

    async def remain(self, *channels: str) -> None:
        """Waits until Asterisk has exactly these channels: one that left us is gone a moment later."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + WAIT_SECONDS
        while True:
            there = {str(channel["id"]) for channel in await self.ask("GET", "channels")}
            if there == set(channels):
                return
            if loop.time() > deadline:
                raise AssertionError(f"expected the channels {channels}, there are {there}")
            await asyncio.sleep(LOOK_SECONDS)

    async def in_bridge(self, bridge: str) -> set[str]:
        return set((await self.ask("GET", f"bridges/{bridge}"))["channels"])

    # --- what most scenarios begin with ---

    async def started(self, channel: str) -> Event:
        """Waits until a channel is in our application: before that, no command about it is accepted."""
        return await self.log.next("StasisStart", lambda event: event["channel"]["id"] == channel)

    async def caller(self) -> str:
        """The next call from the trunk, still ringing."""
        event = await self.log.next("StasisStart", lambda event: event["args"][:1] == ["caller"])
        return str(event["channel"]["id"])

    async def bridge(self, *channels: str) -> str:
        bridge = self.new_id("bridge")
        await self.post(f"bridges/{bridge}", type="mixing")
        if channels:
            await self.post(f"bridges/{bridge}/addChannel", channel=",".join(channels))
        return bridge

    async def socket_leg(self) -> Media:
        """A leg whose sound comes to us."""
        channel = await self.ask_for_socket_leg()
        await self.started(channel)
        async with self._media_came, asyncio.timeout(WAIT_SECONDS):
            while channel not in self.media:
                await self._media_came.wait()
        return self.media[channel]

    async def ask_for_socket_leg(self) -> str:
        """The same leg, only asked for."""
        channel = self.new_id("media")
        await self.post(
            "channels/externalMedia", app="warmline", channelId=channel, external_host="warmline",
            transport="websocket", encapsulation="none", connection_type="client", format="ulaw",
        )  # fmt: skip
        return channel

    async def dial(self, endpoint: str, *, seconds: int = 20, variables: dict[str, str] | None = None) -> str:
        """Rings; the channel is answered when it has `started`."""
        channel = self.new_id("agent")
        params = {"endpoint": endpoint, "app": "warmline", "appArgs": "agent", "timeout": str(seconds)}
        await self.post(f"channels/{channel}", {"variables": variables or {}}, **params)
        return channel

    async def ended(self, channel: str, *, seconds: float = WAIT_SECONDS) -> Event:
        """Waits for a channel that was never answered (or is no more ours) to be gone."""
        return await self.log.next("ChannelDestroyed", lambda event: event["channel"]["id"] == channel, seconds=seconds)

    async def left(self, channel: str, *, seconds: float = WAIT_SECONDS) -> Event:
        return await self.log.next("StasisEnd", lambda event: event["channel"]["id"] == channel, seconds=seconds)
