"""Calls made, moved and ended over Twilio's REST API, with its own client. The one owner of calls.create and
calls.update.

A 429 was never carried out and is tried again; a 5xx or a time-out on create may have dialled and is not, while an
update may be repeated. A call that is over already (21220, 20404) is a normal answer, not a failure.
"""

import asyncio
import contextlib
import logging
import math
import random
from collections.abc import Awaitable, Callable
from typing import Any, Protocol, TypeVar
from urllib.parse import urlsplit, urlunsplit

import aiohttp
from twilio.base import values
from twilio.base.exceptions import TwilioException, TwilioRestException, TwilioServiceException
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client

from telephony.errors import LineError
from telephony.lines.twilio.settings import Settings

log = logging.getLogger(__name__)
T = TypeVar("T")

TWIML_LENGTH_MAX = 4000  # `Twiml` of calls.create, from Twilio's OpenAPI document
ALREADY_OVER = frozenset({21220, 20404})  # "not in-progress", "not found": https://www.twilio.com/docs/api/errors
TOO_MANY = 429
TRIES = 4
BACKOFF_SECONDS = 0.25  # doubled each time, with jitter: 429 asks for exponential backoff
PROGRESS_EVENTS = ["initiated", "ringing", "answered", "completed"]  # busy and no-answer are statuses, not events


class RestHttp(Protocol):
    """The part of twilio's asynchronous HTTP client that its `Client` uses."""

    is_async: bool

    async def request(self, method: str, url: str, **options: Any) -> Response: ...

    async def close(self) -> None: ...


class RebasedHttp(AsyncTwilioHttpClient):  # type: ignore[misc]  # twilio ships no types for it
    """Twilio's client, its requests sent to `base` where one is given; the library has no setting for that."""

    def __init__(self, base: str | None) -> None:
        super().__init__()
        self._base = urlsplit(base) if base else None

    async def request(self, method: str, url: str, **options: Any) -> Response:
        if self._base is not None:
            there = urlsplit(url)
            url = urlunsplit((self._base.scheme, self._base.netloc, there.path, there.query, ""))
        return await super().request(method, url, **options)


class CallControl:
    """`open_http` makes the HTTP client on first use: it belongs to the running loop."""

    def __init__(
        self,
        settings: Settings,
        *,
        open_http: Callable[[], RestHttp] | None = None,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._settings = settings
        self._open_http = open_http or (lambda: RebasedHttp(settings.api_base))
        self._jitter = jitter
        self._http: RestHttp | None = None
        self._client: Client | None = None

    async def create(self, to: str, *, twiml: str, status_url: str, ring_seconds: float) -> str:
        """Rings `to` and returns the CallSid. Raises `LineError`; unless `Rejected`, it may be ringing all the same."""
        _short_enough(twiml)
        user, password = self._settings.sip_login or (values.unset, values.unset)
        sip = to.startswith(("sip:", "sips:"))

        async def create() -> str:
            call = await self._calls().calls.create_async(
                to=to,
                from_=self._settings.from_number,
                twiml=twiml,
                status_callback=status_url,
                status_callback_event=PROGRESS_EVENTS,
                timeout=math.ceil(ring_seconds),
                time_limit=self._settings.leg_seconds_max,
                sip_auth_username=user if sip else values.unset,
                sip_auth_password=password if sip else values.unset,
            )
            return str(call.sid)

        return await self._retried("create a call", create, again=lambda status: status == TOO_MANY)

    async def complete(self, call_sid: str) -> None:
        """Hangs up a call, ringing or not; harmless when it is over. Raises `LineError` when Twilio cannot be moved."""

        async def complete() -> None:
            await self._calls().calls(call_sid).update_async(status="completed")

        with contextlib.suppress(CallOver):
            await self._retried(f"hang up {call_sid}", complete, again=_may_be_repeated)

    async def redirect(self, call_sid: str, document: Callable[[], str]) -> None:
        """Replaces what the call is doing. Raises `CallOver`, or `LineError` when that may have been done or not.

        `document` is asked anew for each try: one that failed may have been carried out, and its tokens be spent.
        """

        async def redirect() -> None:
            twiml = document()
            _short_enough(twiml)
            await self._calls().calls(call_sid).update_async(twiml=twiml)

        await self._retried(f"move {call_sid}", redirect, again=_may_be_repeated)

    async def status(self, call_sid: str) -> str:
        """Twilio's CallStatus of a call; "completed" for one it no longer knows. Raises `LineError`."""

        async def fetch() -> str:
            return str((await self._calls().calls(call_sid).fetch_async()).status)

        try:
            return await self._retried(f"look up {call_sid}", fetch, again=_may_be_repeated)
        except CallOver:
            return "completed"

    async def hold(self, conference_sid: str, call_sid: str, *, on: bool, sound_url: str) -> None:
        """Puts one participant on hold, or takes them off. Raises `CallOver` or `LineError`."""
        more = {"hold_url": sound_url, "hold_method": "POST"} if on else {}

        async def hold() -> None:
            await self._calls().conferences(conference_sid).participants(call_sid).update_async(hold=on, **more)

        await self._retried(f"{'hold' if on else 'take off hold'} {call_sid}", hold, again=_may_be_repeated)

    async def overhear(self, call_sid: str, *, name: str, stream_url: str, parameter: str, token: str) -> None:
        """Opens a stream of both sides beside what the call is doing. Raises `CallOver` or `LineError`."""

        async def overhear() -> None:
            await (
                self._calls()
                .calls(call_sid)
                .streams.create_async(
                    url=stream_url, name=name, track="both_tracks", parameter1_name=parameter, parameter1_value=token
                )
            )

        await self._retried(f"listen to {call_sid}", overhear, again=lambda status: status == TOO_MANY)

    async def close(self) -> None:
        if self._http is not None:
            await self._http.close()
            self._http = self._client = None

    def _calls(self) -> Client:
        if self._client is None:
            user, password = self._settings.api_key or (self._settings.account_sid, self._settings.auth_tokens[0])
            self._http = self._open_http()
            self._client = Client(user, password, self._settings.account_sid, http_client=self._http)
        return self._client

    async def _retried(
        self, what: str, request: Callable[[], Awaitable[T]], *, again: Callable[[int | None], bool]
    ) -> T:
        """Sends `request` up to `TRIES` times while `again(status)`; the status is None for a time-out or no answer.

        Whoever called says what a failure means; here it is only said how often it was tried.
        """
        for attempt in range(TRIES):
            failure, status = await self._once(request)
            if not isinstance(failure, LineError):
                return failure
            log.debug("twilio: could not %s: %s", what, failure)
            if attempt == TRIES - 1 or not again(status):
                times = f" (tried {attempt + 1} times)" if attempt else ""
                failure.args = (f"could not {what}: {failure}{times}",)
                raise failure
            await asyncio.sleep(BACKOFF_SECONDS * 2**attempt * (1 + self._jitter()))
        raise AssertionError("unreachable: the last try returns or raises")

    async def _once(self, request: Callable[[], Awaitable[T]]) -> tuple[T | LineError, int | None]:
        try:
            async with asyncio.timeout(self._settings.request_seconds):
                return await request(), 200
        except (TwilioRestException, TwilioServiceException) as error:
            words = f"HTTP {error.status}, code {error.code}"
            if error.code in ALREADY_OVER:
                return CallOver(words, code=error.code), error.status
            return Rejected(words, code=error.code) if error.status < 500 else LineError(words), error.status
        except (TwilioException, aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            return LineError(f"expected an answer, got {type(error).__name__}: {error}"), None


def _may_be_repeated(status: int | None) -> bool:
    """Of a request that does the same once or twice."""
    return status is None or status == TOO_MANY or status >= 500


def _short_enough(twiml: str) -> None:
    if len(twiml) > TWIML_LENGTH_MAX:
        raise Rejected(f"expected TwiML of at most {TWIML_LENGTH_MAX}, got {len(twiml)} characters")


class Rejected(LineError):
    """Twilio did not carry a request out, and says so."""

    def __init__(self, message: str, *, code: int | None = None) -> None:
        super().__init__(message)
        self.code = code


class CallOver(Rejected):
    """There is no such call any more."""
