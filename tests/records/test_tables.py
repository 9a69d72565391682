"""Migrations, the tables beside the journal, the questions asked of them, and the export."""

from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect

from telephony.journal import as_json
from telephony.promises import PromiseOver
from telephony.records import Queries, export, rows
from telephony.records.promises import promise_over, promise_tried
from telephony.records.schema import metadata
from telephony.records.upgrade import open_engine, upgrade
from tests.records.samples import WALL, callback_call, url, whole_call, writer


def kept(folder: Path) -> Queries:
    """The record of two calls."""
    both = [rows.of(record) for record in [*whole_call(), *callback_call()]]
    assert writer(folder).write(both, durable=False) == []
    return Queries(open_engine(url(folder)))


def test_an_empty_database_gets_all_tables(tmp_path: Path) -> None:
    engine = open_engine(url(tmp_path / "made" / "on the way"))
    upgrade(engine)
    assert set(metadata.tables) <= set(inspect(engine).get_table_names())


def test_the_migrations_make_exactly_the_tables_the_code_knows(tmp_path: Path) -> None:
    engine = open_engine(url(tmp_path))
    upgrade(engine)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_an_existing_database_keeps_what_it_holds(tmp_path: Path) -> None:
    queries = kept(tmp_path)
    upgrade(open_engine(url(tmp_path)))
    assert len(queries.journal("c1")) == 14


def test_the_list_of_calls_shows_the_newest_with_outcome_and_highest_frustration(tmp_path: Path) -> None:
    first, second = kept(tmp_path).calls()
    assert {first.id, second.id} == {"c1", "c2"}
    c1 = first if first.id == "c1" else second
    assert (c1.outcome, c1.ended_by, c1.seconds, c1.frustration) == ("transferred", "caller", 61.5, 0.7)
    assert c1.offered_wall == WALL + 1


def test_the_next_page_begins_where_the_last_one_ended(tmp_path: Path) -> None:
    assert kept(tmp_path).calls(before_wall=WALL + 1) == []


def test_the_export_is_the_journal_line_by_line(tmp_path: Path) -> None:
    queries = kept(tmp_path)
    path = export.write_rows(queries.journal("c1"), tmp_path / "out" / "c1.jsonl")
    assert path.read_text(encoding="utf-8").splitlines() == [as_json(record) for record in whole_call()]
    again = export.write_records(whole_call(), tmp_path / "again.jsonl")
    assert again.read_bytes() == path.read_bytes()


def test_a_line_of_the_export_reads_back_as_the_same_row() -> None:
    for record in whole_call():
        assert rows.parse(as_json(record)) == rows.of(record)


def test_an_open_promise_comes_with_its_brief_and_its_place_until_it_is_over(tmp_path: Path) -> None:
    queries = kept(tmp_path)
    (promise,) = queries.open_promises()
    assert (promise.number, promise.queue, promise.tries) == ("+12065550101", "cards", 0)
    assert promise.brief is not None
    assert promise.brief.lines[0].turns == (3,)
    writer(tmp_path).run(promise_over("h2", PromiseOver.KEPT, WALL + 900))
    assert queries.open_promises() == []


def test_a_try_is_counted_and_says_when_the_next_may_be(tmp_path: Path) -> None:
    queries = kept(tmp_path)
    writer(tmp_path).run(promise_tried("h2", WALL + 900))
    (promise,) = queries.open_promises()
    assert (promise.tries, promise.next_wall) == (1, WALL + 900)


def test_an_agents_history_shows_the_calls_they_took_and_how_they_ended(tmp_path: Path) -> None:
    queries = kept(tmp_path)
    (call,) = queries.agent_history("ana")
    assert (call.call, call.accepted_by, call.disposition, call.summary) == ("c1", "key", "solved", "Dispute opened.")
    assert queries.agent_history("ben") == []


def test_what_announces_a_side_effect_is_synced_to_the_disk_and_the_rest_is_not(tmp_path: Path) -> None:
    record = writer(tmp_path)
    mode = {1: "normal", 2: "full"}  # SQLite's numbers

    def synchronous(*, durable: bool) -> str:
        return mode[record.run(lambda c: c.exec_driver_sql("PRAGMA synchronous").scalar_one(), durable=durable)]

    assert synchronous(durable=True) == "full"
    assert synchronous(durable=False) == "normal"


def test_journals_come_call_by_call_with_the_entries_asked_for_alone(tmp_path: Path) -> None:
    found = list(kept(tmp_path).journals(since=WALL, until=WALL + 60, types={"CallOffered", "CallbackAgreed"}))
    assert [[(row.call, row.type) for row in call] for call in found] == [
        [("c1", "CallOffered")],
        [("c2", "CallOffered"), ("c2", "CallbackAgreed")],
    ]


def test_journals_are_those_of_the_calls_that_were_offered_meanwhile(tmp_path: Path) -> None:
    assert not list(kept(tmp_path).journals(since=WALL + 30, until=WALL + 60, types={"CallOffered"}))
