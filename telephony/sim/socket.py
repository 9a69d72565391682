"""How the simulated carrier reaches a service: over real sockets, or in memory through the very same ASGI app.

In memory the app sees a true Starlette `WebSocket`; nothing waits on real time, so a call may run on a virtual loop.
"""

import asyncio
import logging
import socket
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Protocol
from urllib.parse import urlencode, urlsplit

import aiohttp
from starlette.types import ASGIApp, Message, Scope
from starlette.websockets import WebSocket

log = logging.getLogger(__name__)

QUEUED_MESSAGES_MAX = 2000  # 40 s of 20 ms messages that nobody read
HANDSHAKE_SECONDS = 15.0  # a service that answers no upgrade; Twilio's own time-out of a webhook
SENDING_SECONDS = 10.0  # one that reads nothing: its connection counts as broken
CLOSING_SECONDS = 5.0  # one that does not let go, whatever it still says
ABNORMAL = 1006  # RFC 6455: closed without a close frame
Headers = Mapping[str, str]


class HandshakeRefused(Exception):
    """The websocket was not let in; `status` is the HTTP answer."""

    def __init__(self, status: int) -> None:
        super().__init__(f"expected 101 Switching Protocols, got {status}")
        self.status = status


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: str
    headers: Mapping[str, str] = field(default_factory=dict)  # by lower-case name; in memory only
    cookies: Mapping[str, str] = field(default_factory=dict)  # that it sets; in memory only


class Socket(Protocol):
    """The carrier's end of a media websocket. `closed_with` is the close code once the service closed it."""

    closed_with: int | None

    async def send(self, message: str | bytes) -> None: ...

    async def receive(self) -> str | bytes | None:
        """The next message; None when the service has closed."""
        ...

    async def close(self) -> None: ...

    async def drop(self) -> None:
        """Breaks the connection without a word."""
        ...


class Reach(Protocol):
    """`url` is as the service names itself, path and query included; where that really is, the implementation knows."""

    async def post(self, url: str, form: Mapping[str, str], headers: Headers) -> Answer: ...

    async def connect(self, url: str, headers: Headers) -> Socket:
        """Raises `HandshakeRefused`."""
        ...


class Loopback:
    """Real sockets to a service that listens on `host`:`port`, whatever its public name is."""

    def __init__(self, port: int, host: str = "127.0.0.1") -> None:
        self._at = f"{host}:{port}"

    async def post(self, url: str, form: Mapping[str, str], headers: Headers) -> Answer:
        timeout = aiohttp.ClientTimeout(total=15)  # Twilio's own webhook time-out
        try:
            async with aiohttp.ClientSession(timeout=timeout) as session:
                request = session.post(f"http://{self._at}{_target(url)}", data=dict(form), headers=dict(headers))
                async with request as response:
                    return Answer(response.status, await response.text())
        except aiohttp.ClientError as error:
            raise ConnectionError(f"{url}: {error}") from error

    async def connect(self, url: str, headers: Headers) -> Socket:
        session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=None, sock_connect=15))
        close = aiohttp.ClientWSTimeout(ws_close=CLOSING_SECONDS)
        try:
            async with asyncio.timeout(HANDSHAKE_SECONDS):
                connection = await session.ws_connect(
                    f"http://{self._at}{_target(url)}", headers=dict(headers), timeout=close, autoping=True
                )
        except BaseException as error:
            await session.close()
            if isinstance(error, TimeoutError):
                raise ConnectionError(f"{url}: no answer to the upgrade in {HANDSHAKE_SECONDS:.0f} s") from error
            if isinstance(error, aiohttp.WSServerHandshakeError):
                raise HandshakeRefused(error.status) from error
            if isinstance(error, aiohttp.ClientError):
                raise ConnectionError(f"{url}: {error}") from error
            raise
        return _RealSocket(connection, session)


class _RealSocket:
    def __init__(self, connection: aiohttp.ClientWebSocketResponse, session: aiohttp.ClientSession) -> None:
        self.closed_with: int | None = None
        self._connection = connection
        self._session = session

    async def send(self, message: str | bytes) -> None:
        if self._connection.closed:
            return
        try:
            async with asyncio.timeout(SENDING_SECONDS):
                if isinstance(message, str):
                    await self._connection.send_str(message)
                else:
                    await self._connection.send_bytes(message)
        except (aiohttp.ClientError, ConnectionError, TimeoutError):
            self.closed_with = ABNORMAL

    async def receive(self) -> str | bytes | None:
        message = await self._connection.receive()
        if message.type in (aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY):
            data: str | bytes = message.data
            return data
        self.closed_with = self._connection.close_code or ABNORMAL
        return None

    async def close(self) -> None:
        """aiohttp's own deadline begins anew with each message that still comes: a service that goes on talking and
        reads nothing would hold us for ever."""
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSING_SECONDS):
                await self._connection.close()
        await self._session.close()

    async def drop(self) -> None:
        self.closed_with = ABNORMAL
        self._connection.get_extra_info("socket").shutdown(socket.SHUT_RDWR)
        await self._session.close()


class InMemory:
    """An ASGI app in this process and on this loop. Its lifespan is its owner's business."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def post(self, url: str, form: Mapping[str, str], headers: Headers) -> Answer:
        return await self.request("POST", url, urlencode(form), headers)

    async def request(self, method: str, url: str, body: str, headers: Headers) -> Answer:
        """`body`: an urlencoded form, unless `headers` have another Content-Type."""
        status, chunks, got, cookies = 500, [], dict[str, str](), SimpleCookie()
        given = iter([{"type": "http.request", "body": body.encode(), "more_body": False}])

        async def receive() -> Message:
            return next(given, {"type": "http.disconnect"})

        async def send(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                for name, value in message["headers"]:
                    got[name.decode()] = value.decode()
                    if name == b"set-cookie":
                        cookies.load(value.decode())
            else:
                chunks.append(message.get("body", b""))

        with_kind = {"Content-Type": "application/x-www-form-urlencoded", **headers}
        await self._app({**_scope("http", url, with_kind), "method": method}, receive, send)
        kept = {name: cookie.value for name, cookie in cookies.items()}
        return Answer(status, b"".join(chunks).decode(), got, kept)

    async def connect(self, url: str, headers: Headers) -> Socket:
        made = MemorySocket()
        made.serve(self._app, _scope("websocket", url, headers))
        try:
            await made.handshake()
        except asyncio.CancelledError:
            await made.drop()
            raise
        return made


class MemorySocket:
    """The carrier's end of a websocket whose other end is an ASGI app, or one bare Starlette `WebSocket` (`pair`)."""

    def __init__(self) -> None:
        self.closed_with: int | None = None
        self._to_app: asyncio.Queue[Message] = asyncio.Queue(QUEUED_MESSAGES_MAX)
        self._from_app: asyncio.Queue[Message] = asyncio.Queue(QUEUED_MESSAGES_MAX)
        self._to_app.put_nowait({"type": "websocket.connect"})
        self._serving: asyncio.Task[None] | None = None

    def serve(self, app: ASGIApp, scope: Scope) -> None:
        self._serving = asyncio.create_task(self._run(app, scope), name="in-memory websocket")

    def websocket(self, url: str, headers: Headers) -> WebSocket:
        return WebSocket(_scope("websocket", url, headers), self._to_app.get, self._from_app.put)

    async def handshake(self) -> None:
        message = await self._from_app.get()
        if message["type"] != "websocket.accept":
            await self.close()
            raise HandshakeRefused(403 if message["type"] == "websocket.close" else 500)

    async def send(self, message: str | bytes) -> None:
        if self.closed_with is None:
            kind = "text" if isinstance(message, str) else "bytes"
            await self._to_app.put({"type": "websocket.receive", kind: message})

    async def receive(self) -> str | bytes | None:
        if self.closed_with is not None:
            return None
        message = await self._from_app.get()
        if message["type"] == "websocket.close":
            self._closed(message.get("code", 1000))
            return None
        text: str | None = message.get("text")
        return text if text is not None else bytes(message["bytes"])

    async def close(self) -> None:
        if self.closed_with is None:
            self._closed(1000)
        if self._serving is not None:
            done, _ = await asyncio.wait({self._serving}, timeout=CLOSING_SECONDS)
            if not done:
                self._serving.cancel()

    async def drop(self) -> None:
        self._closed(ABNORMAL)

    def _closed(self, code: int) -> None:
        """Either side closed: the app's next receive tells it so, as a server does."""
        self.closed_with = code
        if not self._to_app.full():
            self._to_app.put_nowait({"type": "websocket.disconnect", "code": code})

    async def _run(self, app: ASGIApp, scope: Scope) -> None:
        code = 1000
        try:
            await app(scope, self._to_app.get, self._from_app.put)
        except Exception:  # as a server: log, close, go on serving others
            log.exception("in-memory websocket: the app failed")
            code = ABNORMAL
        finally:
            if not self._from_app.full():
                self._from_app.put_nowait({"type": "websocket.close", "code": code})


def pair(url: str = "wss://service.example/stream", headers: Headers | None = None) -> tuple[MemorySocket, WebSocket]:
    """Both ends of a websocket without any app: call `accept()` on the second, then `handshake()` on the first."""
    made = MemorySocket()
    return made, made.websocket(url, headers or {})


def _target(url: str) -> str:
    parts = urlsplit(url)
    return parts.path + (f"?{parts.query}" if parts.query else "")


def _scope(kind: str, url: str, headers: Headers) -> Scope:
    parts = urlsplit(url)
    return {
        "type": kind,
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "scheme": parts.scheme,
        "path": parts.path,
        "raw_path": parts.path.encode(),
        "query_string": parts.query.encode(),
        "root_path": "",
        "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()],
        "client": ("127.0.0.1", 1),
        "server": (parts.hostname or "service", parts.port or 443),
        "subprotocols": [],
        "state": {},
    }
