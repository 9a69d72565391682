"""`warmline export`: journals out of the record as files, in the form that `replay` writes and `backtest` reads."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from telephony.errors import ConfigError
from telephony.records.export import write_rows
from telephony.records.reading import KeptCall, Reading, open_reading
from telephony.records.rows import Row
from telephony.settings import Settings, config_folder, load
from voice.dialogue.load import load_business


@dataclass(frozen=True, slots=True)
class LeftOut:
    call: str
    why: str


@dataclass(frozen=True, slots=True)
class Exported:
    written: tuple[Path, ...]
    left_out: tuple[LeftOut, ...]


def export(
    config: Path | None, to: Path, *, since: date | None = None, until: date | None = None, calls: Sequence[str] = ()
) -> Exported:
    """`since`, `until`: days where the business is, both included, on which calls were offered; `calls`: no others.

    Raises `ConfigError` where a file would be overwritten or nothing can be written, and `RecordError`.
    """
    settings = load(config_folder(config))
    with open_reading(settings.records.url, settings.service.records_folder) as record:
        found = _found(record, settings, since, until, calls)
        files = {call.id: to / f"{call.id}.jsonl" for call in found if call.ended and not call.erased}
        _must_be_new(files.values())
        left = [LeftOut(call.id, _why(call)) for call in found if call.id not in files]
        written = []
        for call, path in files.items():
            rows = record.journal(call)
            if [row.seq for row in rows] != [*range(1, len(rows) + 1)] or not rows:
                left.append(LeftOut(call, "entries are missing: the service has still to bring them to the database"))
            else:
                written.append(_written(path, rows))
    if not written:
        got = "; ".join(f"{one.call}: {one.why}" for one in left)
        raise ConfigError(f"{_asked(since, until)}: calls that can be exported expected, got none{got and f' ({got})'}")
    return Exported(tuple(written), tuple(left))


def _found(
    record: Reading, settings: Settings, since: date | None, until: date | None, calls: Sequence[str]
) -> list[KeptCall]:
    if since and until and until < since:
        raise ConfigError(f"--until: a day from {since} on expected, got {until}")
    begins: float | None = None
    ends: float | None = None
    if since or until:
        zone = ZoneInfo(load_business(settings.business.folder).time_zone)
        begins = datetime.combine(since, time(), zone).timestamp() if since else None
        ends = datetime.combine(until + timedelta(days=1), time(), zone).timestamp() if until else None
    known = {call.id for call in record.calls(named=calls)} if calls else set()
    if unknown := [call for call in calls if call not in known]:
        raise ConfigError(f"--call: a call of the record expected, got {', '.join(unknown)}")
    return record.calls(since=begins, until=ends, named=calls)


def _must_be_new(files: Iterable[Path]) -> None:
    if there := [path for path in files if path.exists()]:
        more = f" and {len(there) - 1} others" if len(there) > 1 else ""
        raise ConfigError(f"{there[0]}: no file of this name expected, got one{more}; nothing was written")


def _why(call: KeptCall) -> str:
    return "retention has removed its words" if call.erased else "its journal is still open"


def _written(path: Path, rows: Sequence[Row]) -> Path:
    try:
        return write_rows(rows, path)
    except OSError as error:
        raise ConfigError(f"{path}: a file that may be written expected, got {error.strerror}") from error


def _asked(since: date | None, until: date | None) -> str:
    days = [f"--since {since}" if since else "", f"--until {until}" if until else ""]
    return " ".join(day for day in days if day) or "the whole record"
