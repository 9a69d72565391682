"""Whatever a supervisor or an admin does is told afterwards, in order, and a changed note shows."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import Connection, delete, text, update

from telephony.access.audit import Audit, InMemory, Kept, Note, Outcome, Wanted, running
from telephony.access.roles import Role, Who
from telephony.errors import RecordError
from telephony.records.notes import StoredNotes
from telephony.records.schema import audit as notes
from telephony.records.schema import audit_head
from telephony.records.store import Store, open_store

SAM = Who("sam", frozenset({Role.SUPERVISOR, Role.AUDITOR}))


@pytest_asyncio.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = open_store("", tmp_path)
    yield store
    store.close()


async def three(store: Store) -> StoredNotes:
    shelf = StoredNotes(store)
    audit = Audit(shelf, wall=lambda: 1_790_000_000.25)
    async with running(audit):
        audit.note(SAM, "supervision.listen", call="call-7")
        audit.note(SAM, "approvals.approve", call="call-8", detail="fee 12.50 to member 4402 1187 5599")
        audit.note(SAM, "users.roles", outcome=Outcome.REFUSED, detail="kim: admin")
    return shelf


async def test_a_note_says_who_in_which_roles_what_on_which_call_when_and_how_it_ended(store: Store):
    last, _, first = await (await three(store)).look(Wanted())
    assert first.line == {
        "seq": 1, "wall": 1_790_000_000.25, "who": "sam", "roles": ["auditor", "supervisor"],
        "what": "supervision.listen", "call": "call-7", "outcome": "done", "detail": "",
    }  # fmt: skip
    assert (last.seq, last.note.outcome, last.note.detail) == (3, Outcome.REFUSED, "kim: admin")


async def test_what_a_page_names_as_a_call_holds_up_no_note(store: Store):
    shelf = StoredNotes(store)
    audit = Audit(shelf, wall=lambda: 1_790_000_000.25)
    async with running(audit):
        audit.note(SAM, "supervision.listen", call="c\0" + "x" * 5000, outcome=Outcome.REFUSED, detail="\0" * 5000)
    (kept,) = await shelf.look(Wanted())
    assert (len(kept.note.call), len(kept.note.detail)) == (64, 500)
    assert "\0" not in kept.note.call + kept.note.detail


async def test_what_looks_like_a_customers_number_is_not_kept(store: Store):
    (kept,) = await (await three(store)).look(Wanted(what="approvals."))
    assert "4402" not in kept.note.detail and "12.50" in kept.note.detail


@pytest.mark.parametrize(
    ("wanted", "seqs"),
    [
        (Wanted(call="call-8"), [2]),
        (Wanted(who="sam", limit=2), [3, 2]),
        (Wanted(before=2), [1]),
        (Wanted(what="users."), [3]),
        (Wanted(what="%"), []),
        (Wanted(who="kim"), []),
    ],
)
async def test_notes_are_found_by_who_what_and_call(store: Store, wanted: Wanted, seqs: list[int]):
    kept = await (await three(store)).look(wanted)
    assert [one.seq for one in kept] == seqs
    in_memory = InMemory()
    await in_memory.add([one.note for one in await StoredNotes(store).look(Wanted())][::-1])
    assert [one.seq for one in await in_memory.look(wanted)] == seqs


def another_call(connection: Connection) -> None:
    connection.execute(update(notes).where(notes.c.seq == 2).values(call="call-9"))


def another_role(connection: Connection) -> None:
    connection.execute(update(notes).where(notes.c.seq == 2).values(roles="agent"))


def drop(connection: Connection) -> None:
    connection.execute(delete(notes).where(notes.c.seq == 2))


def cut_off(connection: Connection) -> None:
    connection.execute(delete(notes).where(notes.c.seq > 1))


def reorder(connection: Connection) -> None:
    for was, to in ((2, 99), (3, 2), (99, 3)):
        connection.execute(text(f"UPDATE audit SET seq = {to} WHERE seq = {was}"))


def forget_all(connection: Connection) -> None:
    connection.execute(delete(notes))


def another_head(connection: Connection) -> None:
    connection.execute(update(audit_head).values(head="0" * 64))


async def test_an_audit_that_nobody_touched_holds(store: Store):
    assert await (await three(store)).broken() == ""


@pytest.mark.parametrize("touch", [another_call, another_role, drop, cut_off, reorder, forget_all, another_head])
async def test_an_audit_that_somebody_touched_does_not(store: Store, touch):
    shelf = await three(store)
    await store.run(touch)
    assert (await shelf.broken()).startswith("note ")


async def test_two_processes_add_to_one_chain(store: Store, tmp_path: Path):
    shelf, other = await three(store), open_store("", tmp_path)
    for turn in range(6):
        await StoredNotes((store, other)[turn % 2]).add([Note(1.0, "ops", (), "users.add", "", Outcome.DONE, "")])
    other.close()
    assert [kept.seq for kept in await shelf.look(Wanted(limit=4))] == [9, 8, 7, 6]
    assert await shelf.broken() == ""


class Away:
    """A shelf that cannot be reached until it is `back`."""

    def __init__(self) -> None:
        self.inner = InMemory()
        self.back = False
        self.tried = asyncio.Event()

    async def add(self, notes: Sequence[Note]) -> None:
        self.tried.set()
        if not self.back:
            raise RecordError("a database that is there expected, got none")
        await self.inner.add(notes)

    async def look(self, wanted: Wanted) -> list[Kept]:
        return await self.inner.look(wanted)

    async def broken(self) -> str:
        return ""


async def test_notes_of_an_outage_are_kept_in_order_once_it_is_over():
    shelf = Away()
    audit = Audit(shelf, wall=lambda: 1.0)
    async with running(audit):
        audit.note(SAM, "one")
        await shelf.tried.wait()
        audit.note(SAM, "two")
        assert [note.what for note in audit.left()] == ["one", "two"]
        shelf.back = True
    assert [kept.note.what for kept in shelf.inner.kept] == ["one", "two"]
    assert audit.left() == []


async def test_notes_that_no_database_took_stand_in_the_log_of_the_service(caplog: pytest.LogCaptureFixture):
    async with running(audit := Audit(Away(), wall=lambda: 1.0)):
        audit.note(SAM, "users.disable", detail="kim")
    assert "users.disable" in caplog.text and "kim" in caplog.text
