"""Users in the record: `telephony.access.users.Users` as SQL."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, select, update
from sqlalchemy.exc import IntegrityError

from telephony.access.roles import Role
from telephony.access.users import User
from telephony.records.schema import users
from telephony.records.terminal import Runs


class StoredUsers:
    def __init__(self, store: Runs) -> None:
        self._store = store

    async def all(self) -> Sequence[User]:
        return await self._store.run(lambda c: [_user(row) for row in c.execute(select(users).order_by(users.c.id))])

    async def find(self, id: str) -> User | None:
        return await self._store.run(lambda c: _first(c, users.c.id == id))

    async def by_subject(self, subject: str) -> User | None:
        if not subject:
            return None
        return await self._store.run(lambda c: _first(c, users.c.subject == subject))

    async def put(self, user: User) -> bool:
        return await self._store.run(lambda connection: _put(connection, user))

    async def signed_in(self, id: str, wall: float) -> None:
        await self._store.run(lambda c: c.execute(update(users).where(users.c.id == id).values(signed_in_wall=wall)))


def _put(connection: Connection, user: User) -> bool:
    """Only over the version before: of two admins who change the same user at once the second looks again."""
    values = {
        "name": user.name, "roles": " ".join(sorted(user.roles)), "hash": user.hash, "subject": user.subject,
        "disabled": user.disabled, "version": user.version, "created_wall": user.created_wall,
        "signed_in_wall": user.signed_in_wall,
    }  # fmt: skip
    known = users.c.id == user.id
    if connection.execute(select(users.c.id).where(known)).first() is not None:
        kept = update(users).where(known, users.c.version == user.version - 1)
        return connection.execute(kept.values(**values)).rowcount == 1
    if user.version != 1:
        return False
    try:
        connection.execute(users.insert().values(id=user.id, **values))
    except IntegrityError:  # added by another process since we looked
        return False
    return True


def _first(connection: Connection, where: ColumnElement[bool]) -> User | None:
    row = connection.execute(select(users).where(where)).first()
    return _user(row) if row else None


def _user(row: Any) -> User:
    """A role that this version does not know opens nothing."""
    known = frozenset(Role(word) for word in row.roles.split() if word in set(Role))
    return User(
        row.id, row.name, known, hash=row.hash, subject=row.subject, disabled=row.disabled, version=row.version,
        created_wall=row.created_wall, signed_in_wall=row.signed_in_wall,
    )  # fmt: skip
