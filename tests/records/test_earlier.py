"""What the record tells an agent of a caller's earlier calls."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from telephony.errors import RecordError
from telephony.events import AgentOffered, Bridged, CallEnded, CallOffered, Entry, WrappedUp
from telephony.journal import Record
from telephony.records.earlier import RecordedPast
from telephony.records.retention import Ages, sweep
from telephony.records.rows import of
from telephony.records.upgrade import open_engine, upgrade
from telephony.records.writer import Writer
from voice.events import Understood, Verified

DAY = 86_400.0
CALLER = "+12025550143"
END = CallEnded("transferred", "caller", "", 240.0)


class Archive:
    """A database that calls are written into, and asked of."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.engine = open_engine(f"sqlite:///{folder / 'past.sqlite3'}")
        upgrade(self.engine)
        self._writer = Writer(self.engine)
        self.past = RecordedPast(self.engine)

    def call(self, name: str, wall: float, *entries: Entry, caller: str = CALLER, outbound: bool = False) -> None:
        parties = ("outbound", "+12025550100", caller) if outbound else ("inbound", caller, "+12025550100")
        told = (CallOffered("twilio", *parties, None), *entries)
        records = [Record(name, n, n, wall, entry) for n, entry in enumerate(told, start=1)]
        self._writer.write([of(record) for record in records], durable=False)

    async def found(self, *, but: str = "now", limit: int = 10) -> list[str]:
        return [one.call for one in await self.past.of(CALLER, but=but, limit=limit)]


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    made = Archive(tmp_path)
    yield made
    made.past.close()


async def test_the_newest_come_first_and_only_the_same_number_s_that_are_over(archive: Archive) -> None:
    archive.call("c1", DAY, END)
    archive.call("c2", 2 * DAY, END, outbound=True)
    archive.call("c3", 3 * DAY, END, caller="+12025550199")
    archive.call("c4", 4 * DAY)  # goes on, or was cut off
    archive.call("now", 5 * DAY, END)
    assert await archive.found() == ["c2", "c1"]
    assert await archive.found(limit=1) == ["c2"]


async def test_they_are_found_by_their_number_and_not_by_reading_every_call(archive: Archive) -> None:
    asked: list[tuple[str, Any]] = []
    event.listen(archive.engine, "before_cursor_execute", lambda *seen: asked.append((seen[2], seen[3])))
    await archive.found()
    words, given = next((words, given) for words, given in asked if "offered_wall DESC" in words)
    with archive.engine.connect() as connection:
        plan = [str(row[-1]) for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {words}", given)]
    assert any("calls_by_caller" in step for step in plan)
    assert any("calls_by_called" in step for step in plan)
    assert not [step for step in plan if step.startswith("SCAN")]


async def test_a_call_tells_what_it_was_about_with_whom_and_how_it_ended(archive: Archive) -> None:
    archive.call(
        "c1", DAY, Understood(2, "balance", 0.9, True, {}), Understood(3, "moon", 0.9, False, {}),
        Understood(4, "disputed_charge", 0.9, True, {}), Understood(5, "balance", 0.9, True, {}),
        Verified("M. Keller ••31", "keypad_pin"), AgentOffered("h1", "ben", 1, 20.0), Bridged("h1", "ben"), END,
        WrappedUp("ben", "follow_up", "Sent the form."),
    )  # fmt: skip
    (one,) = await archive.past.of(CALLER, but="now", limit=10)
    assert (one.about, one.agent, one.member) == (("balance", "disputed_charge"), "ben", "M. Keller ••31")
    assert (one.disposition, one.summary, one.outcome) == ("follow_up", "Sent the form.", "transferred")


async def test_an_erased_call_is_not_shown(archive: Archive) -> None:
    archive.call("c1", DAY, END)
    with archive.engine.begin() as connection:
        sweep(archive.folder, Ages(), 200 * DAY)(connection)
    assert await archive.found() == []


async def test_a_record_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    past = RecordedPast(open_engine(f"sqlite:///{tmp_path / 'empty.sqlite3'}"))
    with pytest.raises(RecordError, match="a record that can be read expected"):
        await past.of(CALLER, but="", limit=1)
    past.close()
