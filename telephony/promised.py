"""`warmline callbacks`: which promised call backs are still to be kept, and taking one back."""

from datetime import UTC, datetime
from pathlib import Path

from rich.table import Table
from rich.text import Text

from telephony.errors import ConfigError
from telephony.promises import OpenPromise
from telephony.records import Promised, open_promised
from telephony.settings import config_folder, load


def listed(config: Path | None, now: datetime | None = None) -> Table:
    """Raises `ConfigError` or `RecordError`."""
    promises = _record(config).open()
    now = now or datetime.now(UTC)
    table = Table(title=f"{len(promises)} promised call backs to be kept", title_justify="left")
    for column in ("promise", "number", "queue", "waiting", "tries", "not before", "about"):
        table.add_column(column, overflow="fold")
    for promise in promises:
        table.add_row(*map(Text, _row(promise, now)))
    return table


def cancel(config: Path | None, handoff: str) -> OpenPromise:
    """Takes one back; nobody rings for it any more. Raises `ConfigError` when there is none of that name."""
    record = _record(config)
    found = next((promise for promise in record.open() if promise.handoff == handoff), None)
    if found is None:
        raise ConfigError(f"--cancel: a promise of the list expected, got {handoff!r}")
    record.cancel(handoff, datetime.now(UTC).timestamp())
    return found


def _record(config: Path | None) -> Promised:
    settings = load(config_folder(config))
    return open_promised(settings.records.url, settings.service.records_folder)


def _row(promise: OpenPromise, now: datetime) -> tuple[str, ...]:
    minutes = max(0, round((now.timestamp() - promise.since_wall) / 60))
    waiting = f"{minutes} min" if minutes < 120 else f"{minutes // 60} h"
    next_try = datetime.fromtimestamp(promise.next_wall, UTC) if promise.next_wall else None
    after = max(filter(None, (promise.due, next_try)), default=None)
    about = promise.brief.headline if promise.brief else ""
    when = f"{after:%Y-%m-%d %H:%M %Z}" if after else ""
    return promise.handoff, f"…{promise.number[-4:]}", promise.queue, waiting, str(promise.tries), when, about
