"""ARI over real sockets: requests and the websocket of events, with aiohttp.

Credentials go into the Authorization header of both; in the address, which Asterisk takes too, logs would keep them.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import aiohttp

from telephony.errors import LineError
from telephony.lines.asterisk.ari import Answer, Ari
from telephony.lines.asterisk.settings import Settings

HEARTBEAT_SECONDS = 10.0  # a PBX that is gone without a word is noticed after this and half again


class AiohttpConnection:
    """Implements `ari.Connection`."""

    def __init__(self, settings: Settings) -> None:
        self._base = settings.ari_url.rstrip("/") + "/ari"
        self._headers = {"Authorization": aiohttp.encode_basic_auth(settings.user, settings.password)}
        self._timeout = aiohttp.ClientTimeout(total=settings.request_seconds)
        self._session: aiohttp.ClientSession | None = None  # made on first use: it belongs to the running loop

    async def request(self, method: str, path: str, query: Mapping[str, str], body: object = None) -> Answer:
        url = self._base + path
        try:
            async with self._client().request(method, url, params=query, json=body, timeout=self._timeout) as reply:
                is_json = reply.content_type == "application/json"
                return Answer(reply.status, await reply.json() if is_json else None)
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            raise LineError(f"{method} {path}: an answer expected, got {type(error).__name__}: {error}") from error

    @asynccontextmanager
    async def events(self, app: str) -> AsyncIterator[AsyncIterator[object]]:
        try:
            socket = await self._client().ws_connect(
                self._base + "/events", params={"app": app}, heartbeat=HEARTBEAT_SECONDS, max_msg_size=1 << 20
            )
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise LineError(f"ARI events: a websocket expected, got {type(error).__name__}: {error}") from error
        async with socket:
            yield _texts(socket)

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _client(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(headers=self._headers)
        return self._session


async def version_at(settings: Settings) -> str:
    """The version of the Asterisk that these settings lead to. Raises `ConfigError`, or `LineError` where none is."""
    connection = AiohttpConnection(settings)
    try:
        return await Ari(settings, connection).check()
    finally:
        await connection.close()


async def _texts(socket: aiohttp.ClientWebSocketResponse) -> AsyncIterator[object]:
    """The messages until either side closes."""
    async for message in socket:
        if message.type in (aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY):
            yield message.data
