"""The provider as it describes itself (discovery) and its signing keys, which it may change at any time."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from authlib.oidc.discovery import OpenIDProviderMetadata, get_well_known_url
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from telephony.access.oidc.errors import ProviderFailed
from telephony.access.oidc.http import Http, must_be_safe

METADATA_SECONDS = 24 * 3600.0  # addresses of a provider change with notice
KEYS_SECONDS = 3600.0
AGAIN_SECONDS = 30.0
"""How soon keys are fetched again for a token whose key we do not know: a rotation is met at once, and forged tokens
cannot make us ask without end."""

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519", "EdDSA")
"""Signatures that only the provider can make: never `none`, never one by a shared secret."""


@dataclass(frozen=True, slots=True)
class Metadata:
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    auth_method: str  # client_secret_basic | client_secret_post
    algorithms: tuple[str, ...]


class Provider:
    """`clock`: seconds, never going back. Both methods raise `ProviderFailed`."""

    def __init__(self, issuer: str, *, http: Http, clock: Callable[[], float]) -> None:
        self._issuer = issuer
        self._http = http
        self._clock = clock
        self._metadata: tuple[float, Metadata] | None = None
        self._keys: tuple[float, KeySet] | None = None

    async def metadata(self) -> Metadata:
        now = self._clock()
        if self._metadata is None or now - self._metadata[0] > METADATA_SECONDS:
            url = get_well_known_url(self._issuer, external=True)
            self._metadata = now, described(await self._http.get(url), self._issuer)
        return self._metadata[1]

    async def keys(self, key_id: str | None) -> KeySet:
        """Keys that hold `key_id`, if the provider has it."""
        now = self._clock()
        if self._keys is not None:
            fetched, keys = self._keys
            old = now - fetched > (KEYS_SECONDS if _holds(keys, key_id) else AGAIN_SECONDS)
            if not old:
                return keys
        url = (await self.metadata()).jwks_uri
        try:
            keys = KeySet.import_key_set({"keys": _usable(await self._http.get(url))})
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise ProviderFailed(f"{url}: a set of keys expected, got {error}") from error
        self._keys = now, keys
        return keys


def described(answer: Mapping[str, Any], issuer: str) -> Metadata:
    """Raises `ProviderFailed` where it is not what OpenID Connect Discovery 1.0 has, or another issuer's."""
    if answer.get("issuer") != issuer:
        raise ProviderFailed(f"metadata of the issuer {issuer} expected, got those of {answer.get('issuer')!r}")
    data = OpenIDProviderMetadata(answer)
    try:
        for name in ("token_endpoint_auth_methods_supported", "id_token_signing_alg_values_supported"):
            getattr(data, f"validate_{name}")()
    except (ValueError, TypeError) as error:
        raise ProviderFailed(f"metadata of {issuer} as OpenID Connect has them expected, got: {error}") from error
    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
        must_be_safe(answer.get(name))
    methods = answer.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    method = next((m for m in ("client_secret_basic", "client_secret_post") if m in methods), None)
    algorithms = tuple(a for a in answer["id_token_signing_alg_values_supported"] if a in ALGORITHMS)
    if method is None or not algorithms:
        raise ProviderFailed(f"{issuer}: a client secret and an asymmetric signature expected, got neither or one")
    return Metadata(answer["authorization_endpoint"], answer["token_endpoint"], answer["jwks_uri"], method, algorithms)


def _usable(answer: Mapping[str, Any]) -> list[dict[str, str | list[str]]]:
    """Public keys for signatures. A provider may list others, of kinds that nobody here knows."""
    kinds = ("RSA", "EC", "OKP")
    found = [k for k in answer.get("keys", []) if k.get("kty") in kinds and k.get("use", "sig") == "sig"]
    return [{name: value for name, value in key.items() if name not in ("d", "key_ops")} for key in found]


def _holds(keys: KeySet, key_id: str | None) -> bool:
    return any(key.kid == key_id for key in keys.keys)
