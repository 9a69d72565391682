"""Every route of the whole service, walked: what is open to strangers is named here, and nothing else is."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio
from starlette.routing import Mount, Route, WebSocketRoute

from telephony.access.roles import Role
from telephony.access.users import User
from telephony.service import Service
from tests.sim.house import TOKEN, TOKEN_VARIABLE, serving

OPEN = {
    "/healthz", "/metrics",  # the latter by [metrics] networks, or its token
    "/desk/api/me", "/desk/api/sign-in", "/desk/api/welcome", "/desk/api/welcome/look",
    "/call/config", "/call/sdp", "/call/resume",  # callers
}  # fmt: skip
FOR_ANYBODY_SIGNED_IN = {"/desk/api/sign-out", "/desk/api/sign-out-everywhere", "/desk/api/ticket"}
SHELLS = {
    "/",
    "/desk",
    "/call",
    "/sign-in",
    "/welcome",
    "/admin",
    "/audit",
    "/wall",
    "/approvals",
    "/numbers",
    "/review",
    "/rules",
}
"""Pages as files: the same bytes for everybody."""
CARRIERS = ("/twilio", "/asterisk")  # who prove themselves by signature or secret: tests/lines


@pytest_asyncio.fixture
async def whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[Service, str]]:
    monkeypatch.setenv(TOKEN_VARIABLE, TOKEN)
    async with serving(tmp_path, desk={"demo_sign_in": False}) as (service, _, url):
        yield service, url


def walked(routes, at: str = "") -> Iterator[tuple[str, Route | WebSocketRoute]]:
    for route in routes:
        if isinstance(route, Mount):
            yield from walked(route.routes, at + route.path)
        elif hasattr(route, "effective_route_contexts"):  # a router that FastAPI keeps as it was included
            for context in route.effective_route_contexts():
                socket = getattr(context, "starlette_route", None)
                yield from walked([socket], at) if socket is not None else [(at + context.path, context)]
        elif isinstance(route, Route | WebSocketRoute):
            yield at + route.path, route


def asked(path: str) -> str:
    return "/".join("7" if part.startswith("{") else part for part in path.split("/"))


async def test_whatever_is_not_open_refuses_strangers_and_people_without_a_role(whole: tuple[Service, str]):
    service, url = whole
    cookie, session = service.access.sessions.open(User("nobody", "Nobody", frozenset()), service_now())
    secure = "__Host-warmline_desk"  # the service of these tests has a public https address
    jar = aiohttp.DummyCookieJar()
    refused, sockets = list[str](), 0
    async with aiohttp.ClientSession(url, cookie_jar=jar) as stranger:
        for path, route in walked(service.app.routes):
            if path in OPEN | SHELLS or path.startswith(CARRIERS):
                continue
            if isinstance(route, WebSocketRoute):
                sockets += 1
                await refuses_sockets(stranger, url, asked(path))
                continue
            for method in route.methods - {"HEAD"}:
                mine = {"cookie": f"{secure}={cookie}", "origin": url, "x-csrf-token": session.csrf}
                async with stranger.request(method, asked(path), json={}, headers={"origin": url}) as answer:
                    assert answer.status == 401, f"{method} {path} answered a stranger {answer.status}"
                if path not in FOR_ANYBODY_SIGNED_IN:
                    async with stranger.request(method, asked(path), json={}, headers=mine) as answer:
                        said = await answer.text()
                        assert answer.status == 403, f"{method} {path} answered somebody without a role {answer.status}"
                        assert "This is for" in said
                refused.append(path)
    assert sockets >= 3 and len(refused) > 40 and "/desk/api/admin/people" in refused  # the walk went into every room


async def test_pages_are_files_and_tell_strangers_nothing(whole: tuple[Service, str]):
    service, url = whole
    there = {path for path, _ in walked(service.app.routes)}
    assert {"/admin", "/audit", "/desk", "/sign-in", "/welcome"} <= there
    cookie, _ = service.access.sessions.open(User("sam", "Sam", frozenset(Role)), service_now())
    async with aiohttp.ClientSession(url, cookie_jar=aiohttp.DummyCookieJar()) as client:
        for path in SHELLS & there:
            async with (
                client.get(path) as answer,
                client.get(path, headers={"cookie": f"__Host-warmline_desk={cookie}"}) as own,
            ):
                assert await answer.read() == await own.read()
                assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


async def refuses_sockets(stranger: aiohttp.ClientSession, url: str, path: str) -> None:
    """From another site at the door; from ours without a fresh ticket."""
    with pytest.raises(aiohttp.WSServerHandshakeError):
        await stranger.ws_connect(path, headers={"origin": "https://evil.example"})
    async with stranger.ws_connect(path, headers={"origin": url}) as socket:
        await socket.send_json({"v": 1, "type": "hello", "ticket": "made up"})
        said = await socket.receive(timeout=10)
        assert said.type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED) and said.data == 4004


def service_now() -> float:
    return asyncio.get_running_loop().time()
