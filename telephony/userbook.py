"""`warmline users`: who may sign in, listed and changed at the terminal, while the service runs too.

Whoever can run it owns the machine, so it asks for no password of theirs; what they do is noted as "terminal".
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from rich.table import Table
from rich.text import Text

from telephony.access.audit import Audit, running
from telephony.access.directory import Credentials
from telephony.access.parts import Access, open_access
from telephony.access.roles import Role, Who
from telephony.access.users import User
from telephony.records.notes import StoredNotes
from telephony.records.terminal import open_direct
from telephony.records.users import StoredUsers
from telephony.settings import config_folder, load, secret

T = TypeVar("T")
TERMINAL = Who("terminal", frozenset())
SET_IN_ENVIRONMENT = "set in the environment"


def listed(config: Path | None) -> Table:
    users, one_click = _with(config, _everybody)
    table = Table(title=f"{len(users)} users", title_justify="left")
    for column in ("short name", "name", "roles", "signs in by", "last sign-in"):
        table.add_column(column, overflow="fold")
    for user in users:
        table.add_row(
            *map(Text, (user.id, user.name, ", ".join(sorted(user.roles)), _way(user, one_click), _last(user)))
        )
    return table


async def _everybody(access: Access) -> tuple[list[User], frozenset[str]]:
    """With those who sign in with one click."""
    return await access.directory.all(), frozenset(user.id for user in access.directory.one_click)


def add(config: Path | None, id: str, name: str, roles: list[Role], password: str) -> None:
    _with(config, lambda access: access.registry.add_with_password(TERMINAL, id, name, frozenset(roles), password))


def set_roles(config: Path | None, id: str, roles: list[Role]) -> None:
    _with(config, lambda access: access.registry.set_roles(TERMINAL, id, frozenset(roles)))


def disable(config: Path | None, id: str, *, disabled: bool) -> None:
    _with(config, lambda access: access.registry.disable(TERMINAL, id, disabled=disabled))


def reset(config: Path | None, id: str, password: str) -> None:
    _with(config, lambda access: access.registry.set_password(TERMINAL, id, password))


def _with(config: Path | None, act: Callable[[Access], Awaitable[T]]) -> T:
    """Raises `AccessError` for what an admin would be refused, too, and `RecordError`."""
    settings = load(config_folder(config))
    record = open_direct(settings.records.url, settings.service.records_folder)

    async def acting() -> T:
        notes = Audit(StoredNotes(record), wall=time.time)
        access = open_access(
            agents={agent.id: agent.name for agent in settings.agents},
            credentials=Credentials(
                {a.id: SET_IN_ENVIRONMENT for a in settings.agents if a.pin_variable and secret(a.pin_variable)},
                one_click=settings.desk.demo_sign_in,
            ),
            demo=[User(p.id, p.name, frozenset(p.roles)) for p in settings.desk.demo_people],
            users=StoredUsers(record),
            audit=notes,
            clock=asyncio.get_running_loop().time,
            wall=time.time,
        )
        async with running(notes):
            return await act(access)

    try:
        return asyncio.run(acting())
    finally:
        record.close()


def _way(user: User, one_click: Collection[str]) -> str:
    if user.disabled:
        return "switched off"
    if user.id in one_click:
        return "one click (demo)"
    if user.subject:
        return "the organisation"
    if user.hash == SET_IN_ENVIRONMENT:
        return "PIN of the settings"
    return "password" if user.hash else "nothing yet"


def _last(user: User) -> str:
    return f"{datetime.fromtimestamp(user.signed_in_wall, UTC):%Y-%m-%d %H:%M} UTC" if user.signed_in_wall else "never"
