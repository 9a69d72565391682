"""Every desk knows who waits, why and since when: the longest first, as it changes."""

from telephony.desk.desks import Desks
from telephony.desk.office import Person
from telephony.desk.outbox import Outbox
from telephony.desk.waiting import SHOWN, WaitingRoom
from tests.desk.conftest import Clock
from tests.desk.floor import QUEUES, Floor
from tests.desk.office import SimulatedOffice


class Waits:
    """A floor of calls, and Ana's desk beside it."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.floor = Floor(self.clock)
        self.desks = Desks(clock=self.clock)
        self.desks.serve(SimulatedOffice())
        self.room = WaitingRoom(self.floor.wall, self.desks, self.clock, QUEUES)
        self.desks.greet(self.room.now)

    def seeks(self, call: str, queue: str = "disputes") -> None:
        self.floor.rings(call, f"+1 {call}")
        self.floor.seeks(call, queue)
        self.room.hear(self.floor.records[call][-1])

    @property
    def names(self) -> list[str]:
        return [one.call for one in self.room.now().waiting]


def test_the_longest_wait_stands_first_and_says_its_queue() -> None:
    waits = Waits()
    waits.seeks("c1")
    waits.clock.now += 30
    waits.seeks("c2", "cards")
    first, second = waits.room.now().waiting
    assert (first.call, first.queue, first.waited_seconds) == ("c1", "Disputes", 30.0)
    assert (second.call, second.queue, second.waited_seconds) == ("c2", "Cards", 0.0)


def test_whoever_talks_with_somebody_waits_no_more() -> None:
    waits = Waits()
    waits.seeks("c1")
    waits.seeks("c2")
    waits.floor.talks("c1")
    assert waits.names == ["c2"]
    waits.floor.ends("c2")
    assert waits.names == []


def test_a_long_queue_is_cut_and_says_how_many_more() -> None:
    waits = Waits()
    for number in range(SHOWN + 3):
        waits.seeks(f"c{number}")
    told = waits.room.now()
    assert (len(told.waiting), told.more) == (SHOWN, 3)


async def test_a_page_that_comes_is_told_and_every_page_when_it_changes() -> None:
    waits = Waits()
    waits.seeks("c1")
    feed, page = waits.desks.sign_in(Person("ana", "Ana")), Outbox()
    feed.attach(page)
    waits.desks.page_came("ana")
    assert await told(page) == [["c1"]]
    waits.seeks("c2")
    assert await told(page) == [["c1", "c2"]]
    waits.room.hear(waits.floor.records["c2"][-1])
    assert await told(page) == []  # nothing has changed
    waits.floor.ends("c1")
    waits.room.hear(waits.floor.records["c1"][-1])
    assert await told(page) == [["c2"]]
    waits.desks.sign_out("ana")


async def told(page: Outbox) -> list[list[str]]:
    messages = [await page.get() for _ in range(len(page))]
    return [[one.call for one in message.waiting] for message in messages if message.type == "waiting"]
