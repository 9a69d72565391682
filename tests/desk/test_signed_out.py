"""Whoever is signed out sees and hears nothing more, whatever their page had open and whether it says so or not."""

import asyncio
from collections.abc import Callable, Iterator

import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from telephony.access.directory import Credentials
from telephony.access.parts import open_access
from telephony.access.roles import Role
from telephony.access.sessions import IDLE_SECONDS
from telephony.access.users import User
from telephony.desk import DeskDeps, Desks, create_desk, wall_wire
from telephony.desk import wall as wall_room
from telephony.leg import LegEnded, LegId, LegState, Party
from tests.desk.asking import Asking
from tests.desk.conftest import HOST, WALL, Clock, NoPhone, Room
from tests.desk.floor import Floor, NoPhones
from tests.desk.office import PEOPLE, SimulatedOffice

SAM = User("sam", "Sam Reyes", frozenset({Role.SUPERVISOR}))
KIM = User("kim", "Kim Weber", frozenset({Role.SUPERVISOR, Role.ADMIN}))


class Sound:
    """A supervisor's leg, until somebody ends it."""

    def __init__(self) -> None:
        self.id, self.party, self.state = LegId("w-1"), Party("webrtc", "sam"), LegState.ANSWERED
        self.over = asyncio.Event()

    async def media(self) -> object:
        raise NotImplementedError  # nothing is played here

    async def ended(self) -> LegEnded:
        await self.over.wait()
        return LegEnded.BY_US

    async def hang_up(self, reason: str) -> None:
        self.over.set()


class OnePhone(NoPhones):
    leg: Sound

    async def join_in(self, sdp: str, *, agent: str) -> tuple[Sound, str]:  # type: ignore[override]  # no media flow
        self.leg = Sound()
        return self.leg, "v=0"


class Listening(Room):
    phone: OnePhone

    async def silent(self) -> None:
        await asyncio.wait_for(self.phone.leg.over.wait(), 20)


@pytest.fixture
def room(monkeypatch: pytest.MonkeyPatch) -> Iterator[Listening]:
    for place in (wall_room, wall_wire):
        monkeypatch.setattr(place, "CHECK_SECONDS", 0.01)
    clock = Clock()
    agents = {person.id: person.name for person in PEOPLE}
    access = open_access(
        agents=agents, credentials=Credentials(one_click=True), demo=(SAM, KIM), clock=clock, wall=lambda: WALL
    )
    office, desks, phone = SimulatedOffice(), Desks(clock=clock), OnePhone()
    deps = DeskDeps(
        office=office, phone=NoPhone(), desks=desks, access=access, clock=clock,
        wall=Floor(clock, phone).parts, asked=Asking(clock).rooms,
    )  # fmt: skip
    with TestClient(create_desk(deps)) as client:
        room = Listening(client, office, desks, clock, access)
        room.phone = phone
        yield room


def signs_out(room: Listening) -> None:
    assert room.post("/desk/api/sign-out") == 200


def loses_the_role(room: Listening) -> None:
    room.client.cookies.clear()  # Kim sits elsewhere
    room.sign_in("kim")
    assert room.post("/desk/api/admin/users/sam/roles", {"roles": ["auditor"]}) == 200


def is_idle(room: Listening) -> None:
    room.clock.now += IDLE_SECONDS + 1


ENDS = pytest.mark.parametrize("ends", [signs_out, loses_the_role, is_idle])


@ENDS
def test_a_supervisors_sound_ends_with_their_session(room: Listening, ends: Callable[[Listening], None]) -> None:
    room.sign_in("sam")
    assert room.post("/desk/api/wall/phone", {"sdp": "v=0"}) == 200
    room.client.portal.call(asyncio.sleep, 0.05)  # type: ignore[union-attr]
    assert not room.phone.leg.over.is_set()
    ends(room)
    room.client.portal.call(room.silent)  # type: ignore[union-attr]


@ENDS
@pytest.mark.parametrize("path", ["/wall/feed", "/desk/api/approvals/live"])
def test_a_page_of_a_supervisor_closes_with_their_session(
    room: Listening, path: str, ends: Callable[[Listening], None]
) -> None:
    room.sign_in("sam")
    hello = room.hello()
    with room.client.websocket_connect(path, headers={"origin": HOST}) as page:
        page.send_json(hello)
        page.receive_json()
        ends(room)
        with pytest.raises(WebSocketDisconnect) as closed:
            while True:
                page.receive_json()
    assert closed.value.code == 4003
