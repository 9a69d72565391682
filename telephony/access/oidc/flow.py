"""One sign-in through the provider, there and back: what is sent along, what must come back, and each only once."""

import hashlib
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from telephony.access.errors import NotLetIn, TooManyTries
from telephony.access.oidc.errors import ProviderFailed
from telephony.access.oidc.http import Http
from telephony.access.oidc.provider import Metadata, Provider
from telephony.access.oidc.settings import OidcSettings
from telephony.access.oidc.token import Identity, checked, key_id

UNDER_WAY_SECONDS = 600.0  # at the provider: a password, a second factor, a look for the telephone
UNDER_WAY_MAX = 1000  # sign-ins begun and not ended; then new ones wait

STALE = "This sign-in was begun elsewhere, too long ago, or has ended already. Sign in again."


@dataclass(frozen=True, slots=True)
class Started:
    """Where the browser goes, and the cookie that ties what comes back to this browser."""

    url: str
    cookie: str


@dataclass(frozen=True, slots=True)
class _UnderWay:
    browser: str  # digest of its cookie
    nonce: str
    verifier: str
    then: str
    until: float


class Flow:
    """`clock`: seconds, never going back; `wall`: seconds since 1970, for the token's times."""

    def __init__(
        self, settings: OidcSettings, *, http: Http, clock: Callable[[], float], wall: Callable[[], float]
    ) -> None:
        self.settings = settings
        self._http = http
        self._clock = clock
        self._wall = wall
        self._provider = Provider(settings.issuer, http=http, clock=clock)
        self._under_way: dict[str, _UnderWay] = {}  # by state

    async def start(self, then: str) -> Started:
        """`then`: the page of ours to open afterwards. Raises `ProviderFailed`."""
        now = self._clock()
        self._under_way = {state: one for state, one in self._under_way.items() if one.until >= now}
        if len(self._under_way) >= UNDER_WAY_MAX:
            raise TooManyTries("Too many people sign in at this moment. Try again in a few minutes.")
        metadata = await self._provider.metadata()
        state, nonce, verifier, cookie = (secrets.token_urlsafe(32) for _ in range(4))
        self._under_way[state] = _UnderWay(_digest(cookie), nonce, verifier, then, now + UNDER_WAY_SECONDS)
        url = prepare_grant_uri(
            metadata.authorization_endpoint,
            self.settings.client_id,
            "code",
            redirect_uri=self.settings.redirect_uri,
            scope=list(self.settings.scopes),
            state=state,
            nonce=nonce,
            code_challenge=create_s256_code_challenge(verifier),
            code_challenge_method="S256",
        )
        return Started(str(url), cookie)

    async def finish(self, back: Mapping[str, str], cookie: str | None) -> tuple[Identity, str]:
        """Who came back, and the page to open. `back`: the query. Raises `NotLetIn` and `ProviderFailed`."""
        begun = self._under_way.pop(back.get("state", ""), None)
        if begun is None or cookie is None or begun.browser != _digest(cookie) or self._clock() > begun.until:
            raise NotLetIn(STALE)
        if back.get("iss", self.settings.issuer) != self.settings.issuer:  # RFC 9207: another provider's answer
            raise NotLetIn(f"An answer of {self.settings.issuer} expected, got another's.")
        if "error" in back or not back.get("code"):
            raise NotLetIn(f"{self.settings.name} did not let you in: {_plain(back.get('error', 'no code'))}.")
        metadata = await self._provider.metadata()
        token, access_token = await self._redeem(back["code"], begun.verifier, metadata)
        identity = checked(
            token,
            await self._provider.keys(key_id(token)),
            self.settings,
            algorithms=metadata.algorithms,
            nonce=begun.nonce,
            access_token=access_token,
            wall=self._wall(),
        )
        return identity, begun.then

    async def _redeem(self, code: str, verifier: str, metadata: Metadata) -> tuple[str, str | None]:
        fields = {
            "grant_type": "authorization_code", "code": code, "code_verifier": verifier,
            "redirect_uri": self.settings.redirect_uri,
        }  # fmt: skip
        auth = ClientAuth(self.settings.client_id, self.settings.secret, metadata.auth_method)
        form = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        url, headers, body = auth.prepare("POST", metadata.token_endpoint, form, urlencode(fields))
        status, answer = await self._http.post(url, body, headers)
        token, access_token = answer.get("id_token"), answer.get("access_token")
        if status != 200 or not isinstance(token, str):
            got = _plain(str(answer.get("error", "no ID token")))
            raise ProviderFailed(f"{metadata.token_endpoint}: 200 with an ID token expected, got {status} with {got}")
        return token, access_token if isinstance(access_token, str) else None


def _plain(word: str) -> str:
    """An error code of the provider's, which came through the browser."""
    return "".join(c for c in word if c.isascii() and (c.isalnum() or c in "_- "))[:60] or "an error"


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
