"""An agent whose desk is closed: never offered a call on it, never left at a wrap-up that nobody will send."""

import asyncio
from collections.abc import Awaitable, Callable

from telephony.agents.agent import Address, Agent, AgentId, Presence
from telephony.agents.roster import Roster
from telephony.agents.routing import Needs
from telephony.agents.staff import Staff
from telephony.desk.desks import UNWATCHED_SECONDS, Desks
from telephony.desk.front_office import FrontOffice
from telephony.desk.office import Disposition, Person
from telephony.desk.outbox import Outbox
from telephony.handoff import Outcome
from telephony.sim.clock import run_virtual

NOBODY: frozenset[str] = frozenset()
P = Presence


class Room:
    """Ana at her desk, its office and the staff, as the service puts them together."""

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        ana = Agent(AgentId("ana"), "Ana", Address("webrtc", "agent:ana"))

        def now_ms() -> int:
            return round(loop.time() * 1000)

        self.desks = Desks(clock=loop.time)
        self.staff = Staff(
            roster=Roster([ana]), needs={"general": Needs()}, now_ms=now_ms,
            reachable=lambda agent: self.desks.connected(agent.id),
        )  # fmt: skip
        self.desks.on_page(self.staff.stir)
        front = FrontOffice(staff=self.staff, dispositions=[Disposition("ok", "OK")], queues={}, now_ms=now_ms)
        self.desks.serve(front)
        self.keeping = asyncio.create_task(self.staff.run())
        self.feed = self.desks.sign_in(Person("ana", "Ana"))
        self.page = Outbox()
        self.opens()
        self.staff.roster.choose("ana", P.AVAILABLE, now_ms())

    def opens(self) -> None:
        self.feed.attach(self.page)
        self.desks.page_came("ana")

    def closes(self) -> None:
        self.feed.detach(self.page)
        self.desks.watch_for_page("ana")

    @property
    def presence(self) -> Presence:
        return self.staff.roster.seat("ana").presence

    def reserve(self, handoff: str = "h1") -> str | None:
        self.staff.join("c", handoff, "general")
        found = self.staff.reserve(handoff, "general", NOBODY)
        return found.id if found else None

    def talks(self) -> None:
        assert self.reserve() == "ana"
        self.staff.on_call("ana")
        self.staff.leave("h1", "general", served=True)


def in_room(story: Callable[[Room], Awaitable[None]]) -> None:
    async def play() -> None:
        room = Room()
        try:
            await story(room)
        finally:
            room.keeping.cancel()

    run_virtual(play())


def test_a_closed_desk_is_offered_nothing_and_an_opened_one_is_at_once() -> None:
    async def story(room: Room) -> None:
        room.closes()
        assert room.reserve() is None
        looked = asyncio.create_task(room.staff.changed())
        await asyncio.sleep(5)
        assert not looked.done()
        room.opens()
        await asyncio.wait_for(looked, 1)
        assert room.reserve() == "ana"

    in_room(story)


def test_an_available_agent_whose_desk_stays_closed_is_away() -> None:
    async def story(room: Room) -> None:
        room.closes()
        await asyncio.sleep(UNWATCHED_SECONDS + 1)
        assert room.presence is P.AWAY

    in_room(story)


def test_an_agent_who_closes_the_desk_during_a_wrap_up_goes_away_once_its_time_is_over() -> None:
    async def story(room: Room) -> None:
        room.talks()
        room.staff.release("ana", Outcome.BRIDGED)
        room.closes()
        await asyncio.sleep(UNWATCHED_SECONDS + 1)
        assert room.presence is P.WRAPPING
        await asyncio.sleep(120)
        assert room.presence is P.AWAY

    in_room(story)


def test_an_agent_whose_desk_closes_during_a_call_is_looked_at_again_after_it() -> None:
    async def story(room: Room) -> None:
        room.talks()
        room.closes()
        await asyncio.sleep(300)
        assert room.presence is P.ON_CALL
        room.staff.release("ana", Outcome.BRIDGED)
        await asyncio.sleep(121)
        assert room.presence is P.AWAY

    in_room(story)


def test_a_desk_that_was_closed_for_a_moment_changes_nothing() -> None:
    async def story(room: Room) -> None:
        room.talks()
        room.staff.release("ana", Outcome.BRIDGED)
        room.closes()
        await asyncio.sleep(3)
        room.opens()
        await asyncio.sleep(120)
        assert room.presence is P.AVAILABLE

    in_room(story)
