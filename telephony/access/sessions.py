"""Who is signed in: server-side sessions, CSRF tokens and one-time websocket tickets.

Pure but for the random tokens: `now` is given in seconds. A session ends after 30 idle minutes or 12 hours. Who takes
calls has one desk, so their second sign-in ends the first. Tokens are kept as SHA-256 only, so that memory dumps hold
no keys.
"""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from telephony.access.roles import Role, Roles, Who
from telephony.access.users import User

IDLE_SECONDS = 30 * 60.0
ABSOLUTE_SECONDS = 12 * 3600.0
TICKET_SECONDS = 30.0


@dataclass(slots=True)
class Session:
    """`key` names it on the admin's page and opens nothing. `version`: the user's as they signed in."""

    agent: str
    name: str
    roles: Roles
    version: int
    csrf: str
    key: str
    address: str
    began: float
    seen: float

    @property
    def who(self) -> Who:
        return Who(self.agent, self.roles)


class Sessions:
    """The sessions of one service, in memory: a restart signs everyone out."""

    def __init__(self) -> None:
        self._sessions: dict[str, Session] = {}
        self._tickets: dict[str, tuple[str, float]] = {}  # ticket → session, until
        self._hear: list[Callable[[Session], None]] = []

    def on_end(self, listener: Callable[[Session], None]) -> None:
        """`listener` hears of each session that `end_key` and `end_all` end: pages still open must be let go."""
        self._hear.append(listener)

    def open(self, user: User, now: float, *, address: str = "") -> tuple[str, Session]:
        """A new session and its cookie."""
        self._sessions = {
            key: kept
            for key, kept in self._sessions.items()
            if not _over(kept, now) and not (kept.agent == user.id and Role.AGENT in user.roles)
        }
        cookie = secrets.token_urlsafe(32)
        session = Session(
            agent=user.id, name=user.name, roles=user.roles, version=user.version, csrf=secrets.token_urlsafe(32),
            key=secrets.token_hex(6), address=address, began=now, seen=now,
        )  # fmt: skip
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

    def end_key(self, key: str) -> Session | None:
        """The session that had this key."""
        return next(iter(self._end(lambda session: session.key == key)), None)

    def end_all(self, agent: str) -> list[Session]:
        return self._end(lambda session: session.agent == agent)

    def _end(self, chosen: Callable[[Session], bool]) -> list[Session]:
        ended = [session for session in self._sessions.values() if chosen(session)]
        self._sessions = {key: session for key, session in self._sessions.items() if not chosen(session)}
        for session in ended:
            for hear in self._hear:
                hear(session)
        return ended

    def all(self, now: float) -> list[Session]:
        return [session for session in self._sessions.values() if not _over(session, now)]

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
        session = self._sessions.get(session_key)
        return session if session is not None and now <= until and not _over(session, now) else None


def _over(session: Session, now: float) -> bool:
    return now - session.seen > IDLE_SECONDS or now - session.began > ABSOLUTE_SECONDS


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
