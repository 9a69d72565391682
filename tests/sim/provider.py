"""An organisation's OpenID Connect provider on a free port of this machine: it signs people in, or lies."""

import base64
import hashlib
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from aiohttp import web
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey

CLIENT, SECRET = "warmline", "a secret of the client's"
Claims = dict[str, Any]


@dataclass
class Provider:
    """`person`: claims about whoever signs in; `lie` changes a token's claims before they are signed."""

    issuer: str = ""
    wall: Callable[[], float] = lambda: 1_790_000_000.0
    person: Claims = field(default_factory=lambda: {"sub": "4711", "name": "Ana Ruiz", "roles": ["leads"]})
    lie: Callable[[Claims], Claims] = lambda claims: claims
    metadata: Claims = field(default_factory=dict)  # over the true ones
    algorithm: str = "RS256"
    asked: list[str] = field(default_factory=list)
    keys: list[RSAKey] = field(default_factory=list)
    published: list[RSAKey] = field(default_factory=list)
    _codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def rotate(self, *, publish: bool = True) -> None:
        """Signs with a new key from now on. Without `publish` nobody is told of it."""
        self.keys.append(RSAKey.generate_key(2048, {"kid": f"key-{len(self.keys)}", "use": "sig"}))
        if publish:
            self.published = [self.keys[-1]]

    def asked_for(self, path: str) -> int:
        return self.asked.count(path)

    async def signs_in(self, url: str) -> dict[str, str]:
        """The person at the provider's page: what the browser brings back to us."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        assert query["response_type"] == "code" and query["client_id"] == CLIENT and "openid" in query["scope"]
        assert query["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(16)
        self._codes[code] = query
        return {"code": code, "state": query["state"]}

    # --- what it answers ----------------------------------------------------------------------------------------------

    async def _described(self, request: web.Request) -> web.Response:
        self.asked.append(request.path)
        told = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            **self.metadata,
        }
        return web.json_response(told)

    async def _keys(self, request: web.Request) -> web.Response:
        self.asked.append(request.path)
        return web.json_response(KeySet(list(self.published)).as_dict(private=False))

    async def _authorize(self, request: web.Request) -> web.Response:
        back = await self.signs_in(str(request.url))
        where = f"{request.query['redirect_uri']}?{urlencode(back)}"
        raise web.HTTPSeeOther(where)

    async def _token(self, request: web.Request) -> web.Response:
        form = await request.post()
        begun = self._codes.pop(str(form["code"]), None)
        user, _, password = base64.b64decode(request.headers["Authorization"].partition(" ")[2]).decode().partition(":")
        proof = (
            base64.urlsafe_b64encode(hashlib.sha256(str(form["code_verifier"]).encode()).digest()).decode().rstrip("=")
        )
        if begun is None or (user, password) != (CLIENT, SECRET) or proof != begun["code_challenge"]:
            return web.json_response({"error": "invalid_grant"}, status=400)
        now = int(self.wall())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": begun["nonce"],
            **self.person,
        }
        return web.json_response({"access_token": "opaque", "token_type": "Bearer", "id_token": self._signed(claims)})

    def _signed(self, claims: Claims) -> str:
        key: Any = self.keys[-1]
        header = {"alg": self.algorithm, "kid": key.kid}
        if self.algorithm == "HS256":  # by the client's secret, or by the public key taken for one
            key = OctKey.import_key(SECRET * 4)
        return jwt.encode(header, self.lie(claims), key, algorithms=[self.algorithm])


@asynccontextmanager
async def open_provider() -> AsyncIterator[Provider]:
    provider = Provider()
    provider.rotate()
    app = web.Application()
    app.router.add_get("/.well-known/openid-configuration", provider._described)
    app.router.add_get("/jwks", provider._keys)
    app.router.add_get("/authorize", provider._authorize)
    app.router.add_post("/token", provider._token)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    provider.issuer = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield provider
    finally:
        await runner.cleanup()
