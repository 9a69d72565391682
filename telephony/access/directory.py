"""Everybody who may sign in: agents of the settings, users of the database, and the demo's people while it is one."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from telephony.access.roles import Role, Roles
from telephony.access.sessions import Sessions
from telephony.access.users import User, Users
from telephony.errors import RecordError

log = logging.getLogger(__name__)

AGENT: Roles = frozenset({Role.AGENT})

WATCH_SECONDS = 2.0
"""How soon a change made at the terminal, by another process, ends sessions here; one made on a page does at once."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """How the settings' agents sign in. `hashes`: agent → argon2 hash of their PIN; with `one_click` nobody of the
    settings is asked for one.
    """

    hashes: Mapping[str, str] = field(default_factory=dict)
    one_click: bool = False


class Directory:
    """`agents`: id → name, of the settings. What the database says of one of them stands over the settings.

    `demo`: who signs in with one click beside them; one of the agents named there has those roles, too.
    """

    def __init__(
        self, users: Users, *, agents: Mapping[str, str], credentials: Credentials, demo: Sequence[User] = ()
    ) -> None:
        self.users = users
        self._credentials = credentials
        shown = {user.id: user for user in demo} if credentials.one_click else {}
        roles = {id: AGENT | shown[id].roles if id in shown else AGENT for id in agents}
        self._settings = {id: User(id, name, roles[id], credentials.hashes.get(id, "")) for id, name in agents.items()}
        self._demo = {id: user for id, user in shown.items() if id not in agents}

    @property
    def one_click(self) -> Sequence[User]:
        """Those who sign in without a password."""
        return [*self._settings.values(), *self._demo.values()] if self._credentials.one_click else []

    def without_password(self, id: str) -> bool:
        return any(user.id == id for user in self.one_click)

    def on_file(self, id: str) -> User | None:
        """As the settings know them."""
        return self._settings.get(id) or self._demo.get(id)

    async def find(self, id: str) -> User | None:
        """Raises `RecordError` when the database cannot say."""
        return self._merged(await self.users.find(id), self.on_file(id))

    async def all(self) -> list[User]:
        kept = {user.id: user for user in await self.users.all()}
        found = [self._merged(kept.get(id), self.on_file(id)) for id in {**self._settings, **self._demo, **kept}]
        return sorted((user for user in found if user is not None), key=lambda user: user.id)

    async def has_admin(self) -> bool:
        return any(Role.ADMIN in user.roles and not user.disabled for user in await self.all())

    async def end_outdated(self, sessions: Sessions, now: float) -> list[str]:
        """Ends the sessions of people who were changed since they signed in. Returns who they were."""
        open_ones = sessions.all(now)
        if not open_ones:
            return []
        users = {user.id: user for user in await self.all()}
        outdated = {s.agent for s in open_ones if not _still(users.get(s.agent), s.version)}
        for id in outdated:
            sessions.end_all(id)
        return sorted(outdated)

    async def watch(self, sessions: Sessions, clock: Callable[[], float]) -> None:
        """Looks every `WATCH_SECONDS`. While the database is away those who are signed in stay so."""
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            try:
                await self.end_outdated(sessions, clock())
            except RecordError as error:
                log.debug("users could not be looked up: %s", error)

    def _merged(self, kept: User | None, on_file: User | None) -> User | None:
        if kept is None or on_file is None:
            return kept or on_file
        return replace(kept, hash=kept.hash or on_file.hash)


def _still(user: User | None, version: int) -> bool:
    return user is not None and not user.disabled and user.version == version
