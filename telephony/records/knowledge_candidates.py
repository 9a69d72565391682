"""Questions that colleagues answered in the middle of calls, kept for whoever looks after the knowledge."""

from collections.abc import Callable, Sequence

from sqlalchemy import Connection, select

from telephony.approvals.consults import Candidate
from telephony.records.schema import knowledge_candidates


def added(candidate: Candidate) -> Callable[[Connection], None]:
    """A job for `Store.submit`."""
    fields = ("id", "call", "turn", "question", "answer", "answered_by", "wall")
    values = {name: getattr(candidate, name) for name in fields}

    def job(connection: Connection) -> None:
        connection.execute(knowledge_candidates.insert().values(**values))

    return job


def newest(connection: Connection, *, limit: int = 200) -> Sequence[Candidate]:
    query = select(knowledge_candidates).order_by(knowledge_candidates.c.wall.desc()).limit(limit)
    return [Candidate(**row) for row in connection.execute(query).mappings()]
