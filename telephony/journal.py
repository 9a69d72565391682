"""The journal of one call: entries in order, published once, kept by whoever subscribes.

`append` publishes and returns at once; `commit` returns only when every keeper has made the entry durable, and is
used for entries that announce a side effect (dial, bridge, money, callback promise).
"""

import dataclasses
import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Protocol

from telephony.errors import RecordError
from telephony.events import VERSION, Entry, Problem

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Record:
    """One entry with its place: `at_ms` is call time since the offer, `wall` the wall clock in seconds."""

    call: str
    seq: int
    at_ms: int
    wall: float
    entry: Entry

    @property
    def type(self) -> str:
        return type(self.entry).__name__


class Keeper(Protocol):
    """Keeps records: the database. `keep` queues and returns; `kept` waits until that record is durable."""

    def keep(self, record: Record) -> None: ...

    async def kept(self, record: Record) -> None: ...


class Journal:
    """All entries of one call. Subscribers are called in the order they came; one that raises does not stop others."""

    def __init__(self, call: str, *, now_ms: Callable[[], int], wall: Callable[[], float], keeper: Keeper) -> None:
        self.call = call
        self._now_ms = now_ms
        self._wall = wall
        self._keeper = keeper
        self._records: list[Record] = []
        self._subscribers: list[Callable[[Record], None]] = []

    @property
    def records(self) -> tuple[Record, ...]:
        return tuple(self._records)

    def subscribe(self, listener: Callable[[Record], None], *, replay: bool = False) -> Callable[[], None]:
        """Calls `listener` for each new record (with `replay` first for those already there). Returns the undo."""
        if replay:
            for record in self._records:
                self._publish(record, listener)
        self._subscribers.append(listener)
        return lambda: self._subscribers.remove(listener) if listener in self._subscribers else None

    def append(self, entry: Entry) -> Record:
        record = Record(self.call, len(self._records) + 1, self._now_ms(), self._wall(), entry)
        self._records.append(record)
        self._keeper.keep(record)
        for listener in tuple(self._subscribers):
            self._publish(record, listener)
        return record

    def _publish(self, record: Record, listener: Callable[[Record], None]) -> None:
        try:
            listener(record)
        except Exception:  # a desk or a view that fails must not touch the call, nor the other listeners
            log.exception("call %s: a listener failed at entry %d, %s", self.call, record.seq, record.type)

    async def commit(self, entry: Entry) -> Record:
        record = self.append(entry)
        await self._keeper.kept(record)
        return record

    async def try_commit(self, entry: Entry) -> bool:
        """As `commit`, for calls that go on without the record: false, and a `Problem`, when it is not durable."""
        try:
            await self.commit(entry)
        except RecordError as error:
            self.append(Problem("record", f"{type(entry).__name__} expected on record, got: {error}"))
            return False
        return True


def as_json(record: Record) -> str:
    """One line of the exported journal: `{"v", "call", "seq", "at_ms", "wall", "type", ...fields}`."""
    head = {"v": VERSION, "call": record.call, "seq": record.seq, "at_ms": record.at_ms, "wall": round(record.wall, 3)}
    return json.dumps({**head, "type": record.type, **plain(record.entry)}, ensure_ascii=False)


def plain(value: Any) -> Any:
    """Dataclasses, enums, mappings and tuples as plain JSON values."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple, frozenset)):
        return [plain(v) for v in value]
    return value
