"""`warmline export`: the calls of a service as files, read beside it, and tried by `warmline backtest`."""

import re
import sqlite3
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from telephony.cli import app
from telephony.events import CallEnded, Silent
from telephony.journal import as_json
from telephony.records import rows
from telephony.records.store import InlineKeeper, default_url
from telephony.records.upgrade import open_engine, upgrade
from telephony.records.writer import Writer
from telephony.sim.script import Key, LetPromptPass, SpeakAfterPrompt
from tests.records.samples import record, whole_call
from tests.sim.house import CONFIG
from tests.sim.virtual import WORDS, Town, play

NUMBERS = ("+12025550143", "+12025550144")


@dataclass
class Place:
    """A configuration, the record of its service, and where exports go."""

    folder: Path

    @property
    def records(self) -> Path:
        return self.folder / "var"

    @property
    def out(self) -> Path:
        return self.folder / "out"

    def types(self, *words: object) -> Result:
        given = [str(word) for word in (*words, "--config", self.folder)]
        return CliRunner().invoke(app, given, env={"COLUMNS": "200"})

    def exports(self, *words: object) -> tuple[int, str]:
        done = self.types("export", self.out, *words)
        return done.exit_code, done.output

    def writer(self) -> Writer:
        engine = open_engine(default_url(self.records))
        upgrade(engine)
        return Writer(engine)

    def names(self) -> list[str]:
        return sorted(path.name for path in self.out.glob("*"))


@pytest.fixture
def place(tmp_path: Path) -> Place:
    text = (CONFIG / "warmline.toml").read_text("utf-8")
    text = re.sub(r"(?m)^records_folder = .*\n", f'records_folder = "{tmp_path / "var"}"\n', text)
    text = re.sub(r"(?m)^folder = .*\n", "", text).replace("[business]\n", f'[business]\nfolder = "{CONFIG}"\n')
    (tmp_path / "warmline.toml").write_text(text, "utf-8")
    return Place(tmp_path)


@pytest.fixture
def kept(place: Place) -> Place:
    """Two calls in the record that are over, of 2 March 2026, and one that goes on."""
    writer = place.writer()
    told = [*whole_call("c1", "h1"), *whole_call("c2", "h2"), *whole_call("c3", "h3")[:4]]
    writer.write([rows.of(one) for one in told], durable=False)
    return place


def test_a_call_that_was_had_is_exported_beside_the_service_and_tried_again(place: Place) -> None:
    async def story(town: Town) -> tuple[str, list[str], tuple[int, str]]:
        call = town.ring(SpeakAfterPrompt(WORDS), LetPromptPass(), Key("9"), number=NUMBERS[0], stays_ms=120_000)
        await call.until(Silent)
        await call.hangs_up()
        other = town.ring(number=NUMBERS[1], stays_ms=120_000)
        await other.until(Silent)
        exported = place.exports()
        await other.hangs_up()
        return other.records[0].call, [as_json(one) for one in call.records], exported

    lines = ["what are your opening hours"]
    open_call, told, (code, said) = play(story, place.records, lines=lines, keeper=InlineKeeper(place.writer()))
    assert code == 0, said
    assert f"left out: {open_call}: its journal is still open" in said and "1 journals" in said
    (journal,) = place.out.glob("*.jsonl")
    assert journal.read_text("utf-8").splitlines() == told  # to the letter what a replay writes: nothing comes back
    assert CallEnded.__name__ in told[-1]
    tried = place.types(
        "backtest", "--rules", CONFIG / "escalation.toml", "--rules", CONFIG / "escalation.toml", journal,
        "--out", place.folder / "page",
    )  # fmt: skip
    assert tried.exit_code == 4, tried.output  # nobody said yet what is true of it
    assert "0 of 1 calls changed" in tried.output


def test_days_and_names_say_which_calls(kept: Place) -> None:
    assert kept.exports("--call", "c2", "--since", "2026-03-02", "--until", "2026-03-02")[0] == 0
    assert kept.names() == ["c2.jsonl"]


def test_no_file_is_overwritten_and_then_none_is_written(kept: Place) -> None:
    kept.exports("--call", "c2")
    before = (kept.out / "c2.jsonl").read_text("utf-8")
    code, said = kept.exports()
    assert code == 2 and "c2.jsonl: no file of this name expected, got one; nothing was written" in said
    assert kept.names() == ["c2.jsonl"] and (kept.out / "c2.jsonl").read_text("utf-8") == before


def test_a_call_whose_words_retention_removed_is_named_and_left_out(kept: Place) -> None:
    with sqlite3.connect(kept.records / "warmline.sqlite3") as database:
        database.execute("DELETE FROM entries WHERE call = 'c1'")
        database.execute("UPDATE calls SET erased_wall = 1 WHERE id = 'c1'")
    code, said = kept.exports()
    assert code == 0 and "left out: c1: retention has removed its words" in said
    assert kept.names() == ["c2.jsonl"]


def test_a_journal_of_which_entries_are_not_in_the_database_yet_is_left_out(place: Place) -> None:
    told = [record(1), *whole_call()[2:]]
    place.writer().write([rows.of(one) for one in told], durable=False)
    code, said = place.exports()
    assert code == 2 and "c1: entries are missing" in said


def test_nothing_is_changed_in_the_record(kept: Place) -> None:
    def dump() -> list[str]:
        with sqlite3.connect(kept.records / "warmline.sqlite3") as database:
            return list(database.iterdump())

    before = dump()
    assert kept.exports()[0] == 0
    assert dump() == before


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--since", "2026-03-03"), "--since 2026-03-03: calls that can be exported expected, got none"),
        (("--until", "2026-03-01"), "--until 2026-03-01: calls that can be exported expected, got none"),
        (("--call", "c3"), "got none (c3: its journal is still open)"),
        (("--call", "c9"), "--call: a call of the record expected, got c9"),
        (("--since", "2026-03-03", "--until", "2026-03-01"), "--until: a day from 2026-03-03 on expected"),
        (("--since", "yesterday"), "yesterday"),
    ],
)
def test_what_finds_no_call_is_said_in_words_with_exit_code_2(kept: Place, words: tuple[str, ...], said: str) -> None:
    code, shown = kept.exports(*words)
    assert code == 2 and said in shown and "Traceback" not in shown
    assert kept.names() == []


def test_a_record_that_is_not_there_is_none_that_export_makes(place: Place) -> None:
    code, said = place.exports()
    assert code == 2 and "warmline.sqlite3: the database of a service that has run with these settings" in said
    assert not place.records.exists()


@pytest.mark.parametrize(("version", "got"), [("v0003", "got v0003"), (None, "got none")])
def test_tables_of_an_older_version_are_left_as_they_are(kept: Place, version: str | None, got: str) -> None:
    with sqlite3.connect(kept.records / "warmline.sqlite3") as database:
        database.execute("DELETE FROM alembic_version")
        if version:
            database.execute("INSERT INTO alembic_version VALUES (?)", (version,))
    code, said = kept.exports()
    assert code == 2 and got in said and "brings older ones up to date" in said


def test_a_file_that_is_no_database_is_said_in_words(place: Place) -> None:
    place.records.mkdir()
    (place.records / "warmline.sqlite3").write_text("no database, but long enough to be taken for one " * 40)
    code, said = place.exports()
    assert code == 2 and "a record that can be read expected" in said
