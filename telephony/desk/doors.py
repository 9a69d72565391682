"""What stands before every desk page and call: security headers, the Origin check, the session behind a cookie.

The page loads nothing but its own files and talks to nobody but us; a state-changing call needs our Origin, the
session's cookie and its CSRF token. A door may name roles: one of them is needed then.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from fastapi import HTTPException, Request
from fastapi.exceptions import RequestValidationError
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from telephony.access.roles import Role, Roles, Who, refusal
from telephony.access.sessions import Session, Sessions

CSRF_HEADER = "x-csrf-token"

HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "media-src 'self' blob: mediastream:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "permissions-policy": "microphone=(self), camera=(), geolocation=()",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cache-control": "no-store",
}


def wrong(error: Exception) -> str:
    """What is wrong with a body, in words. What came is not repeated: it may be a PIN, or nothing that JSON can say."""
    problems = error.errors()[:3] if isinstance(error, RequestValidationError) else ()
    said = "; ".join(f"{'.'.join(map(str, problem['loc'][1:]))}: {problem['msg']}" for problem in problems)
    return said.encode("ascii", "backslashreplace").decode()[:500] or "Another request expected."


class SecurityHeaders:
    """Adds `HEADERS` to every HTTP answer of the app it wraps."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_with_headers)


@dataclass(frozen=True, slots=True)
class Seat:
    """A signed-in person at the door, with the cookie they came with."""

    agent: str
    cookie: str
    session: Session

    @property
    def roles(self) -> Roles:
        return self.session.roles

    @property
    def who(self) -> Who:
        return self.session.who


class Doors:
    """`cookie`: the name of the session's."""

    def __init__(
        self, *, sessions: Sessions, clock: Callable[[], float], origins: tuple[str, ...], cookie: str
    ) -> None:
        self._sessions = sessions
        self._cookie = cookie
        self._clock = clock
        self._origins = origins

    def ours(self, headers: Headers) -> bool:
        """Whether the request comes from a page of ours: its Origin is configured, or names the host asked."""
        origin = headers.get("origin")
        if origin is None:
            return False
        if origin in self._origins:
            return True
        return not self._origins and urlsplit(origin).netloc == headers.get("host")

    def origin(self, request: Request) -> None:
        if not self.ours(request.headers):
            raise HTTPException(403, "This page may not do that here.")

    def seat(self, request: Request, *roles: Role) -> Seat:
        """For reading: a live session, of somebody with one of `roles` where any is named."""
        cookie = request.cookies.get(self._cookie)
        session = self._sessions.find(cookie, self._clock())
        if session is None or cookie is None:
            raise HTTPException(401, "You are signed out. Sign in again.")
        seat = Seat(session.agent, cookie, session)
        if roles and not seat.who.has(*roles):
            raise HTTPException(403, refusal(roles, seat.roles))
        return seat

    def acting(self, request: Request, *roles: Role) -> Seat:
        """For changing anything: our Origin, a seat as above and its CSRF token."""
        self.origin(request)
        seat = self.seat(request, *roles)
        if not self._sessions.csrf_fits(seat.session, request.headers.get(CSRF_HEADER)):
            raise HTTPException(403, "This page is out of date. Reload it.")
        return seat

    def reads(self, *roles: Role) -> Callable[[Request], Awaitable[Seat]]:
        """`seat` for these roles, as a dependency of a route: `Depends(doors.reads(Role.AUDITOR))`."""

        async def dependency(request: Request) -> Seat:  # async: a plain function costs a hop to a thread
            return self.seat(request, *roles)

        return dependency

    def acts(self, *roles: Role) -> Callable[[Request], Awaitable[Seat]]:
        """`acting` for these roles, as a dependency of a route."""

        async def dependency(request: Request) -> Seat:  # async: a plain function costs a hop to a thread
            return self.acting(request, *roles)

        return dependency
