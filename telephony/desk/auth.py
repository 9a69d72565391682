"""Who sits at a desk: sign-in, server-side sessions, CSRF tokens and one-time websocket tickets.

Pure but for the random tokens: `now` is given in seconds. A session ends after 30 idle minutes or 12 hours; a second
sign-in of the same agent ends the first. Tokens are kept as SHA-256 only, so that memory dumps hold no keys.
"""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from telephony.access.roles import Role, Roles, Who

IDLE_SECONDS = 30 * 60.0
ABSOLUTE_SECONDS = 12 * 3600.0
TICKET_SECONDS = 30.0
TRIES = 5  # failed sign-ins of one agent within TRIES_SECONDS before they must wait
TRIES_SECONDS = 300.0

AGENT: Roles = frozenset({Role.AGENT})

HASHER = PasswordHasher()  # argon2id with argon2-cffi's defaults, RFC 9106's low-memory profile


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who may sign in how. `hashes`: agent → argon2 hash of their PIN; with `one_click` a PIN is not asked for."""

    hashes: Mapping[str, str] = field(default_factory=dict)
    one_click: bool = False

    def fits(self, agent: str, pin: str) -> bool:
        """Takes tens of milliseconds of CPU (argon2), for unknown agents too: call it off the event loop."""
        if self.one_click:
            return True
        known = self.hashes.get(agent)
        try:
            return HASHER.verify(known or _NOBODY, pin) and known is not None
        except (VerificationError, InvalidHashError):
            return False


_NOBODY = HASHER.hash(secrets.token_hex(16))


@dataclass(slots=True)
class Session:
    agent: str
    csrf: str
    began: float
    seen: float
    roles: Roles

    @property
    def who(self) -> Who:
        return Who(self.agent, self.roles)


class Sessions:
    """The sessions of one service, in memory: a restart signs everyone out."""

    def __init__(self) -> None:
        self._sessions: dict[str, Session] = {}
        self._tickets: dict[str, tuple[str, float]] = {}  # ticket → session, until
        self._failed: dict[str, list[float]] = {}

    def open(self, agent: str, now: float, roles: Roles = AGENT) -> tuple[str, Session]:
        """A new session and its cookie; the agent's other sessions end."""
        self.end_all(agent)
        cookie = secrets.token_urlsafe(32)
        session = Session(agent, secrets.token_urlsafe(32), now, now, roles)
        self._sessions[_digest(cookie)] = session
        return cookie, session

    def find(self, cookie: str | None, now: float) -> Session | None:
        if not cookie:
            return None
        key = _digest(cookie)
        session = self._sessions.get(key)
        if session is None:
            return None
        if _over(session, now):
            del self._sessions[key]
            return None
        session.seen = now
        return session

    def end(self, cookie: str | None) -> None:
        if cookie:
            self._sessions.pop(_digest(cookie), None)

    def end_all(self, agent: str) -> None:
        self._sessions = {k: s for k, s in self._sessions.items() if s.agent != agent}

    def live(self, session: Session, now: float) -> bool:
        """Whether a session held elsewhere (by a websocket) still is one."""
        return not _over(session, now) and any(s is session for s in self._sessions.values())

    def csrf_fits(self, session: Session, token: str | None) -> bool:
        return token is not None and hmac.compare_digest(token.encode(), session.csrf.encode())

    def ticket(self, cookie: str, now: float) -> str:
        """A ticket for one websocket, good for `TICKET_SECONDS`."""
        self._tickets = {t: kept for t, kept in self._tickets.items() if kept[1] >= now}
        ticket = secrets.token_urlsafe(32)
        self._tickets[_digest(ticket)] = (_digest(cookie), now + TICKET_SECONDS)
        return ticket

    def redeem(self, ticket: str, now: float) -> Session | None:
        """The session behind a ticket, once."""
        session_key, until = self._tickets.pop(_digest(ticket), ("", 0.0))
        return self._sessions.get(session_key) if now <= until else None

    def may_try(self, agent: str, now: float) -> bool:
        recent = [t for t in self._failed.get(agent, []) if now - t < TRIES_SECONDS]
        self._failed[agent] = recent
        if not recent:
            del self._failed[agent]
        return len(recent) < TRIES

    def failed(self, agent: str, now: float) -> None:
        self._failed.setdefault(agent, []).append(now)

    def forget_failures(self, agent: str) -> None:
        self._failed.pop(agent, None)


def _over(session: Session, now: float) -> bool:
    return now - session.seen > IDLE_SECONDS or now - session.began > ABSOLUTE_SECONDS


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
