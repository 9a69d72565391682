"""The record's keeper: one thread owns the database, so a slow disk never holds up audio.

`keep` only queues; `kept` waits for the commit (or, while the database is away, for the spill file). Jobs of other
rooms (a recording's row, a callback done, the retention sweep) run in the same thread, between batches.
"""

import asyncio
import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection

from telephony.errors import RecordError
from telephony.journal import Record
from telephony.records import rows as journal_rows
from telephony.records.batch import LIMIT, Batch
from telephony.records.rows import Row
from telephony.records.spill import Spill
from telephony.records.upgrade import open_engine, upgrade
from telephony.records.writer import Writer

T = TypeVar("T")
log = logging.getLogger(__name__)

RETRY_SECONDS = 5.0
"""How often a database that is away is tried again: each try of a locked one costs a second, and waiters with it."""

KEPT_SECONDS = 5.0
"""A disk that stands still for so long holds no call up any longer; see `telephony.journal.Journal.try_commit`."""

CLOSE_SECONDS = 15.0
"""Far longer than one try of a locked database with a batch waiting behind it."""


class Store:
    """Implements `telephony.journal.Keeper`. Use `open_store`; `close` writes what is left.

    `problem` hears of an outage once when it begins and once when it is over. It is called from the store's thread.
    """

    def __init__(
        self,
        writer: Writer,
        spill: Spill,
        *,
        problem: Callable[[str], None] = lambda _: None,
        limit: int = LIMIT,
        retry_seconds: float = RETRY_SECONDS,
        kept_seconds: float = KEPT_SECONDS,
    ) -> None:
        self._writer = writer
        self._spill = spill
        self._problem = problem
        self._batch: Batch[Row] = Batch(limit)
        self._waiters: list[Future[None]] = []
        self._jobs: list[Callable[[RecordError | None], None]] = []
        self._lost: set[tuple[str, int]] = set()
        self._retry_seconds = retry_seconds
        self._kept_seconds = kept_seconds
        self._try_ms = 0.0  # while away: not before
        self._away = False
        self._closing = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="records", daemon=True)
        self._thread.start()

    def keep(self, record: Record) -> None:
        """Queues and returns. Without room, which takes minutes of a stuck database, the entry is lost and counted."""
        row = journal_rows.of(record)
        with self._changed:
            if self._closing or not self._batch.add(row, _now_ms()):
                self._lost.add((record.call, record.seq))
            self._changed.notify()

    async def kept(self, record: Record) -> None:
        """Returns when `record`, and all before it, survive a power cut. Raises `RecordError` when they cannot, or
        nobody knows in time whether they do."""
        try:
            async with asyncio.timeout(self._kept_seconds):
                await asyncio.wrap_future(self._when_kept(record))
        except TimeoutError:
            what = f"entry {record.seq} on record within {self._kept_seconds} s expected, the disk stands still"
            raise RecordError(f"call {record.call}: {what}") from None

    def _when_kept(self, record: Record) -> Future[None]:
        waiter: Future[None] = Future()
        with self._changed:
            if (record.call, record.seq) in self._lost:
                waiter.set_exception(RecordError(f"call {record.call}: room for entry {record.seq} expected, got none"))
                return waiter
            if not self._thread.is_alive():
                waiter.set_exception(RecordError(f"call {record.call}: an open record expected, got a closed one"))
                return waiter
            self._waiters.append(waiter)
            self._batch.hurry()
            self._changed.notify()
        return waiter

    async def run(self, job: Callable[[Connection], T]) -> T:
        """Runs `job` in a transaction of its own. Raises `RecordError` when the database is away."""
        return await asyncio.wrap_future(self.submit(job))

    def submit(self, job: Callable[[Connection], T]) -> "Future[T]":
        """As `run`, for callers outside the loop, such as the recordings' thread."""
        result: Future[T] = Future()

        def carry_out(refused: RecordError | None) -> None:
            if not result.set_running_or_notify_cancel():
                return
            try:
                if refused is not None:
                    raise refused
                result.set_result(self._writer.run(job))
            except BaseException as error:
                result.set_exception(error)

        with self._changed:
            if self._closing:
                result.set_exception(RecordError("an open record expected, got one that is closing"))
                return result
            self._jobs.append(carry_out)
            self._changed.notify()
        return result

    @property
    def lost(self) -> int:
        """Entries there was no room for, since the start."""
        return len(self._lost)

    def close(self) -> None:
        """Writes what is left, or spills it. Blocks for at most `CLOSE_SECONDS`."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._thread.join(CLOSE_SECONDS)

    # --- the store's own thread ---------------------------------------------------------------------------------------

    def _run(self) -> None:
        while self._wait():
            self._once()
        self._once()
        self._writer.close()

    def _wait(self) -> bool:
        """Until a batch is due or a job is there; false when the store is closing."""
        with self._changed:
            while not self._closing and not self._jobs:
                due_ms = self._batch.due_in(_now_ms())
                if due_ms == 0:
                    break
                idle = self._retry_seconds if self._spill.pending else None
                before = len(self._batch)
                self._changed.wait(idle if due_ms is None else due_ms / 1000)
                if idle and before == len(self._batch) == 0:
                    break  # time to try the database again
            return not self._closing

    def _once(self) -> None:
        with self._changed:
            rows = self._batch.take()
            waiters, self._waiters = self._waiters, []
            jobs, self._jobs = self._jobs, []
        failure = self._write(rows, durable=bool(waiters))
        for waiter in waiters:
            if not waiter.set_running_or_notify_cancel():
                continue  # the call ended meanwhile
            if failure is None:
                waiter.set_result(None)
            else:
                waiter.set_exception(failure)
        for job in jobs:
            job(RecordError("a database that is there expected, got none") if self._away else None)

    def _write(self, rows: list[Row], *, durable: bool) -> RecordError | None:
        """Into the database, else into the spill; None when the rows are safe in either."""
        if self._away and _now_ms() < self._try_ms:
            return self._spill_over(rows, RecordError("the database is away"))
        try:
            self._replay()
            if rows:
                self._reject(self._writer.write(rows, durable=durable))
            elif durable:
                self._writer.sync()  # what is waited for was written in an earlier batch
        except RecordError as error:
            return self._spill_over(rows, error)
        except Exception as error:  # whatever it is, this thread must live on: it is the only one that writes
            log.exception("the record failed in a way nobody foresaw")
            return self._spill_over(rows, RecordError(f"a record that can be written expected, got {error!r}"))
        self._back()
        return None

    def _replay(self) -> None:
        if self._spill.pending:
            self._reject(self._writer.write(self._spill.rows(), durable=True))
            self._spill.clear()

    def _reject(self, rows: list[Row]) -> None:
        if rows:
            self._spill.reject(rows)
            self._tell(f"entries that fit the tables expected, got {len(rows)} that do not; kept aside")

    def _spill_over(self, rows: list[Row], cause: RecordError) -> RecordError | None:
        if not self._away or _now_ms() >= self._try_ms:
            self._try_ms = _now_ms() + self._retry_seconds * 1000
        if not self._away:
            self._away = True
            self._tell(f"{cause}; entries go to a file until it is back")
        try:
            if rows:
                self._spill.add(rows)
        except RecordError as error:
            with self._changed:
                self._batch.put_back(rows, _now_ms() + self._retry_seconds * 1000)
            return error
        return None

    def _back(self) -> None:
        if self._away:
            self._away = False
            self._tell("the database is back")

    def _tell(self, what: str) -> None:
        """A listener that fails must not stop the record."""
        try:
            self._problem(what)
        except Exception:
            log.exception("a listener for problems of the record failed")


class InlineKeeper:
    """A keeper for virtual time, where no thread may be waited for: in memory, or written at once by `writer`."""

    def __init__(self, writer: Writer | None = None) -> None:
        self.records: list[Record] = []
        self._writer = writer

    def keep(self, record: Record) -> None:
        self.records.append(record)
        if self._writer is not None:
            self._writer.write([journal_rows.of(record)], durable=False)

    async def kept(self, record: Record) -> None:
        """At once: `keep` has done it."""


def open_store(url: str, folder: Path, *, problem: Callable[[str], None] = lambda _: None) -> Store:
    """Migrates the database at `url` (empty: SQLite in `folder`) and starts the store; its spill file lies in `folder`.

    Raises `RecordError` when the database cannot be opened: at the start a person is there to see it.
    """
    try:
        engine = open_engine(url or default_url(folder))
        upgrade(engine)
    except Exception as error:
        raise RecordError(f"a database at {url or folder} expected, got {error}") from error
    return Store(Writer(engine), Spill(folder / "spill.jsonl"), problem=problem)


def default_url(folder: Path) -> str:
    return f"sqlite:///{folder / 'warmline.sqlite3'}"


def _now_ms() -> float:
    """Only to bound how long a batch waits; nothing a call does depends on it."""
    return time.monotonic() * 1000
