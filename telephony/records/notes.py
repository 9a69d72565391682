"""The audit's notes in the record: each takes the next number and is chained to the one before it."""

from collections.abc import Callable, Iterator, Sequence

from sqlalchemy import Connection, Row, Select, select, update

from telephony.access.audit import Kept, Note, Outcome, Wanted
from telephony.records.audit import Broken, link, verify
from telephony.records.schema import audit, audit_head
from telephony.records.terminal import Runs


class StoredNotes:
    """`telephony.access.audit.Shelf` over the store's own thread, or the terminal's database."""

    def __init__(self, store: Runs) -> None:
        self._store = store

    async def add(self, notes: Sequence[Note]) -> None:
        await self._store.run(added(notes))

    async def look(self, wanted: Wanted) -> list[Kept]:
        return await self._store.run(lambda connection: look(connection, wanted))

    async def broken(self) -> str:
        found = await self._store.run(broken)
        return f"note {found.seq}: {found.what}" if found else ""


def added(notes: Sequence[Note]) -> Callable[[Connection], None]:
    """The change comes before the look: so it locks the head, and of two processes that add one waits."""

    def job(connection: Connection) -> None:
        connection.execute(update(audit_head).values(last_seq=audit_head.c.last_seq + len(notes)))
        last_seq, head = connection.execute(select(audit_head.c.last_seq, audit_head.c.head)).one()
        for seq, note in enumerate(notes, last_seq - len(notes) + 1):
            head = link(head, Kept(seq, note, ""))
            values = {name: getattr(note, name) for name in ("wall", "who", "what", "call", "detail")}
            roles, outcome = " ".join(note.roles), note.outcome.value
            connection.execute(audit.insert().values(seq=seq, roles=roles, outcome=outcome, hash=head, **values))
        connection.execute(update(audit_head).values(head=head))

    return job


def look(connection: Connection, wanted: Wanted) -> list[Kept]:
    """The newest first."""
    query = select(audit).order_by(audit.c.seq.desc()).limit(wanted.limit)
    return [_kept(row) for row in connection.execute(_narrowed(query, wanted))]


def broken(connection: Connection) -> Broken | None:
    """Reads all of them, in their order."""
    last_seq, head = connection.execute(select(audit_head.c.last_seq, audit_head.c.head)).one()
    return verify(_chain(connection), last_seq=last_seq, head=head)


def _chain(connection: Connection) -> Iterator[tuple[Kept, str]]:
    for row in connection.execute(select(audit).order_by(audit.c.seq)):
        kept = _kept(row)
        yield kept, kept.hash


def _narrowed(query: Select[tuple[object, ...]], wanted: Wanted) -> Select[tuple[object, ...]]:
    if wanted.who:
        query = query.where(audit.c.who == wanted.who)
    if wanted.what:
        query = query.where(audit.c.what.startswith(wanted.what, autoescape=True))
    if wanted.call:
        query = query.where(audit.c.call == wanted.call)
    if wanted.before is not None:
        query = query.where(audit.c.seq < wanted.before)
    return query


def _kept(row: Row[tuple[object, ...]]) -> Kept:
    note = Note(row.wall, row.who, tuple(row.roles.split()), row.what, row.call, Outcome(row.outcome), row.detail)
    return Kept(row.seq, note, row.hash)
