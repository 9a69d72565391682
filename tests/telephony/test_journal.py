"""The journal tells all who listen, whatever one of them makes of it."""

from telephony.events import Problem
from telephony.journal import Journal, Record
from telephony.records.store import InlineKeeper


def test_a_listener_that_fails_costs_neither_the_call_nor_the_next_listener() -> None:
    journal = Journal("call-1", now_ms=lambda: 0, wall=lambda: 0.0, keeper=InlineKeeper())
    heard: list[Record] = []

    def fails(record: Record) -> None:
        raise KeyError(record.seq)

    journal.subscribe(fails)
    journal.subscribe(heard.append)
    journal.append(Problem("part", "what"))
    assert [record.seq for record in heard] == [1]
