"""The operator's own service over HTTP: `POST <url>/<action>` with an Idempotency-Key, tried again while it may help.

Body and answer are JSON: `{"params": {...}}` → `{"ok": true, "facts": {...}, "receipt": "..."}` or
`{"ok": false, "error": "word"}`. The service must do a key once; only then is trying again safe.
"""

import asyncio
import json
import math
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import aiohttp

from voice.events import ActionDone

LARGEST_ANSWER = 64 * 1024  # bytes
AGAIN = frozenset({429, 500, 502, 503, 504})  # RFC 9110 section 15: the same request may succeed later

Sleep = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Settings:
    url: str
    timeout_seconds: float = 5.0  # of one try
    tries: int = 3
    pause_seconds: float = 0.2  # before the second try; doubled each time
    longest_pause_seconds: float = 2.0  # also of what Retry-After asks: a caller is waiting
    dry_run: bool = False  # says what would be done and does nothing


class Transport(Protocol):
    """One POST: status, headers and body."""

    async def __call__(
        self, url: str, body: bytes, headers: Mapping[str, str], timeout_seconds: float
    ) -> tuple[int, Mapping[str, str], bytes]: ...


class HttpBackend:
    """Implements `voice.dialogue.backend.Backend`. `headers` carry the operator's credential."""

    def __init__(
        self, settings: Settings, *, transport: Transport, headers: Mapping[str, str] | None = None,
        sleep: Sleep = asyncio.sleep,
    ) -> None:  # fmt: skip
        self._settings = settings
        self._transport = transport
        self._headers = dict(headers or {})
        self._sleep = sleep

    async def perform(self, action: str, params: Mapping[str, str], key: str) -> ActionDone:
        if self._settings.dry_run:
            return ActionDone(action, key, False, error="dry_run")
        body = json.dumps({"params": dict(params)}).encode()
        headers = {**self._headers, "Content-Type": "application/json", "Idempotency-Key": key}
        error, pause = "unreachable", 0.0
        for attempt in range(self._settings.tries):
            if attempt:
                await self._sleep(pause)
            try:
                status, answered, content = await self._transport(
                    f"{self._settings.url}/{action}", body, headers, self._settings.timeout_seconds
                )
            except aiohttp.ClientConnectorError:
                pause = self._pause(attempt, {})  # never arrived: what was unknown stays unknown
                continue
            except (aiohttp.ClientError, TimeoutError):
                error, pause = "timeout", self._pause(attempt, {})
                continue
            if status not in AGAIN:
                return _answer(action, key, status, content)
            error, pause = ("timeout" if status >= 500 else error), self._pause(attempt, answered)
        return ActionDone(action, key, False, error=error)

    def _pause(self, attempt: int, headers: Mapping[str, str]) -> float:
        own: float = self._settings.pause_seconds * 2.0**attempt
        try:
            asked = float(headers.get("Retry-After", "0"))
        except ValueError:  # a date: longer than a caller waits anyway
            asked = own
        wished = max(own, asked) if math.isfinite(asked) else own
        return min(wished, self._settings.longest_pause_seconds)


def _answer(action: str, key: str, status: int, content: bytes) -> ActionDone:
    if status in (401, 403):
        return ActionDone(action, key, False, error="refused")
    try:
        answer: Any = json.loads(content[:LARGEST_ANSWER])
        ok, facts = answer["ok"] is True and status < 300, answer.get("facts") or {}
        said = {str(name): str(value) for name, value in facts.items()}
        receipt, error = answer.get("receipt"), answer.get("error")
    except (ValueError, KeyError, TypeError, AttributeError):
        return ActionDone(action, key, False, error="unknown")  # it answered, but nobody can say what
    if not ok and not error:
        error = "unknown"
    return ActionDone(action, key, ok, said, str(receipt) if receipt else None, None if ok else str(error))


@asynccontextmanager
async def open(
    url: str, timeout_seconds: float, headers: Mapping[str, str] | None = None
) -> AsyncIterator[HttpBackend]:
    """A backend with a session of its own for as long as the service runs."""
    async with aiohttp.ClientSession() as session:
        settings = Settings(url.rstrip("/"), timeout_seconds)
        yield HttpBackend(settings, transport=over(session), headers=headers)


def over(session: aiohttp.ClientSession) -> Transport:
    """A transport on a shared session."""

    async def post(
        url: str, body: bytes, headers: Mapping[str, str], timeout_seconds: float
    ) -> tuple[int, Mapping[str, str], bytes]:
        timeout = aiohttp.ClientTimeout(total=timeout_seconds)
        async with session.post(url, data=body, headers=headers, timeout=timeout, allow_redirects=False) as answer:
            return answer.status, answer.headers, await answer.content.read(LARGEST_ANSWER)

    return post
