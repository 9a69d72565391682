"""Signing in through an organisation: who it says they are, and nothing else, opens the desk."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from telephony.access.audit import Audit, InMemory
from telephony.access.directory import Credentials
from telephony.access.errors import NotLetIn, TooManyTries
from telephony.access.oidc import Flow, Identity, OidcSettings, open_http
from telephony.access.oidc.errors import ProviderFailed
from telephony.access.oidc.flow import UNDER_WAY_MAX, UNDER_WAY_SECONDS
from telephony.access.oidc.provider import AGAIN_SECONDS
from telephony.access.oidc.settings import SKEW_SECONDS
from telephony.access.organisation import short_name
from telephony.access.parts import Access, open_access
from telephony.access.roles import Role
from tests.sim.provider import CLIENT, SECRET, Claims, Provider, open_provider

BACK = "https://desk.example/desk/oidc/callback"


class Town:
    """The provider, our end of the sign-in, and their clocks."""

    def __init__(self, provider: Provider, http) -> None:
        self.provider = provider
        self.now = 0.0
        self.wall = provider.wall()
        self.settings = OidcSettings(
            issuer=provider.issuer,
            client_id=CLIENT,
            secret=SECRET,
            redirect_uri=BACK,
            roles={"leads": Role.SUPERVISOR, "floor": Role.AGENT},
            email_domains=(),
        )
        self.http = http
        self.flow = self._flow()

    def _flow(self) -> Flow:
        return Flow(self.settings, http=self.http, clock=lambda: self.now, wall=lambda: self.wall)

    async def comes(self, **changes: str) -> Identity:
        """Somebody goes there and back; `changes`: of what they bring."""
        begun = await self.flow.start("/wall")
        back = await self.provider.signs_in(begun.url)
        identity, then = await self.flow.finish({**back, **changes}, begun.cookie)
        assert then == "/wall"
        return identity

    async def is_refused(self) -> str:
        with pytest.raises(NotLetIn) as refused:
            await self.comes()
        return str(refused.value)


@pytest_asyncio.fixture
async def town() -> AsyncIterator[Town]:
    async with open_provider() as provider, open_http() as http:
        yield Town(provider, http)


async def test_who_the_provider_knows_and_gives_a_role_comes_in(town: Town):
    assert await town.comes() == Identity("4711", "Ana Ruiz", "", frozenset({Role.SUPERVISOR}))


@pytest.mark.parametrize(
    ("lie", "said"),
    [
        ({"nonce": "another sign-in's"}, "for this very sign-in expected"),
        ({"iss": "https://evil.example"}, "got another issuer's"),
        ({"aud": "another-service"}, "got one for another service"),
        ({"aud": [CLIENT, "another"], "azp": "another"}, "as OpenID Connect has it"),
        ({"exp": 1_789_999_000}, "has expired"),
        ({"exp": None}, "as OpenID Connect has it"),
        ({"iat": 1_789_990_000}, "issued just now expected"),
        ({"sub": None}, "as OpenID Connect has it"),
        ({"roles": ["canteen"]}, "none of floor, leads"),
        ({"roles": {"leads": True}}, "none of floor, leads"),
        ({"at_hash": "of another token"}, "as OpenID Connect has it"),
    ],
)
async def test_a_token_that_is_not_for_us_now_opens_nothing_and_says_what_was_expected(
    town: Town, lie: Claims, said: str
):
    town.provider.lie = lambda claims: {k: v for k, v in {**claims, **lie}.items() if v is not None}
    assert said in await town.is_refused()


async def test_clocks_may_differ_by_a_minute_and_no_more(town: Town):
    for skew in (-SKEW_SECONDS + 1, SKEW_SECONDS - 1):
        town.wall = town.provider.wall() + 300 + skew if skew > 0 else town.provider.wall() + skew
        await town.comes()
    town.wall = town.provider.wall() + 300 + SKEW_SECONDS + 1
    assert "expired" in await town.is_refused()
    town.wall = town.provider.wall() - SKEW_SECONDS - 5
    await town.is_refused()


async def test_a_new_key_of_the_provider_is_fetched_once_it_signs(town: Town):
    await town.comes()
    town.provider.rotate()
    town.now += AGAIN_SECONDS + 1
    await town.comes()
    assert town.provider.asked_for("/jwks") == 2


async def test_a_key_that_the_provider_does_not_publish_opens_nothing_and_is_not_asked_for_without_end(town: Town):
    await town.comes()
    town.provider.rotate(publish=False)
    for _ in range(5):
        assert "signed by a key of" in await town.is_refused()
    assert town.provider.asked_for("/jwks") == 1
    town.now += AGAIN_SECONDS + 1
    await town.is_refused()
    assert town.provider.asked_for("/jwks") == 2


@pytest.mark.parametrize("algorithm", ["HS256", "none"])
async def test_a_token_signed_by_a_shared_secret_or_not_at_all_opens_nothing(town: Town, algorithm: str):
    town.provider.algorithm = algorithm
    if algorithm == "none":
        town.provider._signed = lambda claims: "eyJhbGciOiJub25lIn0.e30."  # type: ignore[method-assign]
    assert "expected" in await town.is_refused()


async def test_what_comes_back_to_another_browser_twice_late_or_without_a_start_opens_nothing(town: Town):
    begun = await town.flow.start("/")
    back = await town.provider.signs_in(begun.url)
    with pytest.raises(NotLetIn, match="begun elsewhere"):
        await town.flow.finish(back, "another browser's cookie")
    with pytest.raises(NotLetIn, match="begun elsewhere"):  # the try above has used it up
        await town.flow.finish(back, begun.cookie)
    begun = await town.flow.start("/")
    back = await town.provider.signs_in(begun.url)
    town.now += UNDER_WAY_SECONDS + 1
    with pytest.raises(NotLetIn, match="begun elsewhere"):
        await town.flow.finish(back, begun.cookie)
    with pytest.raises(NotLetIn, match="begun elsewhere"):
        await town.flow.finish({"code": "x", "state": "y"}, None)


async def test_a_code_of_somebody_else_s_sign_in_does_not_fit_our_proof(town: Town):
    begun, theirs = await town.flow.start("/"), await town.flow.start("/")
    back, stolen = await town.provider.signs_in(begun.url), await town.provider.signs_in(theirs.url)
    with pytest.raises(ProviderFailed, match="invalid_grant"):
        await town.flow.finish({**back, "code": stolen["code"]}, begun.cookie)


async def test_an_answer_of_another_provider_is_refused(town: Town):
    with pytest.raises(NotLetIn, match="got another's"):
        await town.comes(iss="https://evil.example")


async def test_a_refusal_of_the_provider_is_said_without_markup(town: Town):
    with pytest.raises(NotLetIn, match=r"did not let you in: access_deniedbr\.$"):
        await town.comes(error="access_denied<br>")


async def test_begun_sign_ins_take_bounded_room(town: Town):
    for _ in range(UNDER_WAY_MAX):
        await town.flow.start("/")
    with pytest.raises(TooManyTries):
        await town.flow.start("/")
    town.now += UNDER_WAY_SECONDS + 1
    await town.flow.start("/")


@pytest.mark.parametrize(
    ("metadata", "said"),
    [
        ({"issuer": "https://evil.example"}, "metadata of the issuer"),
        ({"token_endpoint": "http://evil.example/token"}, "https:// address"),
        ({"jwks_uri": None}, "https:// address"),
        ({"id_token_signing_alg_values_supported": ["HS256"]}, "as OpenID Connect has them"),
        ({"id_token_signing_alg_values_supported": "RS256"}, "as OpenID Connect has them"),
        ({"token_endpoint_auth_methods_supported": ["tls_client_auth"]}, "a client secret"),
    ],
)
async def test_a_provider_that_describes_itself_wrongly_is_not_used(town: Town, metadata: Claims, said: str):
    town.provider.metadata = metadata
    with pytest.raises(ProviderFailed, match=said):
        await town.comes()


async def test_a_provider_that_is_away_is_a_sentence_for_the_log(town: Town):
    town.settings = OidcSettings("http://127.0.0.1:9", CLIENT, SECRET, BACK)
    with pytest.raises(ProviderFailed, match=r"127\.0\.0\.1:9"):
        await town._flow().start("/")


@pytest.mark.parametrize(
    ("person", "lets_in"),
    [
        ({"email": "ana@house.example", "email_verified": True}, True),
        ({"email": "Ana@House.Example", "email_verified": True}, True),
        ({"email": "ana@house.example", "email_verified": False}, False),
        ({"email": "ana@house.example"}, False),
        ({"email": "ana@evil.example", "email_verified": True}, False),
        ({"email": "house.example", "email_verified": True}, False),
        ({}, False),
    ],
)
async def test_of_named_domains_only_verified_addresses_come_in(town: Town, person: Claims, lets_in: bool):
    town.settings = OidcSettings(
        town.provider.issuer, CLIENT, SECRET, BACK, roles=town.settings.roles, email_domains=("house.example",)
    )
    town.flow = town._flow()
    town.provider.person |= person
    if lets_in:
        assert (await town.comes()).email == "ana@house.example"
    else:
        assert "at house.example expected" in await town.is_refused()


# --- who that is here -------------------------------------------------------------------------------------------------


class Office:
    """A service with the organisation's sign-in, and one agent in its settings."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.notes = InMemory()
        self.access: Access = open_access(
            agents={"ana": "Ana"},
            emails={"ana@house.example": "ana"},
            credentials=Credentials(),
            audit=Audit(self.notes, wall=lambda: town.wall),
            flow=town.flow,
            clock=lambda: town.now,
            wall=lambda: town.wall,
        )

    async def comes(self, **person: object):
        self.town.provider.person = {"sub": "4711", "name": "Ana Ruiz", "roles": "floor", **person}
        assert self.access.organisation is not None
        begun = await self.access.organisation.start("/")
        user, _ = await self.access.organisation.finish(await self.town.provider.signs_in(begun.url), begun.cookie)
        return user


@pytest.fixture
def office(town: Town) -> Office:
    return Office(town)


def mail(address: str) -> dict[str, object]:
    return {"email": address, "email_verified": True}


async def test_an_agent_of_the_settings_is_known_by_their_verified_address(office: Office):
    user = await office.comes(**mail("Ana@house.example"))
    assert (user.id, user.roles) == ("ana", {Role.AGENT})
    assert (await office.comes(**mail("ana.new@house.example"))).id == "ana"  # by the subject, once bound


async def test_nobody_else_takes_the_agent_s_account_over(office: Office):
    await office.comes(**mail("ana@house.example"))
    with pytest.raises(NotLetIn, match="belongs to somebody else"):
        await office.comes(sub="666", **mail("ana@house.example"))
    assert (await office.comes(sub="667", email="ana@house.example")).id == "ana.ruiz"  # not verified: somebody new


async def test_newcomers_with_the_same_name_are_two_users(office: Office):
    ids = [(await office.comes(sub=str(n))).id for n in range(3)]
    assert ids == ["ana.ruiz", "ana.ruiz-2", "ana.ruiz-3"]


async def test_roles_are_what_the_organisation_says_at_each_sign_in_and_older_sessions_end(office: Office):
    user = await office.comes(roles="leads")
    _, session = office.access.sessions.open(user, 0.0)
    changed = await office.comes(roles=["floor"])
    assert changed.roles == {Role.AGENT} and not office.access.sessions.live(session, 0.0)


async def test_whoever_was_switched_off_here_stays_out(office: Office):
    user = await office.comes(roles="leads")
    await office.access.registry.disable(user.who, user.id)
    with pytest.raises(NotLetIn, match="switched off"):
        await office.comes(roles="leads")


async def test_their_roles_and_password_are_not_for_us_to_change(office: Office):
    user = await office.comes(roles="leads")
    for change in (
        office.access.registry.set_roles(user.who, user.id, frozenset({Role.ADMIN})),
        office.access.registry.reset(user.who, user.id),
    ):
        with pytest.raises(Exception, match="organisation"):
            await change
    with pytest.raises(NotLetIn):
        await office.access.reception.by_password(user.id, "", address="::1")


@pytest.mark.parametrize(
    ("identity", "id"),
    [
        (Identity("1", "x", "renee.mueller@house.example", frozenset()), "renee.mueller"),
        (Identity("1", "Renée Müller", "", frozenset()), "renee.muller"),
        (Identity("1", "קים", "", frozenset()), "somebody"),
        (Identity("1", "../../etc", "", frozenset()), "etc"),
    ],
)
def test_a_newcomer_s_short_name_is_plain(identity: Identity, id: str):
    assert short_name(identity) == id
