"""Jobs of the record for the command line, which may come while the service runs: each is a transaction of its own."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Protocol, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from telephony.errors import RecordError
from telephony.records.store import default_url
from telephony.records.upgrade import open_engine, upgrade

T = TypeVar("T")


class Runs(Protocol):
    """A `Store`, or `Direct`."""

    async def run(self, job: Callable[[Connection], T]) -> T: ...


class Direct:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def run(self, job: Callable[[Connection], T]) -> T:
        """In place. Raises `RecordError` when the database cannot take it."""
        try:
            with self._engine.begin() as connection:
                return job(connection)
        except (SQLAlchemyError, sqlite3.Error) as error:
            raise RecordError(f"a database that takes a change expected, got {error}") from error

    def close(self) -> None:
        self._engine.dispose()


def open_direct(url: str, folder: Path) -> Direct:
    """Raises `RecordError` when the database cannot be opened."""
    try:
        engine = open_engine(url or default_url(folder))
        upgrade(engine)
    except Exception as error:
        raise RecordError(f"a database at {url or folder} expected, got {error}") from error
    return Direct(engine)
