"""Where entries go while the database is away: one append-only file of journal lines, replayed when it is back.

What is in the file counts as kept. Replaying twice is harmless: the writer passes over what it has.
"""

import json
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from telephony.errors import RecordError
from telephony.records.rows import Row, parse


class Spill:
    """`path` need not exist; a file left by a killed process is found again."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._rejected = path.with_name(path.stem + ".rejected" + path.suffix)

    @property
    def pending(self) -> bool:
        return self._path.exists()

    def add(self, rows: Sequence[Row]) -> None:
        """Returns when the rows are on the disk. Raises `RecordError` when they cannot be."""
        _append(self._path, rows)

    def reject(self, rows: Sequence[Row]) -> None:
        """Keeps rows that the database will never take, for a person to look at."""
        _append(self._rejected, rows)

    def rows(self) -> list[Row]:
        """Everything in the file, in order; a line torn by a crash was never acknowledged and is left out."""
        try:
            lines = self._path.read_text(encoding="utf-8", errors="replace").splitlines()
        except FileNotFoundError:
            return []
        return list(_whole(lines))

    def clear(self) -> None:
        self._path.unlink(missing_ok=True)


def _whole(lines: Iterable[str]) -> Iterable[Row]:
    for line in lines:
        try:
            yield parse(line)
        except RecordError:
            continue


def _append(path: Path, rows: Sequence[Row]) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab") as file:
            # The newline in front closes a line that an earlier crash may have torn.
            file.write(b"\n" + b"".join(json.dumps(row.line).encode("ascii") + b"\n" for row in rows))
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise RecordError(f"room for {len(rows)} entries in {path.name} expected, got {error.strerror}") from error
