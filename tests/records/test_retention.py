"""What is deleted when, and that it is really gone."""

from pathlib import Path

import pytest
from sqlalchemy import func, select

from telephony.promises import PromiseOver
from telephony.records import Queries, Recorded, rows
from telephony.records.changes import hold, recorded
from telephony.records.promises import promise_over
from telephony.records.retention import DAY, Ages, Deletion, Kept, due, sweep
from telephony.records.schema import metadata
from telephony.records.upgrade import open_engine
from telephony.records.writer import Writer
from tests.records.samples import WALL, callback_call, url, whole_call, writer

AGES = Ages(audio_days=30, transcript_days=90, record_days=395)


def kept(age_days: float, **more: bool) -> tuple[list[Kept], float]:
    return [Kept("c1", 0.0, **{"has_audio": True, **more})], age_days * DAY


@pytest.mark.parametrize(
    ("age_days", "deletion"),
    [
        (29.9, None),
        (30, Deletion("c1", audio=True)),
        (90, Deletion("c1", audio=True, words=True)),
        (395, Deletion("c1", audio=True, words=True, record=True)),
    ],
)
def test_sound_goes_first_then_words_then_the_record(age_days: float, deletion: Deletion | None) -> None:
    calls, now = kept(age_days)
    assert due(calls, AGES, now) == ([deletion] if deletion else [])


def test_what_is_gone_is_not_deleted_again() -> None:
    calls, now = kept(100, has_audio=False, has_words=False)
    assert due(calls, AGES, now) == []


@pytest.mark.parametrize("why", [{"held": True}, {"ended": False}, {"owes_callback": True}])
def test_a_held_a_running_and_an_owing_call_keep_everything(why: dict[str, bool]) -> None:
    calls, now = kept(1000, **why)
    assert due(calls, AGES, now) == []


SWEPT = ("calls", "entries", "handoffs", "callbacks", "wrapups", "recordings")


@pytest.fixture
def record(tmp_path: Path) -> Writer:
    """Two calls, one with a recording, the other with an open callback."""
    kept = writer(tmp_path)
    kept.write([rows.of(one) for one in [*whole_call(), *callback_call()]], durable=False)
    (tmp_path / "c1.wav").write_bytes(b"sound")
    kept.run(recorded(Recorded("c1", tmp_path / "c1.wav", 60.0, complete=True, started_wall=WALL)))
    return kept


def count(record: Writer, call: str) -> dict[str, int]:
    """Rows of this call, by table that is swept."""
    swept = {name: metadata.tables[name] for name in SWEPT}
    tables = {name: table.c.id if name == "calls" else table.c.call for name, table in swept.items()}
    return record.run(
        lambda connection: {
            name: connection.scalar(select(func.count()).where(column == call)) or 0 for name, column in tables.items()
        }
    )


def test_after_thirty_days_only_the_sound_is_gone(record: Writer, tmp_path: Path) -> None:
    assert record.run(sweep(tmp_path, AGES, WALL + 31 * DAY)) == 1
    assert not (tmp_path / "c1.wav").exists()
    assert count(record, "c1") == {
        "calls": 1,
        "entries": 14,
        "handoffs": 1,
        "callbacks": 0,
        "wrapups": 1,
        "recordings": 0,
    }
    assert record.run(sweep(tmp_path, AGES, WALL + 31 * DAY)) == 0


def test_after_ninety_days_no_word_is_left_and_the_call_is_still_counted(record: Writer, tmp_path: Path) -> None:
    record.run(sweep(tmp_path, AGES, WALL + 91 * DAY))
    queries = Queries(open_engine(url(tmp_path)))
    assert count(record, "c1")["entries"] == 0
    assert [call.outcome for call in queries.calls()].count("transferred") == 1
    assert queries.agent_history("ana")[0].summary == ""
    assert queries.verify("c1") is None, "erased by rule is not tampered with"


def test_after_thirteen_months_nothing_is_left(record: Writer, tmp_path: Path) -> None:
    record.run(sweep(tmp_path, AGES, WALL + 396 * DAY))
    assert not any(count(record, "c1").values())


def test_an_open_callback_keeps_its_brief_until_it_is_done(record: Writer, tmp_path: Path) -> None:
    record.run(sweep(tmp_path, AGES, WALL + 396 * DAY))
    (promise,) = Queries(open_engine(url(tmp_path))).open_promises()
    assert promise.brief is not None
    record.run(promise_over("h2", PromiseOver.KEPT, WALL))
    record.run(sweep(tmp_path, AGES, WALL + 396 * DAY))
    assert not any(count(record, "c2").values())


def test_a_legal_hold_outlasts_every_age(record: Writer, tmp_path: Path) -> None:
    record.run(hold("c1", True))
    record.run(sweep(tmp_path, AGES, WALL + 4000 * DAY))
    assert (tmp_path / "c1.wav").exists()
    assert count(record, "c1")["entries"] == 14
