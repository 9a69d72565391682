"""A caller's earlier calls, read back from the record: in a thread of its own, one question at a time."""

import asyncio
import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import Connection, Engine, select
from sqlalchemy.exc import SQLAlchemyError

from telephony.earlier import EarlierCall
from telephony.errors import RecordError
from telephony.records.schema import calls, entries, handoffs, wrapups


class RecordedPast:
    """`telephony.earlier.Past`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._reader = ThreadPoolExecutor(max_workers=1, thread_name_prefix="earlier")

    def close(self) -> None:
        """After the read that goes on."""
        self._reader.shutdown()
        self._engine.dispose()

    async def of(self, number: str, *, but: str, limit: int) -> Sequence[EarlierCall]:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._reader, self._of, number, but, limit)
        except SQLAlchemyError as error:
            raise RecordError(f"a record that can be read expected, got {error}") from error

    def _of(self, number: str, but: str, limit: int) -> list[EarlierCall]:
        """Calls that were cut off by a crash have no end, and are left out."""
        theirs = (calls.c.caller == number) | ((calls.c.called == number) & (calls.c.direction == "outbound"))
        query = (
            select(calls.c.id, calls.c.offered_wall, calls.c.seconds, calls.c.outcome)
            .where(theirs, calls.c.id != but)
            .where(calls.c.erased_wall.is_(None), calls.c.ended_wall.is_not(None))
            .order_by(calls.c.offered_wall.desc(), calls.c.id)
            .limit(limit)
        )
        with self._engine.connect() as connection:
            return [_call(connection, *row) for row in connection.execute(query).all()]


def _call(connection: Connection, call: str, wall: float, seconds: float | None, outcome: str | None) -> EarlierCall:
    wrapped = connection.execute(
        select(wrapups.c.disposition, wrapups.c.summary).where(wrapups.c.call == call).order_by(wrapups.c.seq.desc())
    ).first()
    talked = select(handoffs.c.agent).where(handoffs.c.call == call, handoffs.c.bridged_ms.is_not(None))
    disposition, summary = wrapped if wrapped is not None else ("", "")
    about, member = _said(connection, call)
    agent = connection.scalar(talked.order_by(handoffs.c.bridged_ms.desc())) or ""
    return EarlierCall(call, wall, seconds, outcome or "", about, agent, disposition, summary, member)


def _said(connection: Connection, call: str) -> tuple[tuple[str, ...], str]:
    """What they asked for, and whom they were verified as."""
    query = (
        select(entries.c.type, entries.c.body)
        .where(entries.c.call == call, entries.c.type.in_(("Understood", "Verified")))
        .order_by(entries.c.seq)
    )
    about: dict[str, None] = {}
    member = ""
    for kind, body in connection.execute(query):
        fields = json.loads(body)
        if kind == "Verified":
            member = fields["member"] if fields["how"] != "none" else ""
        elif fields["intent"] and fields["in_scope"]:
            about[fields["intent"]] = None
    return tuple(about), member
