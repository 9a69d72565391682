"""Writes journal rows into the database: one transaction a batch, each row once, each chained to the one before it.

Synchronous, and used by one thread at a time: the store's own, or a replay's.
"""

import sqlite3
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Connection, Engine, select, update
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, SQLAlchemyError, StatementError

from telephony.errors import RecordError
from telephony.records.audit import START, link
from telephony.records.projections import project
from telephony.records.rows import Row
from telephony.records.schema import calls, entries

T = TypeVar("T")


class Tail(NamedTuple):
    """The last entry of a call."""

    seq: int
    hash: str


class Writer:
    """Every method raises `RecordError` when the database cannot take it now; nothing is written then."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._tails: dict[str, Tail] = {}
        self._syncs = 0

    def write(self, rows: Sequence[Row], *, durable: bool) -> list[Row]:
        """Writes rows in order; those already there are passed over. Returns rows that the database will never take.

        `durable`: survives a power cut, not only a killed process.
        """
        try:
            self._transaction(lambda connection: self._write(connection, rows), durable)
        except (SQLAlchemyError, sqlite3.Error, ValueError, TypeError, KeyError) as error:
            if not _about_the_row(error):
                raise RecordError(f"a database that takes {len(rows)} entries expected, got {error}") from error
            if len(rows) == 1:
                return list(rows)
            return [bad for row in rows for bad in self.write([row], durable=durable)]
        return []

    def run(self, job: Callable[[Connection], T], *, durable: bool = True) -> T:
        """Any other change, in a transaction of its own."""
        try:
            return self._transaction(job, durable)
        except (SQLAlchemyError, sqlite3.Error) as error:
            raise RecordError(f"a database that takes a change expected, got {error}") from error

    def sync(self) -> None:
        """Makes everything written so far survive a power cut: a synced commit also syncs those before it.

        Only SQLite needs it. The commit must change something; `user_version` is SQLite's free number for that.
        """
        if self._engine.dialect.name == "sqlite":
            self._syncs += 1
            self.run(lambda connection: connection.exec_driver_sql(f"PRAGMA user_version = {self._syncs}"))

    def close(self) -> None:
        self._engine.dispose()

    def _transaction(self, job: Callable[[Connection], T], durable: bool) -> T:
        try:
            with self._engine.connect() as connection:
                if self._engine.dialect.name == "sqlite":
                    # Not allowed inside a transaction, so it goes past SQLAlchemy, which would begin one.
                    raw: Any = connection.connection.driver_connection
                    raw.execute(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
                with connection.begin():
                    return job(connection)
        except BaseException:
            self._tails.clear()  # whether a failed commit took place is for the database to say
            raise

    def _write(self, connection: Connection, rows: Sequence[Row]) -> None:
        fresh: list[dict[str, Any]] = []
        heads: dict[str, Tail] = {}
        for row in rows:
            tail = self._tail(connection, row.call)
            if row.seq <= tail.seq:
                continue  # written before, for instance replayed from the spill after a crash
            chained = Tail(row.seq, link(tail.hash, row))
            self._tails[row.call] = heads[row.call] = chained
            fresh.append(_columns(row, chained.hash))
            project(connection, row)
        if fresh:
            connection.execute(entries.insert(), fresh)
        for call, tail in heads.items():
            self._head(connection, call, tail)
        for row in rows:
            if row.type == "CallEnded":
                self._tails.pop(row.call, None)  # what still comes, a wrap-up, looks it up again

    def _tail(self, connection: Connection, call: str) -> Tail:
        known = self._tails.get(call)
        if known is None:
            stored = connection.execute(select(calls.c.last_seq, calls.c.head).where(calls.c.id == call)).first()
            known = Tail(stored[0], stored[1]) if stored else Tail(0, START)
            self._tails[call] = known
        return known

    def _head(self, connection: Connection, call: str, tail: Tail) -> None:
        values = {"last_seq": tail.seq, "head": tail.hash}
        if connection.execute(update(calls).where(calls.c.id == call).values(**values)).rowcount == 0:
            connection.execute(calls.insert().values(id=call, **values))  # a call whose offer never got here


def _columns(row: Row, chained: str) -> dict[str, Any]:
    return {
        "call": row.call, "seq": row.seq, "v": row.v, "at_ms": row.at_ms, "wall": row.wall, "type": row.type,
        "body": row.body, "hash": chained,
    }  # fmt: skip


def _about_the_row(error: Exception) -> bool:
    """Whether the row itself is at fault, so that trying again cannot help; else the database is."""
    if isinstance(error, (IntegrityError, DataError)):
        return True
    if isinstance(error, (SQLAlchemyError, sqlite3.Error)):
        return isinstance(error, StatementError) and not isinstance(error, DBAPIError)
    return True
