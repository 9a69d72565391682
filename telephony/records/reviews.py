"""Marks, finished reviews and changes in the record; what is read of calls comes over a connection of its own.

Implements `telephony.reviews.ports.Shelf`. Every step of a change is a row in `review_steps`, which only grows.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from pydantic import TypeAdapter
from sqlalchemy import Connection, Engine, delete, select, update
from sqlalchemy.exc import SQLAlchemyError

from telephony.errors import RecordError
from telephony.records.knowledge_candidates import newest
from telephony.records.queries import Queries
from telephony.records.rows import Row
from telephony.records.schema import review_changes, review_marks, review_steps, reviewed_calls
from telephony.records.terminal import Runs
from telephony.reviews.changes import Change, Standing
from telephony.reviews.marks import Mark
from telephony.reviews.ports import Answered
from telephony.reviews.queue import NEEDED

T = TypeVar("T")
Job = Callable[[Connection], T]
_CHANGE = TypeAdapter(Change)


class StoredReviews:
    """`store` writes; `engine` is for reading."""

    def __init__(self, store: Runs, engine: Engine) -> None:
        self._store, self._engine = store, engine
        self._reader = ThreadPoolExecutor(max_workers=1, thread_name_prefix="reviews")

    def close(self) -> None:
        """After the read that goes on."""
        self._reader.shutdown()
        self._engine.dispose()

    async def calls(self, *, since: float, until: float) -> Sequence[Sequence[Row]]:
        return await self._read(lambda: list(Queries(self._engine).journals(since=since, until=until, types=NEEDED)))

    async def journal(self, call: str) -> Sequence[Row]:
        return await self._read(lambda: Queries(self._engine).journal(call))

    async def marks(self) -> Sequence[Mark]:
        return await self._look(marks)

    async def put_mark(self, mark: Mark) -> None:
        await self._store.run(mark_put(mark))

    async def closed(self) -> Mapping[str, frozenset[str]]:
        return await self._look(closed)

    async def close_call(self, call: str, reviewer: str, wall: float) -> None:
        await self._store.run(call_closed(call, reviewer, wall))

    async def changes(self) -> Sequence[Change]:
        return await self._look(changes)

    async def put_change(self, change: Change, *, by: str, step: str, wall: float) -> None:
        await self._store.run(change_put(change, by=by, step=step, wall=wall))

    async def answered(self) -> Sequence[Answered]:
        found = await self._look(newest)
        return [Answered(one.id, one.call, one.question, one.answer, one.answered_by, one.wall) for one in found]

    async def _look(self, job: Job[T]) -> T:
        def read() -> T:
            with self._engine.connect() as connection:
                return job(connection)

        return await self._read(read)

    async def _read(self, read: Callable[[], T]) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._reader, read)
        except SQLAlchemyError as error:
            raise RecordError(f"a record that can be read expected, got {error}") from error


def marks(connection: Connection) -> list[Mark]:
    columns = [review_marks.c[name] for name in Mark.__slots__]
    return [Mark(*row) for row in connection.execute(select(*columns).order_by(review_marks.c.wall))]


def closed(connection: Connection) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for call, reviewer in connection.execute(select(reviewed_calls.c.call, reviewed_calls.c.reviewer)):
        found[call] = found.get(call, frozenset()) | {reviewer}
    return found


def changes(connection: Connection) -> list[Change]:
    """The newest first."""
    query = select(review_changes.c.body).order_by(review_changes.c.wall.desc(), review_changes.c.id)
    return [_CHANGE.validate_json(body) for body in connection.scalars(query)]


def mark_put(mark: Mark) -> Job[None]:
    def job(connection: Connection) -> None:
        of = review_marks.c
        own = (of.call == mark.call, of.judgement == mark.judgement, of.reviewer == mark.reviewer)
        connection.execute(delete(review_marks).where(*own))
        connection.execute(review_marks.insert().values({name: getattr(mark, name) for name in Mark.__slots__}))

    return job


def call_closed(call: str, reviewer: str, wall: float) -> Job[None]:
    return lambda connection: _insert(connection, call, reviewer, wall)


def _insert(connection: Connection, call: str, reviewer: str, wall: float) -> None:
    connection.execute(reviewed_calls.insert().values(call=call, reviewer=reviewer, wall=wall))


def change_put(change: Change, *, by: str, step: str, wall: float) -> Job[None]:
    def job(connection: Connection) -> None:
        connection.execute(delete(review_changes).where(review_changes.c.id == change.id))
        body = _CHANGE.dump_json(change).decode()
        connection.execute(review_changes.insert().values(
            id=change.id, call=change.calls[0] if len(change.calls) == 1 else "", standing=change.standing.value,
            wall=change.wall, body=body,
        ))  # fmt: skip
        version = change.version
        connection.execute(review_steps.insert().values(
            change=change.id, step=step, standing=change.standing.value, who=by, wall=wall, version=version,
        ))  # fmt: skip

    return job


def erased(connection: Connection, call: str) -> None:
    """The words of a call go: reviewers' notes and answers in words, and what they propose but nobody has signed. What
    was published stays, as redacted words of nobody in particular."""
    of = review_marks.c
    connection.execute(update(review_marks).where(of.call == call).values(note=""))
    brief = of.judgement.startswith("brief:")
    connection.execute(update(review_marks).where(of.call == call, brief).values(said="", answer=""))
    live = (Standing.PUBLISHED.value, Standing.PROVING.value)
    mine = review_changes.c
    connection.execute(delete(review_changes).where(mine.call == call, mine.standing.not_in(live)))
