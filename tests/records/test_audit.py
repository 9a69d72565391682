"""What was written can be told from what was changed."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Connection, delete, text, update

from telephony.records import Queries, rows
from telephony.records.schema import entries
from telephony.records.upgrade import open_engine
from tests.records.samples import record, url, whole_call, writer


def kept(folder: Path) -> Queries:
    writer(folder).write([rows.of(one) for one in whole_call()], durable=False)
    return Queries(open_engine(url(folder)))


def edit(connection: Connection) -> None:
    connection.execute(update(entries).where(entries.c.seq == 8).values(body='{"handoff": "h1", "agent": "ben"}'))


def drop(connection: Connection) -> None:
    connection.execute(delete(entries).where(entries.c.seq == 8))


def cut_off(connection: Connection) -> None:
    connection.execute(delete(entries).where(entries.c.seq > 8))


def reorder(connection: Connection) -> None:
    for was, to in ((8, 99), (9, 8), (99, 9)):
        connection.execute(text(f"UPDATE entries SET seq = {to} WHERE seq = {was}"))


def backdate(connection: Connection) -> None:
    connection.execute(update(entries).where(entries.c.seq == 8).values(wall=entries.c.wall - 60))


def test_an_untouched_call_verifies(tmp_path: Path) -> None:
    assert kept(tmp_path).verify("c1") is None


TAMPERED = [(edit, 8), (drop, 8), (cut_off, 9), (reorder, 8), (backdate, 8)]


@pytest.mark.parametrize(("tamper", "seq"), TAMPERED, ids=[tamper.__name__ for tamper, _ in TAMPERED])
def test_tampering_shows_at_the_entry_it_touched(
    tmp_path: Path, tamper: Callable[[Connection], None], seq: int
) -> None:
    queries = kept(tmp_path)
    writer(tmp_path).run(tamper)
    broken = queries.verify("c1")
    assert broken is not None
    assert broken.seq == seq


def test_a_call_that_goes_on_after_a_restart_stays_one_chain(tmp_path: Path) -> None:
    queries = kept(tmp_path)
    writer(tmp_path).write([rows.of(record(15))], durable=False)
    assert queries.verify("c1") is None
