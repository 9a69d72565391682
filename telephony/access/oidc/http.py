"""HTTP to the provider: https only (http on this machine), no redirects, a deadline, and answers of bounded size."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Protocol
from urllib.parse import urlsplit

import aiohttp

from telephony.access.oidc.errors import ProviderFailed

SECONDS = 5.0
BYTES_MAX = 256 * 1024  # Azure's metadata have 2 kB, its keys 15


class Http(Protocol):
    """Both raise `ProviderFailed` when there is no JSON object to give back."""

    async def get(self, url: str) -> Mapping[str, Any]: ...

    async def post(self, url: str, body: str, headers: Mapping[str, str]) -> tuple[int, Mapping[str, Any]]:
        """Status and answer."""
        ...


class _Aiohttp:
    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    async def get(self, url: str) -> Mapping[str, Any]:
        status, answer = await self._ask("GET", url, None, {})
        if status != 200:
            raise ProviderFailed(f"{url}: 200 expected, got {status}")
        return answer

    async def post(self, url: str, body: str, headers: Mapping[str, str]) -> tuple[int, Mapping[str, Any]]:
        return await self._ask("POST", url, body, headers)

    async def _ask(
        self, method: str, url: str, body: str | None, headers: Mapping[str, str]
    ) -> tuple[int, Mapping[str, Any]]:
        must_be_safe(url)
        try:
            async with self._session.request(
                method, url, data=body, headers=dict(headers), allow_redirects=False
            ) as answer:
                read = await answer.content.read(BYTES_MAX + 1)
                while len(read) <= BYTES_MAX and (more := await answer.content.read(BYTES_MAX + 1)):
                    read += more
        except (TimeoutError, aiohttp.ClientError) as error:
            raise ProviderFailed(f"{url}: an answer within {SECONDS:g} s expected, got {error!r}") from error
        if len(read) > BYTES_MAX:
            raise ProviderFailed(f"{url}: at most {BYTES_MAX} bytes expected, got more")
        try:
            parsed = json.loads(read)
        except ValueError as error:
            raise ProviderFailed(f"{url}: JSON expected, got {read[:40]!r}") from error
        if not isinstance(parsed, dict):
            raise ProviderFailed(f"{url}: a JSON object expected, got {type(parsed).__name__}")
        return answer.status, parsed


def must_be_safe(url: object) -> None:
    parts = urlsplit(url) if isinstance(url, str) else None
    here = parts is not None and parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost")
    if parts is None or not (here or (parts.scheme == "https" and parts.hostname)):
        raise ProviderFailed(f"an https:// address of the provider expected, got {url!r}")


@asynccontextmanager
async def open_http() -> AsyncIterator[Http]:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=SECONDS)) as session:
        yield _Aiohttp(session)
