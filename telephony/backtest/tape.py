"""A call as its journal keeps it, read again from the exported lines: what the caller did, and what was answered.

Entries and fields that nobody here needs are passed over, as docs/journal.md asks of every reader.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from telephony.errors import BacktestError
from telephony.events import VERSION
from telephony.journal import Record, as_json
from telephony.records.rows import HEAD
from voice.events import Judged

NUMBER = (int, float)
NEEDED: Mapping[str, Mapping[str, Any]] = {  # of the entries that are fed to a mind: field → its type
    "Said": {"prompt": str, "start_ms": NUMBER, "end_ms": NUMBER, "cut": bool},
    "Heard": {
        "turn": int, "speaker": str, "text": str, "confidence": NUMBER, "start_ms": NUMBER, "end_ms": NUMBER,
        "engine": str,
    },
    "KeyPressed": {"speaker": str, "key": str},
    "Silent": {"after_ms": NUMBER},
    "Acted": {"action": str, "ok": bool, "facts": dict, "receipt": (str, type(None)), "error": (str, type(None))},
    "Judged": {"turn": int, "frustration": NUMBER, "reasons": list, "terms": dict},
}  # fmt: skip
WANTED = frozenset({
    "CallOffered", "CallingBack", "CallAnswered", "NoRoom", "Said", "Heard", "KeyPressed", "Silent", "BargedIn",
    "Understood", "Judged", "Escalated", "ActionAsked", "Acted", "CallEnded",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One entry. `at_ms`: since the call was answered."""

    at_ms: int
    type: str
    fields: Mapping[str, Any]

    @property
    def prompt(self) -> str:
        return str(self.fields.get("prompt", ""))

    @property
    def of_caller(self) -> bool:
        return self.fields.get("speaker") == "caller"


@dataclass(frozen=True, slots=True)
class Tape:
    """`unusable`: why no rule can be tried on it; "" for most."""

    call: str
    name: str  # as the caller of the command knows it: the file's, or the fixture's
    lines: tuple[Line, ...]
    answered_wall: float = 0.0
    number: str | None = None
    recorded: bool = True
    unusable: str = ""

    def day(self, time_zone: str) -> date:
        """The day of the call, where the business is."""
        return datetime.fromtimestamp(self.answered_wall, UTC).astimezone(ZoneInfo(time_zone)).date()

    @property
    def escalated(self) -> Line | None:
        """The first escalation on record: of the rules that ran then."""
        return next((line for line in self.lines if line.type == "Escalated"), None)

    @property
    def moods(self) -> Mapping[int, Judged]:
        """Turn → how the caller was judged then, the voice included, which no journal keeps."""
        found = (line.fields for line in self.lines if line.type == "Judged")
        return {
            int(one["turn"]): Judged(int(one["turn"]), float(one["frustration"]), tuple(one["reasons"]), one["terms"])
            for one in found
        }


def read(path: Path) -> list[Tape]:
    """The calls in an exported journal, in the order of their first line. Raises `BacktestError`."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BacktestError(f"{path}: an exported journal (.jsonl) expected, got {error}") from error
    rows = [_row(path, number, line) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
    if not rows:
        raise BacktestError(f"{path}: at least one journal line expected, got none")
    calls = dict.fromkeys(str(row["call"]) for row in rows)
    of_call = {call: [row for row in rows if row["call"] == call] for call in calls}
    return [_tape(call, path.stem if len(calls) == 1 else call, of_call[call]) for call in calls]


def of_records(name: str, records: Sequence[Record]) -> Tape:
    """The call of a journal that was just made."""
    return _tape(records[0].call, name, [json.loads(as_json(record)) for record in records])


def _row(path: Path, number: int, line: str) -> dict[str, Any]:
    where = f"{path}:{number}"
    try:
        row = json.loads(line)
    except ValueError as error:
        raise BacktestError(f"{where}: one JSON object a line expected, got {error}") from error
    missing = [key for key in HEAD if not isinstance(row, dict) or key not in row]
    if missing:
        raise BacktestError(f"{where}: a journal line expected, got one without {', '.join(missing)}")
    if row["v"] != VERSION:
        raise BacktestError(f"{where}: v = {VERSION} expected (docs/journal.md), got {row['v']!r}")
    fields = {"seq": int, "at_ms": NUMBER, "wall": NUMBER, **NEEDED.get(str(row["type"]), {})}
    wrong = [name for name, kind in fields.items() if not isinstance(row.get(name, ...), kind)]
    if wrong:
        raise BacktestError(f"{where}: {row['type']} as in docs/journal.md expected, got another {', '.join(wrong)}")
    return dict(row)


def _tape(call: str, name: str, rows: Sequence[Mapping[str, Any]]) -> Tape:
    rows = sorted(rows, key=lambda row: int(row["seq"]))
    answered = next((row for row in rows if row["type"] == "CallAnswered"), None)
    offered = next((row for row in rows if row["type"] == "CallOffered"), {})
    if answered is None:
        return Tape(call, name, (), unusable="it was never answered")
    since = int(answered["at_ms"])
    lines = tuple(Line(int(row["at_ms"]) - since, str(row["type"]), row) for row in rows if row["type"] in WANTED)
    return Tape(
        call, name, lines, float(answered["wall"]), offered.get("caller"), bool(answered.get("recorded", True)),
        next(_unusable(lines), ""),
    )  # fmt: skip


def _unusable(lines: Sequence[Line]) -> Iterator[str]:
    types = {line.type for line in lines}
    if "NoRoom" in types:
        yield "there was no room for it"
    if "CallingBack" in types:
        yield "it keeps a promise of an earlier call"
