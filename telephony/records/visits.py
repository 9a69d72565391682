"""Reads visits back from the record, for the figures: in a thread of its own, one question at a time."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from telephony.errors import RecordError
from telephony.figures import NEEDED, Visit, visit
from telephony.records.queries import Queries


class RecordedVisits:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._reader = ThreadPoolExecutor(max_workers=1, thread_name_prefix="visits")

    def close(self) -> None:
        """After the read that goes on."""
        self._reader.shutdown()
        self._engine.dispose()

    async def visits(self, *, since: float, until: float) -> Sequence[Visit]:
        """Calls offered between two wall times, in order. Raises `RecordError`."""
        try:
            return await asyncio.get_running_loop().run_in_executor(self._reader, self._visits, since, until)
        except SQLAlchemyError as error:
            raise RecordError(f"a record that can be read expected, got {error}") from error

    def _visits(self, since: float, until: float) -> list[Visit]:
        journals = Queries(self._engine).journals(since=since, until=until, types=NEEDED)
        return [found for rows in journals if (found := visit(rows)) is not None]
