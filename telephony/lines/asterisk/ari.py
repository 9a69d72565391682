"""The commands of ARI that we use, each as one method. A channel of our own counts as made once it has entered our app.

Commands that may be repeated without harm are, for a moment; one that rings somebody is sent once.
See https://docs.asterisk.org, "Asterisk REST Interface".
"""

import asyncio
import logging
import math
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from telephony.errors import ConfigError, LineError
from telephony.lines.asterisk import version
from telephony.lines.asterisk.events import Channel, channel_of
from telephony.lines.asterisk.settings import Settings

log = logging.getLogger(__name__)

TRIES = 3
BACKOFF_SECONDS = 0.1  # doubled each time
GONE = 404  # no such channel or bridge (any more): what was to end has ended


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: object  # decoded JSON


class Connection(Protocol):
    """How requests and events reach Asterisk. Everything raises `LineError` where it cannot."""

    async def request(self, method: str, path: str, query: Mapping[str, str], body: object = None) -> Answer:
        """`body`: what is sent as JSON, if anything."""
        ...

    def events(self, app: str) -> AbstractAsyncContextManager[AsyncIterator[object]]:
        """The app's events, as they come; ends when the connection does."""
        ...

    async def close(self) -> None: ...


class CommandRefused(LineError):
    """Asterisk did not do it, and says so; `status` is the HTTP one."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


class Ari:
    """`entrances` hears from the line which channels have entered our app."""

    def __init__(self, settings: Settings, connection: Connection) -> None:
        self.entrances = Entrances()
        self._settings = settings
        self._connection = connection

    # --- what there is -------------------------------------------------------------------------------------------

    async def check(self) -> str:
        """Asterisk's version. Raises `ConfigError` for one too old or credentials that are refused."""
        answer = await self._connection.request("GET", "/asterisk/info", {"only": "system"})
        if answer.status in (401, 403):
            raise ConfigError("[lines.asterisk] user: expected one that ARI knows, with its password; it was refused")
        body = answer.body
        system = body.get("system") if isinstance(body, dict) else None
        said = system.get("version") if isinstance(system, dict) else None
        return version.check(str(said or f"none, HTTP {answer.status}"))

    async def held_before(self) -> tuple[str, ...]:
        """Channels that our app holds, by id; none while Asterisk does not know it yet."""
        answer = await self._connection.request("GET", f"/applications/{self._settings.app}", {})
        ids = answer.body.get("channel_ids", []) if isinstance(answer.body, dict) else []
        return tuple(str(channel) for channel in ids) if isinstance(ids, list) else ()

    async def hear_only(self, kinds: Iterable[str]) -> None:
        """Of our app's events those of `kinds`; the others, each variable that changes among them, are a flood."""
        allowed = {"allowed": [{"type": kind} for kind in kinds]}
        await self._ask("PUT", f"/applications/{self._settings.app}/eventFilter", body=allowed)

    async def channels(self) -> dict[str, Channel]:
        """Every channel of the PBX."""
        body = await self._ask("GET", "/channels")
        found = [channel_of(one) for one in body] if isinstance(body, list) else []
        return {channel.id: channel for channel in found if channel is not None}

    async def bridges(self) -> dict[str, tuple[str, ...]]:
        """Every bridge of the PBX, with the channels in it."""
        body = await self._ask("GET", "/bridges")
        found = [one for one in body if isinstance(one, dict)] if isinstance(body, list) else []
        return {str(one.get("id")): tuple(map(str, one.get("channels") or ())) for one in found}

    async def exists(self, channel: str) -> bool:
        try:
            await self._ask("GET", f"/channels/{channel}")
        except CommandRefused as error:
            if error.status != GONE:
                raise
            return False
        return True

    # --- channels ------------------------------------------------------------------------------------------------

    async def answer(self, channel: str) -> None:
        await self._ask("POST", f"/channels/{channel}/answer")

    async def ring(
        self, channel: str, endpoint: str, *, ring_seconds: float, headers: Mapping[str, str] | None = None
    ) -> None:
        """Rings `endpoint`, with SIP `headers`. Asterisk's own time-out is a net below ours."""
        query = {
            "endpoint": endpoint,
            "app": self._settings.app,
            "appArgs": "agent",
            "timeout": str(math.ceil(ring_seconds) + 1),
        }
        if self._settings.shown_number:
            query["callerId"] = self._settings.shown_number
        variables = {f"PJSIP_HEADER(add,{name})": value for name, value in (headers or {}).items()}
        body = {"variables": variables} if variables else None
        await self._ask("POST", f"/channels/{channel}", query, body=body, tries=1)

    async def open_media(self, channel: str, *, token: str) -> None:
        """A channel whose audio comes to our websocket and goes out from there; entered when this returns."""
        query = {
            "app": self._settings.app,
            "channelId": channel,
            "external_host": self._settings.media_client,
            "transport": "websocket",
            "encapsulation": "none",
            "connection_type": "client",
            "format": "ulaw",
            "direction": "both",
            "transport_data": f"f(json)v(t={token})",
        }
        await self._entering(channel, "/channels/externalMedia", query)

    async def listen_in(self, channel: str, *, spy: str) -> None:
        """`spy` hears what the party of `channel` says, wherever that is; the party alone hears what is said to `spy`.
        Entered when this returns."""
        query = {"app": self._settings.app, "appArgs": "spy", "spy": "in", "whisper": "out"}
        await self._entering(spy, f"/channels/{channel}/snoop/{spy}", query)

    async def hang_up(self, channel: str) -> None:
        await self._end(f"/channels/{channel}")

    async def send_on(self, channel: str) -> None:
        """Back to the dialplan, behind Stasis(): there is a queue or voicemail for callers we cannot serve."""
        await self._ask("POST", f"/channels/{channel}/continue")

    # --- bridges -------------------------------------------------------------------------------------------------

    async def open_bridge(self, bridge: str) -> None:
        await self._ask("POST", f"/bridges/{bridge}", {"type": "mixing"})

    async def put(self, bridge: str, *channels: str) -> None:
        """Moves channels into `bridge`, out of whichever they were in."""
        await self._ask("POST", f"/bridges/{bridge}/addChannel", {"channel": ",".join(channels)})

    async def close_bridge(self, bridge: str) -> None:
        await self._end(f"/bridges/{bridge}")

    async def close(self) -> None:
        await self._connection.close()

    async def _entering(self, channel: str, path: str, query: Mapping[str, str]) -> None:
        """addChannel before a channel's own StasisStart answers 422: so nobody gets it before."""
        entering = self.entrances.expect(channel)
        try:
            await self._ask("POST", path, query, tries=1)
            async with asyncio.timeout(self._settings.connect_seconds):
                await entering
        except TimeoutError as error:
            raise LineError(
                f"channel {channel}: to enter within {self._settings.connect_seconds} s expected"
            ) from error
        finally:
            self.entrances.forget(channel)

    async def _end(self, path: str) -> None:
        try:
            await self._ask("DELETE", path)
        except CommandRefused as error:
            if error.status != GONE:
                raise

    async def _ask(
        self, method: str, path: str, query: Mapping[str, str] | None = None, *, body: object = None, tries: int = TRIES
    ) -> object:
        """The answer's body. Raises `CommandRefused` where Asterisk says no, `LineError` where nothing comes."""
        for attempt in range(tries):
            try:
                answer = await self._connection.request(method, path, query or {}, body)
            except LineError:
                if attempt == tries - 1:
                    raise
            else:
                if answer.status < 400:
                    return answer.body
                if answer.status < 500 or attempt == tries - 1:
                    raise CommandRefused(
                        f"{method} {path}: done expected, got {answer.status} {answer.body}", answer.status
                    )
            await asyncio.sleep(BACKOFF_SECONDS * 2**attempt)
        raise AssertionError("unreachable: the last try returns or raises")


class Entrances:
    """Our own channels that were asked for and have not entered our app yet."""

    def __init__(self) -> None:
        self._awaited: dict[str, asyncio.Future[None]] = {}

    def expect(self, channel: str) -> "asyncio.Future[None]":
        return self._awaited.setdefault(channel, asyncio.get_running_loop().create_future())

    def entered(self, channel: str) -> bool:
        """Whether this channel was awaited."""
        awaited = self._awaited.get(channel)
        if awaited is not None and not awaited.done():
            awaited.set_result(None)
        return awaited is not None

    def ended(self, channel: str) -> bool:
        """The same for one that ended instead of entering."""
        awaited = self._awaited.get(channel)
        if awaited is not None and not awaited.done():
            awaited.set_exception(LineError(f"channel {channel}: to enter expected, it ended"))
        return awaited is not None

    def forget(self, channel: str) -> None:
        awaited = self._awaited.pop(channel, None)
        if awaited is not None and awaited.done() and not awaited.cancelled():
            awaited.exception()  # seen, if only here
