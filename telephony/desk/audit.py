"""The auditor's calls: what people did, page by page or as CSV, and whether anybody has touched the record of it."""

import csv
import io
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse

from telephony.access.audit import Audit, Kept, Wanted
from telephony.access.roles import Role
from telephony.desk.doors import Doors, Seat
from telephony.figures.report import plain

COLUMNS = ("seq", "time", "who", "roles", "what", "call", "outcome", "detail", "hash")
Word = Annotated[str, Query(max_length=64)]
SEQ_MAX = 2**31 - 1  # of a database's integer


def routes(*, audit: Audit, doors: Doors) -> APIRouter:
    router = APIRouter(prefix="/desk/api/audit")
    reading = doors.reads(Role.AUDITOR)

    @router.get("")
    async def notes(
        _seat: Annotated[Seat, Depends(reading)],
        who: Word = "",
        what: Word = "",
        call: Word = "",
        before: Annotated[int | None, Query(ge=1, le=SEQ_MAX)] = None,
    ) -> dict[str, object]:
        wanted = Wanted(who=who, what=what, call=call, before=before)
        found = await audit.shelf.look(wanted)
        return {
            "notes": [{**kept.line, "time": _time(kept)} for kept in found],
            "more": len(found) == wanted.limit,
            "waiting": len(audit.left()),
        }

    @router.get("/holds")
    async def holds(_seat: Annotated[Seat, Depends(reading)]) -> dict[str, object]:
        """Reads the whole chain."""
        broken = await audit.shelf.broken()
        return {"holds": not broken, "broken": broken}

    @router.get(".csv")
    async def as_csv(
        _seat: Annotated[Seat, Depends(reading)], who: Word = "", what: Word = "", call: Word = ""
    ) -> StreamingResponse:
        lines = _csv(audit, Wanted(who=who, what=what, call=call, limit=1000))
        named = {"content-disposition": 'attachment; filename="audit.csv"'}
        return StreamingResponse(lines, media_type="text/csv; charset=utf-8", headers=named)

    return router


async def _csv(audit: Audit, wanted: Wanted) -> AsyncIterator[str]:
    """The newest first, page by page: years of it do not fit into memory."""
    yield _line(COLUMNS)
    while found := await audit.shelf.look(wanted):
        for kept in found:
            line = {**kept.line, "time": _time(kept), "roles": " ".join(kept.note.roles), "hash": kept.hash}
            yield _line([plain(line[column]) for column in COLUMNS])
        wanted = Wanted(who=wanted.who, what=wanted.what, call=wanted.call, before=found[-1].seq, limit=wanted.limit)


def _line(cells: object) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(cells)  # type: ignore[arg-type]
    return out.getvalue()


def _time(kept: Kept) -> str:
    return datetime.fromtimestamp(kept.note.wall, UTC).isoformat(timespec="seconds")
