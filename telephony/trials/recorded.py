"""Recorded calls as tapes, read from the record by the trial itself: the service has other things to do."""

import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from telephony.backtest import tape
from telephony.backtest.tape import Tape
from telephony.records.export import write_rows
from telephony.records.queries import Queries
from telephony.records.rows import Row
from telephony.records.upgrade import open_engine


def named(url: str, calls: Sequence[str]) -> list[Tape]:
    """Those of them whose words are still kept."""
    if not calls:
        return []
    engine = open_engine(url)
    try:
        return _tapes(row for call in calls for row in Queries(engine).journal(call))
    finally:
        engine.dispose()


def between(url: str, since: float, until: float) -> list[Tape]:
    """Those offered between these wall seconds."""
    engine = open_engine(url)
    try:
        journals = Queries(engine).journals(since=since, until=until, types=tape.WANTED)
        return _tapes(row for journal in journals for row in journal)
    finally:
        engine.dispose()


def _tapes(rows: Iterable[Row]) -> list[Tape]:
    with tempfile.TemporaryDirectory(prefix="warmline-calls-") as name:
        path = write_rows(rows, Path(name) / "calls.jsonl")
        return tape.read(path) if path.stat().st_size else []
