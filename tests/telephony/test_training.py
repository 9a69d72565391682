"""`warmline train`: figures from held-out examples, and files that are wrong said in words."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from models import intent_heads
from telephony.cli import app
from telephony.errors import ConfigError
from telephony.training.examples import read

ROWS = [
    *(("balance", f"what is the balance of my {what}") for what in ("account", "savings", "card", "loan", "checking")),
    *(("lost", f"i lost my {what} yesterday") for what in ("card", "wallet", "purse", "bag", "debit card")),
]


def table(path: Path, rows: list[tuple[str, str]] = ROWS, header: str = "intent,text") -> Path:
    path.write_text("\n".join([header, *(f"{label},{text}" for label, text in rows)]) + "\n", encoding="utf-8")
    return path


def run(*arguments: object):
    return CliRunner().invoke(app, ["train", *map(str, arguments)])


def test_a_labelled_table_is_fitted_and_judged(tmp_path: Path) -> None:
    done = run(table(tmp_path / "a.csv"), "--out", tmp_path / "a.npz")

    assert done.exit_code == 0, done.output
    assert "2 intents, 10 sentences" in done.output
    assert "held-out" in done.output
    assert intent_heads.load(tmp_path / "a.npz")[0].names == ("balance", "lost")


@pytest.mark.parametrize("suffix", ["json", "jsonl"])
def test_json_with_other_names_is_read_as_well(tmp_path: Path, suffix: str) -> None:
    path, rows = tmp_path / f"a.{suffix}", [{"said": text, "wants": label} for label, text in ROWS]
    lines = "\n".join(map(json.dumps, rows))
    path.write_text(lines if suffix == "jsonl" else json.dumps(rows), encoding="utf-8")

    assert set(read(path, text="said", label="wants").by_intent) == {"balance", "lost"}


def test_a_column_that_is_not_there_is_named_with_those_that_are(tmp_path: Path) -> None:
    done = run(table(tmp_path / "a.csv", header="category,text"))

    assert done.exit_code == 2
    assert "'category', 'text' (no 'intent')" in done.output.replace("\n", " ")


def test_what_cannot_teach_is_left_out_and_said(tmp_path: Path) -> None:
    odd = [*ROWS, ("lost", " "), ("", "hello"), ("lost", "I lost my  card yesterday"), ("single", "only this"),
           ("balance", "i lost my card yesterday")]  # fmt: skip
    found = read(table(tmp_path / "a.csv", odd), text="text", label="intent")

    assert set(found.by_intent) == {"balance", "lost"}
    said = " | ".join(found.notes)
    for what in ("without words", "without a label", "counted once", "kept under the first", "one example only"):
        assert what in said
    assert "line 16" in said


def test_texts_of_nobodys_intent_are_kept_apart(tmp_path: Path) -> None:
    found = read(table(tmp_path / "a.csv", [*ROWS, ("oos", "a pizza")]), text="text", label="intent", outside=["oos"])

    assert list(found.outside) == ["a pizza"]
    assert "oos" not in found.by_intent


@pytest.mark.parametrize("content", ["", "intent,text\n", "intent,text\nbalance,one\n", "[1, 2]", "{", "\x00"])
def test_a_file_that_teaches_nothing_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / ("a.json" if content.startswith(("[", "{")) else "a.csv")
    path.write_text(content, encoding="utf-8")

    with pytest.raises(ConfigError, match="expected"):
        read(path, text="text", label="intent")


def test_the_configurations_own_intents_need_no_file() -> None:
    done = run()

    assert done.exit_code == 0, done.output
    assert "Harbor Light" in done.output
    assert "found least often" in done.output
