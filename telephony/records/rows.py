"""One journal record as plain JSON values: what the database, the spill file and the export all hold."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from telephony.errors import RecordError
from telephony.events import VERSION
from telephony.journal import Record, plain

HEAD = ("v", "call", "seq", "at_ms", "wall", "type")


@dataclass(frozen=True, slots=True)
class Row:
    """`fields` are the entry's own, in their order."""

    v: int
    call: str
    seq: int
    at_ms: int
    wall: float
    type: str
    fields: Mapping[str, Any]

    @property
    def line(self) -> dict[str, Any]:
        """The line of the exported journal, as `telephony.journal.as_json` writes it."""
        return {**{name: getattr(self, name) for name in HEAD}, **self.fields}

    @property
    def body(self) -> str:
        return json.dumps(self.fields, ensure_ascii=False)


def of(record: Record) -> Row:
    return Row(VERSION, record.call, record.seq, record.at_ms, round(record.wall, 3), record.type, plain(record.entry))


def parse(text: str) -> Row:
    """A row from its line. Raises `RecordError` when the line is torn or is none."""
    try:
        line = json.loads(text)
        return Row(**{name: line.pop(name) for name in HEAD}, fields=line)
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        raise RecordError(f"a journal line expected, got {text[:40]!r}") from error
