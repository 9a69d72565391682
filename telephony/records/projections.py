"""What each entry changes in the tables beside the journal: one small function an entry type."""

import json
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, Table, func, select, update

from telephony.records import copilot
from telephony.records.rows import Row
from telephony.records.schema import callbacks, calls, handoffs, wrapups


def project(connection: Connection, row: Row) -> None:
    """Carries one new entry over. Entry types without a projection change nothing."""
    change = _CHANGES.get(row.type)
    if change is not None:
        change(connection, row)


def _put(connection: Connection, table: Table, key: dict[str, Any], **values: Any) -> None:
    """Inserts or updates one row; the record has a single writer, so looking first is enough."""
    where = [table.c[name] == value for name, value in key.items()]
    if connection.execute(select(1).select_from(table).where(*where)).first() is None:
        connection.execute(table.insert().values(**key, **values))
    elif values:
        connection.execute(update(table).where(*where).values(**values))


def _call(connection: Connection, row: Row, **values: Any) -> None:
    _put(connection, calls, {"id": row.call}, **values)


def _offered(connection: Connection, row: Row) -> None:
    f = row.fields
    _call(
        connection, row, line=f["line"], direction=f["direction"], caller=f["caller"], called=f["called"],
        carrier_id=f["carrier_id"], offered_wall=row.wall,
    )  # fmt: skip


def _answered(connection: Connection, row: Row) -> None:
    _call(connection, row, answered_wall=row.wall)


def _judged(connection: Connection, row: Row) -> None:
    level = row.fields["frustration"]
    highest = func.coalesce(calls.c.frustration, 0)
    connection.execute(update(calls).where(calls.c.id == row.call, highest < level).values(frustration=level))


def _ended(connection: Connection, row: Row) -> None:
    f = row.fields
    _call(
        connection, row, ended_wall=row.wall, outcome=f["outcome"], ended_by=f["by"], reason=f["reason"],
        seconds=f["seconds"],
    )  # fmt: skip


def _handoff(connection: Connection, row: Row, **values: Any) -> None:
    _put(connection, handoffs, {"id": row.fields["handoff"]}, call=row.call, **values)


def _brief(connection: Connection, row: Row) -> None:
    brief = json.dumps(row.fields["brief"], ensure_ascii=False)
    _handoff(connection, row, brief_version=row.fields["version"], brief=brief)


def _moved(connection: Connection, row: Row) -> None:
    state = row.fields["state"]
    times: dict[str, int] = {}
    if row.fields["was"] == "requested":
        times["first_ms"] = row.at_ms
    if state in ("ended", "abandoned", "callback", "resumed"):
        times["over_ms"] = row.at_ms
    _handoff(connection, row, state=state, why=row.fields["why"], **times)


def _agent_offered(connection: Connection, row: Row) -> None:
    _handoff(connection, row, agent=row.fields["agent"])


def _agent_accepted(connection: Connection, row: Row) -> None:
    _handoff(connection, row, agent=row.fields["agent"], accepted_by=row.fields["by"])


def _bridged(connection: Connection, row: Row) -> None:
    """The first who talked with the caller ended their wait; the last has the call."""
    first = select(handoffs.c.bridged_ms).where(handoffs.c.id == row.fields["handoff"])
    known = connection.scalar(first)
    _handoff(connection, row, agent=row.fields["agent"], bridged_ms=row.at_ms if known is None else known)


def _callback(connection: Connection, row: Row) -> None:
    f = row.fields
    _put(
        connection, callbacks, {"handoff": f["handoff"]}, call=row.call, number=f["number"], queue=f["queue"],
        brief_version=f["brief_version"], due=f["due"], agreed_wall=row.wall,
    )  # fmt: skip


def _wrapped_up(connection: Connection, row: Row) -> None:
    f = row.fields
    _put(
        connection, wrapups, {"call": row.call, "seq": row.seq}, agent=f["agent"], disposition=f["disposition"],
        summary=f["summary"], wall=row.wall,
    )  # fmt: skip


_CHANGES: dict[str, Callable[[Connection, Row], None]] = {
    "CallOffered": _offered,
    "CallAnswered": _answered,
    "Judged": _judged,
    "CallEnded": _ended,
    "BriefReady": _brief,
    "HandoffMoved": _moved,
    "AgentOffered": _agent_offered,
    "AgentAccepted": _agent_accepted,
    "Bridged": _bridged,
    "CallbackAgreed": _callback,
    "WrappedUp": _wrapped_up,
    "CopilotShown": copilot.shown,
    "CopilotMarked": copilot.marked,
}
