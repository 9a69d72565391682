"""Reads back what routing needs of earlier calls. Implements `telephony.history.History`.

It reads on a connection of its own, in a thread of its own: neither the event loop nor the writer waits for it.
"""

import asyncio
import json
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from sqlalchemy import Engine, select
from sqlalchemy.exc import SQLAlchemyError

from telephony.errors import RecordError
from telephony.history import PastWait
from telephony.records.schema import calls, entries, handoffs

T = TypeVar("T")

CALLS = 5000
"""So many calls are looked through for waits, the latest first: enough for the memory of several queues."""


class RecordedHistory:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._reader = ThreadPoolExecutor(max_workers=1, thread_name_prefix="history")

    def close(self) -> None:
        """After the read that goes on."""
        self._reader.shutdown()
        self._engine.dispose()

    async def last_agent(self, number: str, *, since_wall: float) -> str | None:
        return await self._read(lambda: self._last_agent(number, since_wall))

    async def waits(self) -> Sequence[PastWait]:
        return await self._read(self._waits)

    async def _read(self, query: Callable[[], T]) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._reader, query)
        except SQLAlchemyError as error:
            raise RecordError(f"a record that can be read expected, got {error}") from error

    def _last_agent(self, number: str, since_wall: float) -> str | None:
        query = (
            select(handoffs.c.agent)
            .join(calls, calls.c.id == handoffs.c.call)
            .where(calls.c.caller == number, calls.c.offered_wall >= since_wall, handoffs.c.bridged_ms.is_not(None))
            .order_by(calls.c.offered_wall.desc(), handoffs.c.bridged_ms.desc())
            .limit(1)
        )
        with self._engine.connect() as connection:
            found: str | None = connection.scalar(query)
            return found

    def _waits(self) -> list[PastWait]:
        latest = select(calls.c.id).order_by(calls.c.offered_wall.desc()).limit(CALLS).subquery()
        joined = (
            select(entries.c.body, entries.c.at_ms, entries.c.wall)
            .join(latest, latest.c.id == entries.c.call)
            .where(entries.c.type == "QueueJoined")
        )
        ends = select(handoffs.c.id, handoffs.c.bridged_ms, handoffs.c.over_ms).join(
            latest, latest.c.id == handoffs.c.call
        )
        with self._engine.connect() as connection:
            ended = {row.id: row for row in connection.execute(ends)}
            rows = list(connection.execute(joined))
        found: list[tuple[float, PastWait]] = []
        for row in rows:
            fields = json.loads(row.body)
            end = ended.get(fields["handoff"])
            over_ms = None if end is None else end.over_ms if end.bridged_ms is None else end.bridged_ms
            if end is None or over_ms is None:
                continue  # the service ended before the search did
            stood = fields["queue"], fields["place"], fields["staff"], fields["free"]
            wait_ms = over_ms - row.at_ms
            found.append((row.wall * 1000 + wait_ms, PastWait(*stood, wait_ms, end.bridged_ms is not None)))
        return [wait for _, wait in sorted(found, key=lambda one: one[0])]
