"""What routing reads back from the record after a restart."""

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from telephony.errors import RecordError
from telephony.events import Bridged, CallOffered, Entry, HandoffMoved, QueueJoined
from telephony.history import PastWait
from telephony.journal import Record
from telephony.records.history import RecordedHistory
from telephony.records.rows import of
from telephony.records.upgrade import open_engine, upgrade
from telephony.records.writer import Writer

DAY = 86_400.0
CALLER = "+12025550143"


class Past:
    """A database that calls are written into, and read back from."""

    def __init__(self, folder: Path) -> None:
        self.engine = open_engine(f"sqlite:///{folder / 'past.sqlite3'}")
        upgrade(self.engine)
        self._writer = Writer(self.engine)
        self.history = RecordedHistory(self.engine)

    def call(self, name: str, wall: float, *entries: tuple[int, Entry], caller: str = CALLER) -> None:
        told = ((0, CallOffered("twilio", "inbound", caller, "+12025550100", None)), *entries)
        records = [Record(name, n, at, wall + at / 1000, entry) for n, (at, entry) in enumerate(told, start=1)]
        self._writer.write([of(record) for record in records], durable=False)


@pytest.fixture
def past(tmp_path: Path) -> Iterator[Past]:
    made = Past(tmp_path)
    yield made
    made.history.close()


def joined(handoff: str, at_ms: int, *, place: int = 2, staff: int = 3) -> tuple[int, QueueJoined]:
    return at_ms, QueueJoined(handoff, "cards", place, staff, 0, (2, 5), "transfer")


async def test_the_agent_of_the_latest_bridge_within_the_days_is_known(past: Past) -> None:
    past.call("c1", 1 * DAY, (5000, Bridged("h1", "ana")))
    past.call("c2", 3 * DAY, (5000, Bridged("h2", "ben")))
    past.call("c3", 4 * DAY, (5000, HandoffMoved("h3", "abandoned", "queued", None)))
    past.call("c4", 5 * DAY, (5000, Bridged("h4", "eva")), caller="+12025550199")
    assert await past.history.last_agent(CALLER, since_wall=0) == "ben"
    assert await past.history.last_agent(CALLER, since_wall=3.5 * DAY) is None


async def test_waits_come_back_in_the_order_in_which_they_ended(past: Past) -> None:
    past.call("c1", 1000.0, joined("h1", 10_000), (250_000, Bridged("h1", "ana")))
    past.call(
        "c2", 1010.0, joined("h2", 10_000, place=3), (70_000, HandoffMoved("h2", "abandoned", "queued", "caller_left"))
    )
    past.call("c3", 1020.0, joined("h3", 10_000))  # the service ended first
    assert list(await past.history.waits()) == [
        PastWait("cards", 3, 3, 0, 60_000, False),
        PastWait("cards", 2, 3, 0, 240_000, True),
    ]


async def test_the_bridge_counts_and_not_the_end_of_the_conversation(past: Past) -> None:
    over = 900_000, HandoffMoved("h1", "ended", "bridged", "agent")
    past.call("c1", 1000.0, joined("h1", 0), (60_000, Bridged("h1", "ana")), over)
    assert [wait.wait_ms for wait in await past.history.waits()] == [60_000]


async def test_however_many_ask_at_once_one_thread_and_one_connection_read(past: Past) -> None:
    past.call("c1", 1 * DAY, (5000, Bridged("h1", "ana")))
    assert await asyncio.gather(*(past.history.last_agent(CALLER, since_wall=0) for _ in range(20))) == ["ana"] * 20
    assert len(readers()) == 1
    assert past.engine.pool.checkedin() == 1
    past.history.close()
    assert not readers()


def readers() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("history")]


async def test_a_record_that_cannot_be_read_says_so(tmp_path: Path) -> None:
    empty = RecordedHistory(open_engine(f"sqlite:///{tmp_path / 'empty.sqlite3'}"))
    with pytest.raises(RecordError, match="a record that can be read expected"):
        await empty.last_agent(CALLER, since_wall=0)
    with pytest.raises(RecordError, match="a record that can be read expected"):
        await empty.waits()
    empty.close()


async def test_a_colleague_who_goes_on_with_the_caller_makes_the_wait_no_longer(past: Past) -> None:
    past.call("c1", 1000.0, joined("h1", 10_000), (250_000, Bridged("h1", "ana")), (500_000, Bridged("h1", "ben")))
    assert [wait.wait_ms for wait in await past.history.waits()] == [240_000]
    assert await past.history.last_agent(CALLER, since_wall=0) == "ben"
