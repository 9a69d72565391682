"""The ID token: whose word it is, whether it is for us and for this sign-in, how old, and who it says this is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from authlib.oidc.core import CodeIDToken
from joserfc import jws, jwt
from joserfc.errors import ExpiredTokenError, JoseError
from joserfc.jwk import KeySet

from telephony.access.errors import NotLetIn
from telephony.access.oidc.settings import SKEW_SECONDS, OidcSettings
from telephony.access.roles import Roles

AGE_SECONDS = 600.0  # since the token was issued: it is made while the person is on their way back to us


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the provider says it is. `subject` alone names them for good: names and addresses change hands."""

    subject: str
    name: str
    email: str  # verified, or empty
    roles: Roles


def key_id(token: str) -> str | None:
    """Of the key that is said to have signed it. Raises `NotLetIn`."""
    try:
        found = jws.extract_compact(token.encode()).headers().get("kid")
    except (JoseError, ValueError) as error:
        raise NotLetIn("A signed ID token expected of the organisation, got something else.") from error
    return found if isinstance(found, str) else None


def checked(
    token: str,
    keys: KeySet,
    settings: OidcSettings,
    *,
    algorithms: tuple[str, ...],
    nonce: str,
    access_token: str | None,
    wall: float,
) -> Identity:
    """Raises `NotLetIn`, saying what was expected. What stands in the token is not repeated to whoever brought it."""
    try:
        read = jwt.decode(token, keys, algorithms=list(algorithms))
    except (JoseError, ValueError) as error:
        raise NotLetIn(
            f"A token signed by a key of {settings.issuer} expected, got one that is not ({type(error).__name__})."
        ) from error
    claims = read.claims
    _for_us(claims, settings, nonce)
    params = {"nonce": nonce, "client_id": settings.client_id, "access_token": access_token}
    try:
        CodeIDToken(claims, read.header, params=params).validate(now=int(wall), leeway=int(SKEW_SECONDS))
    except ExpiredTokenError as error:
        raise NotLetIn(
            "A fresh token of the organisation expected, got one that has expired. Sign in again."
        ) from error
    except (JoseError, ValueError, TypeError) as error:
        raise NotLetIn(f"A token as OpenID Connect has it expected of {settings.issuer}, got: {error}") from error
    if abs(wall - float(claims["iat"])) > AGE_SECONDS + SKEW_SECONDS:
        raise NotLetIn(
            "A token that was issued just now expected, got an old one. Sign in again; are both clocks right?"
        )
    return _identity(claims, settings)


def _for_us(claims: Mapping[str, Any], settings: OidcSettings, nonce: str) -> None:
    audience = claims.get("aud")
    if claims.get("iss") != settings.issuer:
        raise NotLetIn(f"A token of {settings.issuer} expected, got another issuer's.")
    if settings.client_id not in (audience if isinstance(audience, list) else [audience]):
        raise NotLetIn(f"A token for {settings.client_id} expected, got one for another service.")
    if claims.get("nonce") != nonce:
        raise NotLetIn("A token for this very sign-in expected, got one made for another. Sign in again.")


def _identity(claims: Mapping[str, Any], settings: OidcSettings) -> Identity:
    email = claims.get("email")
    verified = str(email).lower() if isinstance(email, str) and claims.get("email_verified") is True else ""
    local, _, domain = verified.rpartition("@")
    if settings.email_domains and not (local and domain in settings.email_domains):
        allowed = " or ".join(settings.email_domains)
        raise NotLetIn(f"A verified e-mail address at {allowed} expected; yours is another, or not verified.")
    roles = settings.mapped(claims.get(settings.roles_claim))
    if not roles:
        words = ", ".join(sorted(settings.roles))
        raise NotLetIn(f"You have no role here: {settings.name} gives you none of {words}. Ask whoever manages them.")
    name = next((str(claims[c]) for c in ("name", "preferred_username", "email") if claims.get(c)), "Somebody")
    return Identity(str(claims["sub"]), name[:100], verified, roles)
