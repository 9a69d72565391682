"""The audit: who did what, in which role, on which call, when, and how it ended. One call from any room: `note`.

A note never holds up what it tells of: it waits in order until it is kept, through outages of the database too. Where
notes are kept each is chained to the one before it, so that an edit, a drop or a new order shows.
"""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from models.redact import redact
from telephony.access.roles import Who
from telephony.errors import RecordError

log = logging.getLogger(__name__)

RETRY_SECONDS = 5.0  # as the record's own
TOGETHER = 500  # notes in one transaction: a day of a busy floor, should the database have been away so long
DETAIL_CHARS = 500
CALL_CHARS = 64  # as of the record's ids; what a page names as a call may be anything
ON_ONE_PAGE = 100
LAST_WORD_SECONDS = 5.0


class Outcome(StrEnum):
    DONE = "done"
    REFUSED = "refused"  # the rules said no
    FAILED = "failed"  # it was allowed and did not come about


@dataclass(frozen=True, slots=True)
class Note:
    """`what` is a word of its room, as "supervision.listen". `wall`: seconds since 1970. `detail`: redacted."""

    wall: float
    who: str
    roles: tuple[str, ...]
    what: str
    call: str
    outcome: Outcome
    detail: str


@dataclass(frozen=True, slots=True)
class Kept:
    """A note where it stands."""

    seq: int
    note: Note
    hash: str

    @property
    def line(self) -> dict[str, Any]:
        """What the chain is made over; a line of the export, too."""
        note = self.note
        return {
            "seq": self.seq, "wall": note.wall, "who": note.who, "roles": list(note.roles), "what": note.what,
            "call": note.call, "outcome": note.outcome.value, "detail": note.detail,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which notes to show, the newest first. Empty: any. `before`: their seq is lower."""

    who: str = ""
    what: str = ""  # or how it begins, as "supervision."
    call: str = ""
    before: int | None = None
    limit: int = ON_ONE_PAGE


class Shelf(Protocol):
    """Where notes are kept. Each raises `RecordError` when it cannot be reached."""

    async def add(self, notes: Sequence[Note]) -> None: ...

    async def look(self, wanted: Wanted) -> list[Kept]: ...

    async def broken(self) -> str:
        """Where the chain does not hold, in words; empty: all holds."""
        ...


class Notes(Protocol):
    """What the rooms need of it."""

    def note(
        self, who: Who, what: str, *, call: str = "", outcome: Outcome = Outcome.DONE, detail: str = ""
    ) -> None: ...


class Audit:
    """`wall`: seconds since 1970. Notes are written while `running` is open; before and after it they wait."""

    def __init__(self, shelf: Shelf, *, wall: Callable[[], float]) -> None:
        self.shelf = shelf
        self._wall = wall
        self._waiting: deque[Note] = deque()
        self._more = asyncio.Event()
        self._closed = asyncio.Event()
        self._away = False

    def note(self, who: Who, what: str, *, call: str = "", outcome: Outcome = Outcome.DONE, detail: str = "") -> None:
        """Returns at once. `detail`: a few words beside it; no callers' words, and what looks like a number goes."""
        roles = tuple(sorted(who.roles))
        told = _kept(redact(detail), DETAIL_CHARS)
        at = _kept(call, CALL_CHARS)
        self._waiting.append(Note(round(self._wall(), 3), who.id, roles, what, at, outcome, told))
        self._more.set()

    def left(self) -> list[Note]:
        """Notes that are not kept yet."""
        return list(self._waiting)

    async def run(self) -> None:
        """Until `close`, and then until what waits is kept or cannot be."""
        while not self._closed.is_set() or self._waiting:
            if not self._waiting:
                self._more.clear()
                await self._more.wait()
            elif not await self._write():
                if self._closed.is_set():
                    return
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._closed.wait(), RETRY_SECONDS)

    def close(self) -> None:
        self._closed.set()
        self._more.set()

    async def _write(self) -> bool:
        batch = [self._waiting[i] for i in range(min(TOGETHER, len(self._waiting)))]
        try:
            await self.shelf.add(batch)
        except RecordError as error:
            if not self._away:
                log.error("%d notes of the audit wait to be kept: %s", len(self._waiting), error)
            self._away = True
            return False
        for _ in batch:
            self._waiting.popleft()
        if self._away:
            log.warning("the audit is kept again")
        self._away = False
        return True


def _kept(text: str, most: int) -> str:
    """What any database takes: a note that one does not would hold up all that wait behind it."""
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}")[:most]


@asynccontextmanager
async def running(audit: Audit) -> AsyncIterator[None]:
    """Notes are kept while this is open, and the last ones as it closes."""
    work = asyncio.create_task(audit.run(), name="audit")
    try:
        yield
    finally:
        audit.close()
        await asyncio.wait({work}, timeout=LAST_WORD_SECONDS)
        work.cancel()
        await asyncio.wait({work})
        for note in audit.left():
            log.error("a note of the audit that was not kept: %s", note)


@dataclass(slots=True)
class InMemory:
    """A shelf for a service without a database."""

    kept: list[Kept] = field(default_factory=list)

    async def add(self, notes: Sequence[Note]) -> None:
        self.kept += [Kept(len(self.kept) + i, note, "") for i, note in enumerate(notes, 1)]

    async def look(self, wanted: Wanted) -> list[Kept]:
        found = [kept for kept in reversed(self.kept) if fits(kept, wanted)]
        return found[: wanted.limit]

    async def broken(self) -> str:
        return ""


def fits(kept: Kept, wanted: Wanted) -> bool:
    note = kept.note
    return (
        (not wanted.who or note.who == wanted.who)
        and note.what.startswith(wanted.what)
        and (not wanted.call or note.call == wanted.call)
        and (wanted.before is None or kept.seq < wanted.before)
    )
