"""The desk service with its browser line and a simulated office, on a free port: what browser tests are played in."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
import uvicorn

from telephony.access.audit import running
from telephony.access.directory import Credentials
from telephony.access.parts import open_access
from telephony.access.roles import Role
from telephony.access.users import User
from telephony.copilot.vectors import Encoder
from telephony.desk import DeskDeps, Desks, DeskSettings, create_desk
from telephony.desk.reviews import ReviewDoor
from telephony.desk.waiting import WaitingRoom
from telephony.lines.webrtc import WebRtcLine
from telephony.lines.webrtc_leg import WebRtcLeg
from telephony.rules import RulesRoom
from tests.desk.asking import Asking
from tests.desk.chromium import open_page, sees, sign_in
from tests.desk.counted import counts
from tests.desk.earlier import past
from tests.desk.floor import QUEUES, Floor
from tests.desk.helped import helped
from tests.desk.office import PEOPLE, SimulatedOffice

PHONE_NUMBER = "+1 206 555 0199"
SAM = User("sam", "Sam Reyes", frozenset({Role.SUPERVISOR, Role.REVIEWER, Role.ADMIN, Role.AUDITOR}))
DEMO = (SAM,)


class House:
    def __init__(
        self,
        port: int,
        encoder: Encoder | None = None,
        review: ReviewDoor | None = None,
        rules: RulesRoom | None = None,
        demo: tuple[User, ...] = DEMO,
    ) -> None:
        loop = asyncio.get_running_loop()
        self.office = SimulatedOffice()
        self.desks = Desks(clock=loop.time)
        self.floor = Floor(loop.time)
        self.waiting = WaitingRoom(self.floor.wall, self.desks, loop.time, QUEUES)
        self.desks.greet(self.waiting.now)
        self.asking = Asking(loop.time)
        self.line = WebRtcLine(ringer=self.desks)
        self.access = open_access(
            agents={person.id: person.name for person in PEOPLE},
            credentials=Credentials(one_click=True),
            demo=demo,
            clock=loop.time,
            wall=time.time,
        )
        deps = DeskDeps(
            office=self.office,
            phone=self.line,
            desks=self.desks,
            access=self.access,
            clock=loop.time,
            settings=DeskSettings(phone_number=PHONE_NUMBER),
            copilot=helped(self.desks, self.office.note, encoder),
            counts=counts(),
            earlier=past(),
            asked=self.asking.rooms,
            rules=rules,
            review=review,
        )
        self.url = f"http://127.0.0.1:{port}"
        config = uvicorn.Config(create_desk(deps), log_level="warning", lifespan="off")
        self.server = uvicorn.Server(config)

    async def noted(self) -> None:
        """What was done so far is in the audit."""
        async with running(self.access.audit):
            pass

    async def signs_in(self, page) -> None:
        """Ana signs in, and is available."""
        await sign_in(page, self.url, "Ana Ruiz")

    async def offers(self, page) -> WebRtcLeg:
        """Ana's desk rings with Maria Keller's call."""
        leg = await self.rings()
        self.office.offer("ana")
        await sees(page, "#offer-name", "Maria Keller")
        return leg

    async def rings(self) -> WebRtcLeg:
        """The phone of Ana's desk rings."""
        return await self.line.dial("agent:ana", ring_seconds=20, call="c1", attempt="a1")

    async def called(self) -> WebRtcLeg:
        """A caller's page has rung."""
        return await asyncio.wait_for(anext(aiter(self.line.arrivals())), 45)


@pytest_asyncio.fixture
async def house(only_loopback: None) -> AsyncIterator[House]:
    listener = socket.create_server(("127.0.0.1", 0))
    house = House(listener.getsockname()[1])
    serving = asyncio.create_task(house.server.serve(sockets=[listener]))
    yield house
    await house.line.close()
    house.server.should_exit = True
    await serving


@pytest_asyncio.fixture
async def page(house: House, tmp_path: Path) -> AsyncIterator[object]:
    async with open_page(tmp_path) as page:
        yield page
