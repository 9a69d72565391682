"""One-time links by which somebody sets a password: the first admin's, a new user's, and after a reset.

Single use, short-lived, in memory as SHA-256: a restart makes them void, and the first admin's is printed anew.
"""

import hashlib
import secrets
from dataclasses import dataclass

FIRST_ADMIN = ""
FIRST_SECONDS = 3600.0  # whoever has started the service sits at its terminal
INVITED_SECONDS = 24 * 3600.0  # the link goes by mail or chat to somebody who may be off today


@dataclass(frozen=True, slots=True)
class Invitation:
    """`user`: whose password it sets; empty: a first admin is made. `version`: of that user, as it was issued."""

    user: str
    version: int
    until: float


class Invitations:
    """`now`: seconds, never going back."""

    def __init__(self) -> None:
        self._open: dict[str, Invitation] = {}

    def issue(self, now: float, *, user: str = FIRST_ADMIN, version: int = 0) -> str:
        """A token; earlier ones for the same user are void."""
        self._open = {kept: i for kept, i in self._open.items() if i.user != user and i.until >= now}
        token = secrets.token_urlsafe(32)
        until = now + (FIRST_SECONDS if user == FIRST_ADMIN else INVITED_SECONDS)
        self._open[_digest(token)] = Invitation(user, version, until)
        return token

    def look(self, token: str, now: float) -> Invitation | None:
        found = self._open.get(_digest(token))
        return found if found is not None and now <= found.until else None

    def use(self, token: str, now: float) -> Invitation | None:
        """Once."""
        found = self.look(token, now)
        self._open.pop(_digest(token), None)
        return found

    def void(self, user: str) -> None:
        self._open = {kept: i for kept, i in self._open.items() if i.user != user}


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
