"""A person with an account, and where accounts are kept."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from telephony.access.roles import Roles, Who

ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


@dataclass(frozen=True, slots=True)
class User:
    """`hash`: argon2 of the password, empty without one. `subject`: who they are at the organisation's provider, empty
    for others. `version` grows with every change after which sessions must end. `_wall`: seconds since 1970.
    """

    id: str
    name: str
    roles: Roles
    hash: str = ""
    subject: str = ""
    disabled: bool = False
    version: int = 0
    created_wall: float = 0.0
    signed_in_wall: float | None = None

    @property
    def who(self) -> Who:
        return Who(self.id, self.roles)


class Users(Protocol):
    """Each raises `RecordError` when the record cannot be reached."""

    async def all(self) -> Sequence[User]: ...

    async def find(self, id: str) -> User | None: ...

    async def by_subject(self, subject: str) -> User | None: ...

    async def put(self, user: User) -> bool:
        """Adds `user`, or changes the one kept as `version - 1`; false when another change came between."""
        ...

    async def signed_in(self, id: str, wall: float) -> None: ...


class InMemory:
    """For a service without a database, and for tests."""

    def __init__(self, *users: User) -> None:
        self._users = {user.id: user for user in users}

    async def all(self) -> Sequence[User]:
        return sorted(self._users.values(), key=lambda user: user.id)

    async def find(self, id: str) -> User | None:
        return self._users.get(id)

    async def by_subject(self, subject: str) -> User | None:
        return next((user for user in self._users.values() if subject and user.subject == subject), None)

    async def put(self, user: User) -> bool:
        kept = self._users.get(user.id)
        if (kept.version if kept else 0) != user.version - 1:
            return False
        self._users[user.id] = user
        return True

    async def signed_in(self, id: str, wall: float) -> None:
        if id in self._users:
            self._users[id] = replace(self._users[id], signed_in_wall=wall)
