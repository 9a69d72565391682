"""There and back through the organisation, as a browser goes: a session at the end, a sentence where there is none."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import unquote

import aiohttp
import pytest

from telephony.access.directory import Credentials
from telephony.access.oidc import Flow, OidcSettings, open_http
from telephony.access.parts import open_access
from telephony.access.roles import Role
from telephony.desk import DeskDeps, Desks, create_desk
from telephony.desk.organisation import own_page
from telephony.sim.serving import HOST, listen, serving
from tests.desk.conftest import Clock, NoPhone
from tests.desk.office import PEOPLE, SimulatedOffice
from tests.sim.provider import CLIENT, SECRET, Provider, open_provider


class House:
    """A desk that lets the provider's people in, and a browser that keeps cookies."""

    def __init__(self, url: str, provider: Provider, browser: aiohttp.ClientSession) -> None:
        self.url, self.provider, self.browser = url, provider, browser

    async def goes(self, path: str, **more) -> tuple[str, int]:
        """Where the browser is sent from there."""
        async with self.browser.get(path, allow_redirects=False, **more) as answer:
            return answer.headers.get("location", ""), answer.status

    async def me(self) -> dict:
        async with self.browser.get("/desk/api/me") as answer:
            return await answer.json()


@asynccontextmanager
async def open_house() -> AsyncIterator[House]:
    at = listen(0)
    url = f"http://{HOST}:{at.getsockname()[1]}"
    async with open_provider() as provider, open_http() as http:
        clock = Clock()
        settings = OidcSettings(
            provider.issuer, CLIENT, SECRET, f"{url}/desk/oidc/callback", name="Example House",
            roles={"leads": Role.SUPERVISOR, "floor": Role.AGENT},
        )  # fmt: skip
        access = open_access(
            agents={person.id: person.name for person in PEOPLE},
            emails={"ana@house.example": "ana"},
            credentials=Credentials(),
            flow=Flow(settings, http=http, clock=clock, wall=provider.wall),
            clock=clock,
            wall=provider.wall,
        )
        desk = create_desk(
            DeskDeps(office=SimulatedOffice(), phone=NoPhone(), desks=Desks(clock=clock), access=access, clock=clock)
        )
        jar = aiohttp.CookieJar(unsafe=True)  # which means: of addresses without a name, too
        async with serving(desk, at), aiohttp.ClientSession(url, cookie_jar=jar) as browser:
            yield House(url, provider, browser)


async def test_whoever_the_organisation_sends_back_is_signed_in_where_they_wanted_to_go():
    async with open_house() as house:
        assert (await house.me())["organisation"] == "Example House"
        to_provider, status = await house.goes("/desk/oidc/start?then=/wall")
        assert status == 303 and to_provider.startswith(house.provider.issuer)
        back, _ = await house.goes(to_provider)
        assert await house.goes(back) == ("/wall", 303)
        me = await house.me()
        assert (me["name"], me["roles"], me["desk"]) == ("Ana Ruiz", ["supervisor"], False)


async def test_an_agent_of_the_settings_has_their_desk():
    async with open_house() as house:
        house.provider.person |= {"roles": "floor", "email": "ana@house.example", "email_verified": True}
        back, _ = await house.goes((await house.goes("/desk/oidc/start?then=/desk"))[0])
        await house.goes(back)
        assert (await house.me())["desk"] is True


async def test_the_way_back_opens_once_and_in_the_browser_that_went():
    async with open_house() as house:
        back, _ = await house.goes((await house.goes("/desk/oidc/start"))[0])
        async with aiohttp.ClientSession(house.url) as another, another.get(back, allow_redirects=False) as answer:
            assert answer.headers["location"] == "/sign-in" and "warmline_desk" not in answer.cookies
            assert "begun elsewhere" in unquote(answer.cookies["warmline_note"].value)
        assert await house.goes(back) == ("/sign-in", 303)  # the try above has used it up
        assert (await house.me())["agent"] is None


async def test_who_has_no_role_reads_why():
    async with open_house() as house:
        house.provider.person["roles"] = []
        back, _ = await house.goes((await house.goes("/desk/oidc/start"))[0])
        async with house.browser.get(back, allow_redirects=False) as answer:
            assert "Example House gives you none of floor, leads" in unquote(answer.cookies["warmline_note"].value)


async def test_a_provider_in_trouble_is_a_sentence_and_no_fault_of_ours(caplog: pytest.LogCaptureFixture):
    async with open_house() as house:
        house.provider.metadata = {"issuer": "https://evil.example"}
        async with house.browser.get("/desk/oidc/start", allow_redirects=False) as answer:
            assert answer.headers["location"] == "/sign-in"
            assert "does not answer as it should" in unquote(answer.cookies["warmline_note"].value)
    assert "metadata of the issuer" in caplog.text


@pytest.mark.parametrize(
    ("path", "page"),
    [
        ("/wall", "/wall"), ("", "/"), ("//evil.example", "/"), ("https://evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("evil", "/"), ("/a\r\nset-cookie: x", "/"), ("javascript:alert(1)", "/"),
    ],
)  # fmt: skip
def test_afterwards_only_pages_of_ours_are_opened(path: str, page: str):
    assert own_page(path) == page
