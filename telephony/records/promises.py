"""Promised call backs in the record: `telephony.promises.Promises` over the store's own thread."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Update, select, update

from models.brief import Brief, BriefLine, Part
from telephony.errors import RecordError
from telephony.promises import OpenPromise, PromiseOver
from telephony.records.changes import Job
from telephony.records.schema import callbacks, calls, handoffs
from telephony.records.store import Store, default_url
from telephony.records.upgrade import open_engine, upgrade


class StoredPromises:
    """`wall`: seconds since 1970."""

    def __init__(self, store: Store, *, wall: Callable[[], float]) -> None:
        self._store = store
        self._wall = wall

    async def open(self) -> list[OpenPromise]:
        return await self._store.run(open_promises)

    async def tried(self, handoff: str, *, next_wall: float) -> None:
        await self._store.run(promise_tried(handoff, next_wall))

    async def over(self, handoff: str, how: PromiseOver) -> None:
        await self._store.run(promise_over(handoff, how, self._wall()))


class Promised:
    """The same for the command line, which may come while the service runs: each call is a transaction of its own."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def open(self) -> list[OpenPromise]:
        with self._engine.connect() as connection:
            return open_promises(connection)

    def cancel(self, handoff: str, wall: float) -> None:
        with self._engine.begin() as connection:
            promise_over(handoff, PromiseOver.CANCELLED, wall)(connection)


def open_promised(url: str, folder: Path) -> Promised:
    """Raises `RecordError` when the database cannot be opened."""
    try:
        engine = open_engine(url or default_url(folder))
        upgrade(engine)
    except Exception as error:
        raise RecordError(f"a database at {url or folder} expected, got {error}") from error
    return Promised(engine)


def promise_tried(handoff: str, next_wall: float) -> Job:
    tried = update(callbacks).where(callbacks.c.handoff == handoff)
    return _doing(tried.values(tries=callbacks.c.tries + 1, next_wall=next_wall))


def promise_over(handoff: str, how: PromiseOver, wall: float) -> Job:
    ended = update(callbacks).where(callbacks.c.handoff == handoff)
    return _doing(ended.values(done_wall=wall, outcome=how.value))


def open_promises(connection: Connection) -> list[OpenPromise]:
    """Those not over, the longest waiting first, each with its newest brief."""
    query = (
        select(callbacks, handoffs.c.brief, handoffs.c.first_ms, calls.c.offered_wall)
        .outerjoin(handoffs, handoffs.c.id == callbacks.c.handoff)
        .outerjoin(calls, calls.c.id == callbacks.c.call)
        .where(callbacks.c.done_wall.is_(None))
    )
    found = [_promise(row) for row in connection.execute(query)]
    return sorted(found, key=lambda promise: (promise.since_wall, promise.handoff))


def _promise(row: Any) -> OpenPromise:
    sought = row.offered_wall is not None and row.first_ms is not None
    return OpenPromise(
        handoff=row.handoff,
        call=row.call,
        number=row.number,
        queue=row.queue,
        since_wall=row.offered_wall + row.first_ms / 1000 if sought else row.agreed_wall,
        brief=brief_of(json.loads(row.brief)) if row.brief else None,
        due=datetime.fromisoformat(row.due) if row.due else None,
        tries=row.tries,
        next_wall=row.next_wall or 0.0,
    )


def brief_of(fields: Mapping[str, Any]) -> Brief:
    """A brief as the journal's `BriefReady` holds it."""
    lines = tuple(
        BriefLine(Part(line["part"]), line["text"], tuple(line["turns"]), line["record"]) for line in fields["lines"]
    )
    return Brief(fields["version"], fields["headline"], lines, fields["spoken"])


def _doing(statement: Update) -> Job:
    def job(connection: Connection) -> None:
        connection.execute(statement)

    return job
