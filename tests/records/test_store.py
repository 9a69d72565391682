"""The keeper: nothing acknowledged is lost, whatever happens to the process, the disk or the database."""

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from telephony import events as e
from telephony.errors import RecordError
from telephony.journal import Journal
from telephony.records import InlineKeeper, Queries, Store, open_store, rows
from telephony.records.rows import Row
from telephony.records.spill import Spill
from telephony.records.store import default_url
from telephony.records.upgrade import open_engine
from telephony.records.writer import Writer
from tests.records.samples import record, url, whole_call, writer


def found(folder: Path, call: str = "c1") -> list[int]:
    """The numbers of the entries in the database."""
    return [row.seq for row in Queries(open_engine(url(folder))).journal(call)]


@pytest.fixture
def problems() -> list[str]:
    return []


@pytest.fixture
def store(tmp_path: Path, problems: list[str]) -> Iterator[Store]:
    opened = Store(writer(tmp_path), Spill(tmp_path / "spill.jsonl"), problem=problems.append, retry_seconds=0)
    yield opened
    opened.close()


class Away:
    """The database, taken away: another process holds its write lock."""

    def __init__(self, folder: Path) -> None:
        self._lock = sqlite3.connect(folder / "record.sqlite3", isolation_level=None)
        self._lock.execute("BEGIN EXCLUSIVE")

    def comes_back(self) -> None:
        self._lock.execute("COMMIT")
        self._lock.close()


async def test_what_was_waited_for_is_in_the_database_with_all_before_it(store: Store, tmp_path: Path) -> None:
    for seq in (1, 2, 3):
        store.keep(record(seq))
    await store.kept(record(3))
    assert found(tmp_path) == [1, 2, 3]


async def test_waiting_for_an_entry_that_is_long_written_returns(store: Store, tmp_path: Path) -> None:
    store.keep(record(1))
    await store.kept(record(1))
    await store.kept(record(1))
    assert found(tmp_path) == [1]


async def test_many_wait_at_once(store: Store) -> None:
    for seq in range(1, 51):
        store.keep(record(seq))
    await asyncio.gather(*(store.kept(record(seq)) for seq in range(1, 51)))


async def test_a_call_that_ends_while_it_waits_stops_nobody_else(store: Store, tmp_path: Path) -> None:
    store.keep(record(1))
    waiting = asyncio.ensure_future(store.kept(record(1)))
    await asyncio.sleep(0)
    waiting.cancel()
    store.keep(record(2))
    await store.kept(record(2))
    assert found(tmp_path) == [1, 2]


async def test_a_journal_commits_through_the_store(store: Store, tmp_path: Path) -> None:
    journal = Journal("c9", now_ms=lambda: 5, wall=lambda: 7.0, keeper=store)
    journal.append(e.CallOffered("simulated", "inbound", None, None, None))
    await journal.commit(e.AgentOffered("h1", "ana", 1, 20.0))
    assert found(tmp_path, "c9") == [1, 2]


def test_closing_writes_what_is_left(store: Store, tmp_path: Path) -> None:
    store.keep(record(1))
    store.close()
    assert found(tmp_path) == [1]


async def test_a_closed_store_says_so(store: Store) -> None:
    store.close()
    store.keep(record(1))
    with pytest.raises(RecordError, match="call c1"):
        await store.kept(record(1))


# --- the database is away ---------------------------------------------------------------------------------------------


async def test_while_the_database_is_away_entries_are_safe_in_the_spill(
    store: Store, tmp_path: Path, problems: list[str]
) -> None:
    away = Away(tmp_path)
    store.keep(record(1))
    await store.kept(record(1))
    assert [row.seq for row in Spill(tmp_path / "spill.jsonl").rows()] == [1]
    assert len(problems) == 1
    assert "go to a file" in problems[0]
    away.comes_back()


async def test_when_it_is_back_the_spill_is_replayed_in_order_and_gone(
    store: Store, tmp_path: Path, problems: list[str]
) -> None:
    away = Away(tmp_path)
    for seq in (1, 2):
        store.keep(record(seq))
        await store.kept(record(seq))
    away.comes_back()
    store.keep(record(3))
    await store.kept(record(3))
    assert found(tmp_path) == [1, 2, 3]
    assert not (tmp_path / "spill.jsonl").exists()
    assert problems[-1] == "the database is back"
    assert Queries(open_engine(url(tmp_path))).verify("c1") is None


async def test_a_spill_that_was_replayed_before_a_crash_makes_no_duplicates(tmp_path: Path) -> None:
    both = [rows.of(record(seq)) for seq in (1, 2)]
    writer(tmp_path).write(both, durable=True)
    Spill(tmp_path / "spill.jsonl").add([*both, rows.of(record(3))])
    opened = Store(writer(tmp_path), Spill(tmp_path / "spill.jsonl"))
    opened.keep(record(4))
    await opened.kept(record(4))
    opened.close()
    assert found(tmp_path) == [1, 2, 3, 4]


def test_a_line_torn_by_a_crash_is_left_out_and_the_rest_read(tmp_path: Path) -> None:
    spill = Spill(tmp_path / "spill.jsonl")
    spill.add([rows.of(record(1))])
    with (tmp_path / "spill.jsonl").open("ab") as file:
        file.write(b'{"v": 1, "call": "c1", "seq": 2, "at_')
    spill.add([rows.of(record(3))])
    assert [row.seq for row in spill.rows()] == [1, 3]


async def test_a_disk_that_stands_still_holds_nobody_up(tmp_path: Path) -> None:
    stands_still = threading.Event()

    class Slow(Writer):
        def write(self, rows: Sequence[Row], *, durable: bool) -> list[Row]:
            stands_still.wait()
            return super().write(rows, durable=durable)

    writer(tmp_path).close()  # its tables are there
    opened = Store(Slow(open_engine(url(tmp_path))), Spill(tmp_path / "spill.jsonl"), kept_seconds=0.05)
    opened.keep(record(1))
    with pytest.raises(RecordError, match="the disk stands still"):
        await opened.kept(record(1))
    stands_still.set()
    opened.close()
    assert found(tmp_path) == [1], "it was on its way"


async def test_when_neither_database_nor_disk_take_an_entry_whoever_waits_hears_it(tmp_path: Path) -> None:
    (tmp_path / "no folder").touch()
    opened = Store(writer(tmp_path), Spill(tmp_path / "no folder" / "spill.jsonl"), retry_seconds=0)
    away = Away(tmp_path)
    opened.keep(record(1))
    with pytest.raises(RecordError, match="room for 1 entries"):
        await opened.kept(record(1))
    away.comes_back()
    opened.close()
    assert found(tmp_path) == [1], "it stayed in memory until the database was back"


async def test_without_room_an_entry_is_counted_as_lost_and_nobody_waits_for_it(tmp_path: Path) -> None:
    opened = Store(writer(tmp_path), Spill(tmp_path / "spill.jsonl"), limit=0)
    opened.keep(record(1))
    with pytest.raises(RecordError, match="room for entry 1 expected"):
        await opened.kept(record(1))
    assert opened.lost == 1
    opened.close()


async def test_an_entry_that_never_fits_is_kept_aside_and_the_others_written(
    store: Store, tmp_path: Path, problems: list[str]
) -> None:
    misfit = record(2, e.CallbackAgreed("h1", None, "cards", 1, None))  # type: ignore[arg-type]  # the point: no number
    for one in (record(1), misfit, record(3)):
        store.keep(one)
    await store.kept(record(3))
    assert found(tmp_path) == [1, 3]
    assert "kept aside" in problems[0]
    assert '"seq": 2' in (tmp_path / "spill.rejected.jsonl").read_text()


async def test_a_listener_that_fails_does_not_stop_the_record(tmp_path: Path) -> None:
    def fails(what: str) -> None:
        raise RuntimeError(what)

    opened = Store(writer(tmp_path), Spill(tmp_path / "spill.jsonl"), problem=fails, retry_seconds=0)
    away = Away(tmp_path)
    opened.keep(record(1))
    await opened.kept(record(1))
    away.comes_back()
    opened.keep(record(2))
    await opened.kept(record(2))
    opened.close()
    assert found(tmp_path) == [1, 2]


async def test_a_job_runs_between_batches_and_its_failure_is_the_callers(store: Store) -> None:
    assert await store.run(lambda connection: connection.exec_driver_sql("SELECT 7").scalar()) == 7
    with pytest.raises(RecordError, match="no such table"):
        await store.run(lambda connection: connection.exec_driver_sql("SELECT * FROM nowhere"))
    store.keep(record(1))
    await store.kept(record(1))


def test_a_database_that_cannot_be_opened_is_named_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "warmline.sqlite3").write_text("no database" * 1000)
    with pytest.raises(RecordError, match="a database at"):
        open_store("", tmp_path)


# --- the process is killed --------------------------------------------------------------------------------------------


def test_killed_in_the_middle_nothing_acknowledged_is_lost(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.records.crash", str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    acknowledged = 0
    for line in process.stdout:
        acknowledged = int(line)
        if acknowledged >= 200:
            os.kill(process.pid, signal.SIGKILL)
            break
    rest = process.stdout.read().split()
    process.wait()
    acknowledged = int(rest[-1]) if rest else acknowledged
    queries = Queries(open_engine(default_url(tmp_path)))
    numbers = [row.seq for row in queries.journal("c1")]
    assert len(numbers) >= acknowledged
    assert numbers == list(range(1, len(numbers) + 1))
    assert queries.verify("c1") is None


# --- virtual time -----------------------------------------------------------------------------------------------------


async def test_a_replay_keeps_its_journal_in_memory() -> None:
    keeper = InlineKeeper()
    for one in whole_call():
        keeper.keep(one)
        await keeper.kept(one)
    assert keeper.records == whole_call()


async def test_a_replay_may_write_the_same_tables_without_a_thread(tmp_path: Path) -> None:
    keeper = InlineKeeper(writer(tmp_path))
    for one in whole_call():
        keeper.keep(one)
    assert len(found(tmp_path)) == 14
