"""Calls whose journal has no end: the service died while they were in progress. Asked once, at the next start."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, select

from telephony.records.schema import calls, entries

OPEN_STATES = frozenset({"requested", "queued", "offered", "answered", "briefed", "accepted", "bridged"})


@dataclass(frozen=True, slots=True)
class AgentLeg:
    """An agent's telephone that was rung, as its line names it."""

    handoff: str
    agent: str
    line: str
    carrier_id: str


@dataclass(frozen=True, slots=True)
class Unfinished:
    """One such call. `handoff` is the open one and `state` how far it had come; `last_*` are of its last entry."""

    call: str
    line: str
    carrier_id: str | None
    last_seq: int
    last_ms: int
    legs: tuple[AgentLeg, ...]
    handoff: str | None
    state: str | None
    bridged_with: str | None  # the agent, while the two talked


def unfinished(connection: Connection) -> list[Unfinished]:
    """A job for `Store.run`: what was still in its spill file is in the tables by then."""
    query = select(calls.c.id, calls.c.line, calls.c.carrier_id).where(
        calls.c.offered_wall.is_not(None), calls.c.ended_wall.is_(None), calls.c.erased_wall.is_(None)
    )
    return [_read(connection, *row) for row in connection.execute(query).all()]


def _read(connection: Connection, call: str, line: str, carrier_id: str | None) -> Unfinished:
    query = select(entries).where(entries.c.call == call).order_by(entries.c.seq)
    rows = connection.execute(query).all()
    told = [(row.type, json.loads(row.body)) for row in rows]
    moved = [body for kind, body in told if kind == "HandoffMoved"]
    still_open = [body for body in moved[-1:] if body["state"] in OPEN_STATES]
    handoff, state = (still_open[0]["handoff"], still_open[0]["state"]) if still_open else (None, None)
    return Unfinished(
        call=call,
        line=line,
        carrier_id=carrier_id,
        last_seq=rows[-1].seq,
        last_ms=rows[-1].at_ms,
        legs=tuple(AgentLeg(**body) for kind, body in told if kind == "AgentRung"),
        handoff=handoff,
        state=state,
        bridged_with=_bridged_with(told) if state == "bridged" else None,
    )


def _bridged_with(told: Iterable[tuple[str, dict[str, str]]]) -> str | None:
    agents = [body["agent"] for kind, body in told if kind == "Bridged"]
    return agents[-1] if agents else None
