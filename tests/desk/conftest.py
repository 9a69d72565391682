"""A desk with a simulated office, a phone that only remembers, and a clock that tests turn."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pytest
from starlette.testclient import TestClient

from telephony.access.directory import Credentials
from telephony.access.parts import Access, open_access
from telephony.access.users import User
from telephony.desk import DeskDeps, Desks, DeskSettings, create_desk
from telephony.desk.reviews import ReviewDoor
from telephony.errors import Refused
from telephony.leg import LegId
from telephony.lines.webrtc import CalledIn
from telephony.rules import RulesRoom
from tests.desk.chromium import only_loopback  # noqa: F401  (a fixture)
from tests.desk.counted import counts
from tests.desk.earlier import past
from tests.desk.helped import helped
from tests.desk.house import house, page  # noqa: F401  (fixtures)
from tests.desk.office import PEOPLE, SimulatedOffice

HOST = "http://testserver"
WALL = 1_790_000_000.0


@dataclass
class Clock:
    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


class NoPhone:
    """No leg rings here."""

    async def answer(self, leg: LegId, *, agent: str, sdp: str) -> str:
        raise Refused(f"leg {leg}: none rings")

    async def hang_up(self, leg: LegId, *, agent: str) -> None:
        raise Refused(f"leg {leg}: none rings")

    async def resume(self, leg: LegId, *, agent: str, sdp: str) -> str:
        raise Refused(f"leg {leg}: none is answered")

    async def call_in(self, sdp: str, *, place: str = "") -> CalledIn:
        raise Refused("all lines are busy")

    async def call_back_in(self, leg: LegId, *, token: str, sdp: str) -> str:
        raise Refused(f"leg {leg}: none is there")


class Room:
    """One desk service as its browsers see it; `post` acts as a signed-in page does."""

    def __init__(self, client: TestClient, office: SimulatedOffice, desks: Desks, clock: Clock, access: Access) -> None:
        self.client = client
        self.office = office
        self.desks = desks
        self.clock = clock
        self.access = access
        self.csrf = ""

    def sign_in(self, agent: str = "ana", pin: str = "") -> int:
        answer = self.client.post("/desk/api/sign-in", json={"agent": agent, "pin": pin}, headers={"origin": HOST})
        self.csrf = answer.json().get("csrf", "")
        return answer.status_code

    def post(self, path: str, body: dict[str, object] | None = None, **headers: str) -> int:
        return self.client.post(
            path, json=body or {}, headers={"origin": HOST, "x-csrf-token": self.csrf, **headers}
        ).status_code

    def ticket(self) -> str:
        headers = {"origin": HOST, "x-csrf-token": self.csrf}
        return str(self.client.post("/desk/api/ticket", headers=headers).json()["ticket"])

    def hello(self, **more: object) -> dict[str, object]:
        return {"v": 1, "type": "hello", "ticket": self.ticket(), **more}

    def feed(self, origin: str = HOST):
        return self.client.websocket_connect("/desk/feed", headers={"origin": origin})


def make_room(
    credentials: Credentials,
    settings: DeskSettings | None = None,
    demo: Sequence[User] = (),
    review: ReviewDoor | None = None,
    rules: RulesRoom | None = None,
) -> Iterator[Room]:
    """`demo`: who signs in with one click beside the agents."""
    clock = Clock()
    agents = {person.id: person.name for person in PEOPLE}
    access = open_access(agents=agents, credentials=credentials, demo=demo, clock=clock, wall=lambda: WALL)
    office = SimulatedOffice()
    desks = Desks(clock=clock)
    deps = DeskDeps(
        office=office,
        phone=NoPhone(),
        desks=desks,
        access=access,
        clock=clock,
        settings=settings or DeskSettings(),
        copilot=helped(desks, office.note),
        counts=counts(),
        earlier=past(),
        review=review,
        rules=rules,
    )
    with TestClient(create_desk(deps)) as client:
        yield Room(client, office, desks, clock, access)


@pytest.fixture
def room() -> Iterator[Room]:
    yield from make_room(Credentials(one_click=True))
