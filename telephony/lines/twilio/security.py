"""Who may knock: webhooks and websockets signed by Twilio, and stream tokens that we gave out ourselves.

A signature proves that Twilio sent a request; the token proves that the stream belongs to the call it names, once.
See https://www.twilio.com/docs/usage/security#validating-requests.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping

from starlette.datastructures import ImmutableMultiDict
from twilio.request_validator import (
    HMAC_SHA1,
    SIGNATURE_HEADER,
    SIGNATURE_SETTINGS_HEADER,
    RequestValidator,
    get_signature_algorithm,
)

from telephony.errors import Refused

Form = ImmutableMultiDict[str, str]
TOKEN_LENGTH_MAX = 200  # subject, expiry, process and digest; a <Parameter> takes 500 characters


class Signatures:
    """Checks `X-Twilio-Signature` against the configured public URL, never against what the request says of itself."""

    def __init__(self, *, base_url: str, auth_tokens: tuple[str, ...], shared_keys: Mapping[str, str]) -> None:
        self._base_url = base_url
        self._auth_tokens = auth_tokens
        self._shared_keys = shared_keys

    def check_webhook(self, path: str, query: str, form: Form, headers: Mapping[str, str]) -> None:
        """Raises `Refused` unless one of our secrets signed this request."""
        url = self._base_url + path + (f"?{query}" if query else "")
        self._check((url,), form, headers, what=f"webhook {path}")

    def check_stream(self, path: str, headers: Mapping[str, str]) -> None:
        """The same for a websocket's upgrade. Which form of the URL Twilio signs is not documented: four are tried."""
        self._check(stream_urls(self._base_url + path), ImmutableMultiDict(), headers, what=f"websocket {path}")

    def _check(self, urls: tuple[str, ...], form: Form, headers: Mapping[str, str], *, what: str) -> None:
        signature = headers.get(SIGNATURE_HEADER)
        if not signature:
            raise Refused(f"{what}: expected a {SIGNATURE_HEADER} header, none came")
        settings = headers.get(SIGNATURE_SETTINGS_HEADER)
        algorithm = get_signature_algorithm(settings)
        for secret in self._secrets(algorithm, settings):
            validator = RequestValidator(secret)
            if any(validator.validate(url, form, signature, algorithm) for url in urls):
                return
        raise Refused(f"{what}: expected a signature ({algorithm}) of {' or '.join(urls)}, got another")

    def _secrets(self, algorithm: str, settings: str | None) -> tuple[str, ...]:
        if algorithm.upper() == HMAC_SHA1:
            return self._auth_tokens
        secret = self._shared_keys.get(_key_id(settings or ""))
        return (secret,) if secret else ()


def stream_urls(url: str) -> tuple[str, ...]:
    """The forms of a websocket's URL that a signature may cover: wss or https, with or without a trailing slash."""
    rest = url.partition("://")[2].rstrip("/")
    secure = not url.startswith(("http://", "ws://"))
    schemes = ("wss", "https") if secure else ("ws", "http")
    return tuple(f"{scheme}://{rest}{slash}" for scheme in schemes for slash in ("", "/"))


def _key_id(settings: str) -> str:
    for part in settings.split(","):
        name, _, value = part.partition("=")
        if name.strip() == "key":
            return value.strip()
    return ""


class StreamTokens:
    """One-time tokens `subject.expiry.process.HMAC`; `subject` is a CallSid or the attempt that rings an agent."""

    def __init__(self, *, key: bytes, process: str) -> None:
        self._key = key
        self._process = process
        self._spent: dict[str, int] = {}  # token → its expiry, forgotten after that

    def issue(self, subject: str, *, now: float, seconds: float) -> str:
        if "." in subject:
            raise ValueError(f"stream token: expected a subject without a dot, got {subject!r}")
        return self._signed(f"{subject}.{int(now + seconds)}.{self._process}")

    def read(self, token: str | None, *, now: float) -> str:
        """The subject of a token that is ours, in time and unspent. Raises `Refused` otherwise."""
        if not token or len(token) > TOKEN_LENGTH_MAX or not token.isascii() or token.count(".") != 3:
            raise Refused("stream token: expected subject.expiry.process.hmac, got nothing of that shape")
        body = token.rpartition(".")[0]
        if not hmac.compare_digest(token, self._signed(body)):
            raise Refused("stream token: expected one signed by us, got another")
        subject, expiry, process = body.split(".")
        if process != self._process:
            raise Refused(f"stream token: expected process {self._process}, got one for {process}")
        if now >= int(expiry):
            raise Refused(f"stream token of {subject}: expired {now - int(expiry):.0f} s ago")
        if token in self._spent:
            raise Refused(f"stream token of {subject}: used before")
        return subject

    def spend(self, token: str, *, now: float) -> None:
        """Marks a token as used. Raises `Refused` if it was: two streams may have read it at once."""
        subject = self.read(token, now=now)
        self._spent = {spent: expiry for spent, expiry in self._spent.items() if expiry > now}
        self._spent[token] = int(token.removeprefix(subject + ".").partition(".")[0])

    def _signed(self, body: str) -> str:
        digest = hmac.new(self._key, body.encode(), hashlib.sha256).digest()
        return f"{body}.{base64.urlsafe_b64encode(digest).decode()}"
