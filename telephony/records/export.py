"""The journal as a file: one line an entry, as `docs/journal.md` documents it. The database is the truth."""

import json
from collections.abc import Iterable
from pathlib import Path

from telephony.journal import Record, as_json
from telephony.records.rows import Row


def line(row: Row) -> str:
    """The same line that `telephony.journal.as_json` writes for the record."""
    return json.dumps(row.line, ensure_ascii=False)


def write_rows(rows: Iterable[Row], path: Path) -> Path:
    return _write((line(row) for row in rows), path)


def write_records(records: Iterable[Record], path: Path) -> Path:
    return _write((as_json(record) for record in records), path)


def _write(lines: Iterable[str], path: Path) -> Path:
    """Whole or not at all: readers never see half a journal."""
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(path.name + ".part")
    with half.open("w", encoding="utf-8") as file:
        file.writelines(text + "\n" for text in lines)
    return half.replace(path)
