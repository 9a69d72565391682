"""What the desk, the report and the command line ask the record. Read only, on connections of their own.

Each method reads the disk: on the event loop, call it through an executor.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from sqlalchemy import Engine, select

from telephony.promises import OpenPromise
from telephony.records import audit, promises
from telephony.records.rows import Row
from telephony.records.schema import calls, entries, handoffs, recordings, wrapups


@dataclass(frozen=True, slots=True)
class CallRow:
    """One call of the list. Times are wall seconds; `frustration` is the highest level, 0..1."""

    id: str
    line: str | None
    caller: str | None
    offered_wall: float | None
    ended_wall: float | None
    outcome: str | None
    ended_by: str | None
    seconds: float | None
    frustration: float | None


@dataclass(frozen=True, slots=True)
class AgentCallRow:
    """One call an agent took."""

    call: str
    handoff: str
    accepted_by: str | None
    bridged_ms: int | None
    disposition: str | None
    summary: str | None
    offered_wall: float | None


class Queries:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def calls(self, *, limit: int = 50, before_wall: float | None = None) -> list[CallRow]:
        """The newest first; `before_wall` is the last one's `offered_wall`, for the next page."""
        columns = [calls.c[name] for name in CallRow.__slots__]
        query = select(*columns).order_by(calls.c.offered_wall.desc(), calls.c.id).limit(limit)
        if before_wall is not None:
            query = query.where(calls.c.offered_wall < before_wall)
        with self._engine.connect() as connection:
            return [CallRow(*row) for row in connection.execute(query)]

    def journal(self, call: str) -> list[Row]:
        """All entries of one call, in order; none for a call nobody knows."""
        return [row for row, _ in self._chain(call)]

    def journals(self, *, since: float, until: float, types: Iterable[str]) -> Iterator[list[Row]]:
        """Call by call, in the order they were offered in: their entries of these types. `since`, `until`: wall seconds
        between which a call was offered. Calls whose words were erased are left out: they tell nothing any more."""
        query = (
            select(entries)
            .join(calls, calls.c.id == entries.c.call)
            .where(calls.c.offered_wall >= since, calls.c.offered_wall < until, calls.c.erased_wall.is_(None))
            .where(entries.c.type.in_(sorted(types)))
            .order_by(calls.c.offered_wall, calls.c.id, entries.c.seq)
            .execution_options(yield_per=10_000)
        )
        with self._engine.connect() as connection:
            for _, rows in groupby(connection.execute(query), key=lambda e: str(e.call)):
                yield [Row(e.v, e.call, e.seq, e.at_ms, e.wall, e.type, json.loads(e.body)) for e in rows]

    def verify(self, call: str) -> audit.Broken | None:
        """Whether the call's entries are what was written: None, or where the chain first breaks."""
        with self._engine.connect() as connection:
            query = select(calls.c.last_seq, calls.c.head, calls.c.erased_wall).where(calls.c.id == call)
            found = connection.execute(query).first()
        if found is None or found.erased_wall is not None:
            return None  # nothing is kept, so nothing can be wrong
        return audit.verify(self._chain(call), last_seq=found.last_seq, head=found.head)

    def open_promises(self) -> list[OpenPromise]:
        """Call backs that are not kept yet, the longest waiting first."""
        with self._engine.connect() as connection:
            return promises.open_promises(connection)

    def agent_history(self, agent: str, *, limit: int = 50) -> list[AgentCallRow]:
        """The calls this agent was bridged to, the newest first."""
        query = (
            select(
                handoffs.c.call, handoffs.c.id, handoffs.c.accepted_by, handoffs.c.bridged_ms, wrapups.c.disposition,
                wrapups.c.summary, calls.c.offered_wall,
            )
            .join(calls, calls.c.id == handoffs.c.call)
            .outerjoin(wrapups, (wrapups.c.call == handoffs.c.call) & (wrapups.c.agent == handoffs.c.agent))
            .where(handoffs.c.agent == agent, handoffs.c.bridged_ms.is_not(None))
            .order_by(calls.c.offered_wall.desc(), handoffs.c.id)
            .limit(limit)
        )  # fmt: skip
        with self._engine.connect() as connection:
            return [AgentCallRow(*row) for row in connection.execute(query)]

    def recording(self, call: str) -> str | None:
        """The file's name inside the recordings folder."""
        with self._engine.connect() as connection:
            found: str | None = connection.scalar(select(recordings.c.file).where(recordings.c.call == call))
            return found

    def _chain(self, call: str) -> Iterator[tuple[Row, str]]:
        query = select(entries).where(entries.c.call == call).order_by(entries.c.seq)
        with self._engine.connect() as connection:
            for e in connection.execute(query):
                yield Row(e.v, e.call, e.seq, e.at_ms, e.wall, e.type, json.loads(e.body)), e.hash
