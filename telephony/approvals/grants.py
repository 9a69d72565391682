"""Grants: signed, single-use permissions for one act of one call with exactly these arguments.

The key is made by the process, never leaves it and is in no log; a grant of another process is worth nothing. Who holds
a grant can do one thing once: the act it names, as it was approved, until it expires.
"""

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from telephony.approvals.errors import NotAllowed

KEY_BYTES = 32  # of HMAC-SHA256: the length of its output
NONCE_BYTES = 16


@dataclass(frozen=True, slots=True)
class Claims:
    """What a grant says. `arguments`: a digest, since a member's number may be among them."""

    call: str
    action: str
    key: str
    arguments: str
    amount: str | None
    approvers: tuple[str, ...]
    expires_ms: int  # by the service's clock
    nonce: str


@dataclass(frozen=True, slots=True)
class Grant:
    claims: Claims
    signature: str


class Refused(NotAllowed):
    """The act is not done. The message says what was expected of the grant."""


class Notary:
    """Signs grants, and takes each back once. One for a process; `check_and_spend` has no await in it, so two that
    come together cannot both pass."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(KEY_BYTES)
        self._spent: dict[str, int] = {}  # nonce → when it would have expired

    def grant(
        self, *, call: str, action: str, key: str, params: Mapping[str, str], amount: str | None,
        approvers: Sequence[str], expires_ms: int,
    ) -> Grant:  # fmt: skip
        nonce = secrets.token_hex(NONCE_BYTES)
        claims = Claims(call, action, key, digest(params), amount, tuple(approvers), expires_ms, nonce)
        return Grant(claims, self._sign(claims))

    def check_and_spend(
        self, grant: Grant | None, *, call: str, action: str, key: str, params: Mapping[str, str], amount: str | None,
        now_ms: int,
    ) -> Claims:  # fmt: skip
        """Raises `Refused`, spending nothing, unless the grant is ours, unused, in time, and for exactly this."""
        if grant is None:
            raise Refused("a grant expected, got none")
        claims = grant.claims
        if not hmac.compare_digest(self._sign(claims).encode(), grant.signature.encode("utf-8", "replace")):
            raise Refused("a grant signed by this service expected, got another")
        if (claims.call, claims.action, claims.key) != (call, action, key):
            raise Refused("a grant for this act of this call expected, got one for another")
        if claims.arguments != digest(params) or claims.amount != amount:
            raise Refused("a grant for these arguments expected, got one for others")
        if now_ms >= claims.expires_ms:
            raise Refused("a grant in its time expected, got one that expired")
        if not claims.approvers:
            raise Refused("a grant that names who approved expected, got one without")
        if claims.nonce in self._spent:
            raise Refused("an unused grant expected, got one that was used")
        self._forget(now_ms)
        self._spent[claims.nonce] = claims.expires_ms
        return claims

    def void(self, grant: Grant) -> None:
        """It is not to be used any more, whoever still holds it."""
        self._spent[grant.claims.nonce] = grant.claims.expires_ms

    def _sign(self, claims: Claims) -> str:
        return hmac.new(self._key, json.dumps(asdict(claims), sort_keys=True).encode(), hashlib.sha256).hexdigest()

    def _forget(self, now_ms: int) -> None:
        """An expired grant is refused for that alone."""
        for nonce in [nonce for nonce, expires in self._spent.items() if expires <= now_ms]:
            del self._spent[nonce]


def digest(params: Mapping[str, str]) -> str:
    return hashlib.sha256(json.dumps(dict(params), sort_keys=True).encode()).hexdigest()
