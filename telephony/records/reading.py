"""The record opened to be read and nothing else, by a command beside a running service: no table is made or changed."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, make_url, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from telephony.errors import RecordError
from telephony.records.queries import Queries
from telephony.records.rows import Row
from telephony.records.schema import calls
from telephony.records.store import default_url
from telephony.records.upgrade import BUSY_SECONDS, MIGRATIONS


@dataclass(frozen=True, slots=True)
class KeptCall:
    """`erased`: retention has removed what was said."""

    id: str
    ended: bool
    erased: bool


class Reading:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def calls(
        self, *, since: float | None = None, until: float | None = None, named: Sequence[str] = ()
    ) -> list[KeptCall]:
        """In the order they were offered in. `since`, `until`: wall seconds between which; `named`: no others."""
        query = select(calls.c.id, calls.c.ended_wall, calls.c.erased_wall).order_by(calls.c.offered_wall, calls.c.id)
        if since is not None:
            query = query.where(calls.c.offered_wall >= since)
        if until is not None:
            query = query.where(calls.c.offered_wall < until)
        if named:
            query = query.where(calls.c.id.in_(named))
        with _told(), self._engine.connect() as connection:
            found = connection.execute(query).all()
        return [KeptCall(one.id, one.ended_wall is not None, one.erased_wall is not None) for one in found]

    def journal(self, call: str) -> list[Row]:
        """In order."""
        with _told():
            return Queries(self._engine).journal(call)


@contextmanager
def open_reading(url: str, folder: Path) -> Iterator[Reading]:
    """Raises `RecordError` where there is no record, or one of another version's tables. `url` empty: in `folder`."""
    try:
        engine = _engine(url or default_url(folder))
    except SQLAlchemyError as error:
        raise RecordError(f"[records] url: a database's address expected, got {error}") from error
    try:
        _must_be_ours(engine)
        yield Reading(engine)
    finally:
        engine.dispose()


def _engine(url: str) -> Engine:
    at = make_url(url)
    if at.get_backend_name() != "sqlite":
        return create_engine(at, execution_options={"postgresql_readonly": True})
    path = Path(at.database or "").absolute()
    if not path.is_file():
        raise RecordError(f"{path}: the database of a service that has run with these settings expected, got none")

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=BUSY_SECONDS)

    return create_engine(at, creator=connect, poolclass=NullPool)


def _must_be_ours(engine: Engine) -> None:
    wanted = ScriptDirectory(str(MIGRATIONS)).get_current_head()
    with _told(), engine.connect() as connection:
        got = MigrationContext.configure(connection).get_current_revision()
    if got != wanted:
        raise RecordError(
            f"{engine.url.render_as_string()}: tables of version {wanted} expected, got {got or 'none'}: "
            "`warmline serve` of this version brings older ones up to date when it starts"
        )


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error) as error:
        raise RecordError(f"a record that can be read expected, got {error}") from error
