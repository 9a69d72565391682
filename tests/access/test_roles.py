"""Roles open doors: who has none of those a door names is told so, in a sentence."""

from typing import Annotated

import pytest
from fastapi import Depends, FastAPI
from starlette.testclient import TestClient

from telephony.access.roles import Role, Who, refusal
from telephony.access.sessions import Sessions
from telephony.access.users import User
from telephony.desk.doors import CSRF_HEADER, Doors, Seat

HOST = "http://testserver"


class Corridor:
    """Two doors of a room for supervisors and admins, and whoever comes to them."""

    def __init__(self) -> None:
        self.sessions = Sessions()
        self.doors = Doors(sessions=self.sessions, clock=lambda: 0.0, origins=(), cookie="c")
        app = FastAPI()
        reading, acting = (make(Role.SUPERVISOR, Role.ADMIN) for make in (self.doors.reads, self.doors.acts))

        @app.get("/wall")
        async def wall(seat: Annotated[Seat, Depends(reading)]) -> dict[str, str]:
            return {"id": seat.who.id}

        @app.post("/listen")
        async def listen(seat: Annotated[Seat, Depends(acting)]) -> dict[str, str]:
            return {"id": seat.who.id}

        self.client = TestClient(app)

    def comes(self, *roles: Role) -> dict[str, str]:
        """The headers of a page of somebody with these roles."""
        cookie, session = self.sessions.open(User("sam", "Sam", frozenset(roles)), 0.0)
        self.client.cookies.set("c", cookie)
        return {"origin": HOST, CSRF_HEADER: session.csrf}


def test_one_of_the_roles_that_a_door_names_is_enough():
    corridor = Corridor()
    headers = corridor.comes(Role.AGENT, Role.SUPERVISOR)
    assert corridor.client.get("/wall").json() == {"id": "sam"}
    assert corridor.client.post("/listen", headers=headers).json() == {"id": "sam"}


@pytest.mark.parametrize("roles", [(), (Role.AGENT,), (Role.AUDITOR, Role.REVIEWER)])
def test_without_one_the_door_says_whom_it_is_for(roles: tuple[Role, ...]):
    corridor = Corridor()
    headers = corridor.comes(*roles)
    for answer in (corridor.client.get("/wall"), corridor.client.post("/listen", headers=headers)):
        assert answer.status_code == 403
        assert answer.json()["detail"].startswith("This is for an admin or a supervisor. You are ")


def test_a_stranger_is_asked_to_sign_in_before_roles_are_looked_at():
    assert Corridor().client.get("/wall").status_code == 401


def test_a_refusal_says_what_one_is():
    assert refusal([Role.ADMIN], frozenset({Role.AGENT})) == "This is for an admin. You are an agent."
    assert refusal([Role.ADMIN], frozenset()).endswith("signed in without a role; ask an admin.")


def test_no_role_includes_another():
    assert not Who("root", frozenset({Role.ADMIN})).has(Role.SUPERVISOR, Role.AUDITOR)
