"""Signing in and out, who am I, the ticket for the websocket, and the one-time link by which a password is set."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field

from telephony.access.parts import Access
from telephony.access.roles import Role
from telephony.access.sessions import ABSOLUTE_SECONDS, Session
from telephony.access.users import User
from telephony.desk.desks import Desks
from telephony.desk.doors import Doors, Seat
from telephony.desk.messages import SignIn, Wire, Written
from telephony.desk.office import DeskOffice, Person
from telephony.desk.pages import open_to
from telephony.desk.settings import DeskSettings

KNOWN = "warmline_known"
KNOWN_SECONDS = 30 * 24 * 3600
"""A device is known so long, or until the service starts again: a month holds every rota."""


class Link(Wire):
    token: str = Field(max_length=128)


class Welcome(Link):
    """`id` and `name`: of the first admin; who was invited has both."""

    id: str = Field(default="", max_length=64)
    name: Written = Field(default="", max_length=100)
    password: str = Field(max_length=1024)


class Entrance:
    """Gives whoever was let in their session, and an agent their desk."""

    def __init__(
        self, *, access: Access, office: DeskOffice, desks: Desks, settings: DeskSettings, clock: Callable[[], float]
    ) -> None:
        self._access = access
        self._desks = desks
        self._settings = settings
        self._clock = clock
        self._seats = {person.id: person for person in office.agents()}

    def opens(self, user: User, request: Request, response: Response) -> Session:
        """A fresh session always: whatever cookie the browser came with opens nothing any more."""
        sessions, secure = self._access.sessions, self._settings.secure_cookie
        before = sessions.find(request.cookies.get(self._settings.cookie), self._clock())
        sessions.end(request.cookies.get(self._settings.cookie))
        if before is not None and before.agent != user.id:
            self._desks.sign_out(before.agent)
        cookie, session = sessions.open(user, self._clock(), address=address(request))
        if self.has_desk(session):
            self._desks.sign_in(Person(user.id, self._seats[user.id].name))
        response.set_cookie(
            self._settings.cookie, cookie, max_age=int(ABSOLUTE_SECONDS), httponly=True, samesite="lax", secure=secure,
            path="/",
        )  # fmt: skip
        response.set_cookie(
            KNOWN, self._access.reception.device(user), max_age=KNOWN_SECONDS, httponly=True, samesite="strict",
            secure=secure, path="/desk/api/sign-in",
        )  # fmt: skip
        return session

    def has_desk(self, session: Session) -> bool:
        """Who takes calls and has a place in [[agents]]."""
        return Role.AGENT in session.roles and session.agent in self._seats

    def lost(self, session: Session) -> bool:
        """An agent whose desk was closed has to come in again."""
        return self.has_desk(session) and self._desks.feed(session.agent) is None


def address(request: Request) -> str:
    return request.client.host if request.client else ""


def routes(
    *,
    access: Access,
    entrance: Entrance,
    desks: Desks,
    doors: Doors,
    settings: DeskSettings,
    clock: Callable[[], float],
) -> APIRouter:
    router = APIRouter()
    acting = doors.acts()

    def about(session: Session, request: Request) -> dict[str, object]:
        served = (getattr(route, "path", "") for route in request.app.routes)
        return {
            "agent": session.agent,
            "name": session.name,
            "roles": sorted(session.roles),
            "desk": entrance.has_desk(session),
            "pages": open_to(session.roles, served),
            "csrf": session.csrf,
        }

    @router.get("/desk/api/me")
    async def me(request: Request) -> dict[str, object]:
        session = access.sessions.find(request.cookies.get(settings.cookie), clock())
        shared = {
            "business": settings.business,
            "ice_servers": list(settings.ice_servers),
            "decline_reasons": list(settings.decline_reasons),
        }
        if session is not None and not entrance.lost(session):
            return {**shared, **about(session, request)}
        one_click = access.directory.one_click
        return {
            **shared,
            "agent": None,
            "people": [{"id": p.id, "name": p.name, "roles": sorted(p.roles)} for p in one_click],
            "one_click": bool(one_click),
            "organisation": access.organisation.name if access.organisation else "",
        }

    @router.post("/desk/api/sign-in", dependencies=[Depends(doors.origin)])
    async def sign_in(body: SignIn, request: Request, response: Response) -> dict[str, object]:
        user = await access.reception.by_password(
            body.agent, body.pin, address=address(request), device=request.cookies.get(KNOWN)
        )
        return about(entrance.opens(user, request, response), request)

    @router.post("/desk/api/sign-out")
    async def sign_out(seat: Annotated[Seat, Depends(acting)], response: Response) -> dict[str, object]:
        access.sessions.end(seat.cookie)
        desks.sign_out(seat.agent)
        response.delete_cookie(settings.cookie, path="/", secure=settings.secure_cookie)
        return {}

    @router.post("/desk/api/sign-out-everywhere")
    async def sign_out_everywhere(seat: Annotated[Seat, Depends(acting)], response: Response) -> dict[str, object]:
        """On this device and on all others."""
        response.delete_cookie(settings.cookie, path="/", secure=settings.secure_cookie)
        return {"ended": access.registry.end_all(seat.who, seat.agent)}

    @router.post("/desk/api/ticket")
    async def ticket(seat: Annotated[Seat, Depends(acting)]) -> dict[str, object]:
        return {"ticket": access.sessions.ticket(seat.cookie, clock())}

    @router.post("/desk/api/welcome/look", dependencies=[Depends(doors.origin)])
    async def look(body: Link) -> dict[str, object]:
        """Whose password the link sets; nobody: it makes the first admin."""
        return {"user": access.registry.invited(body.token)}

    @router.post("/desk/api/welcome", dependencies=[Depends(doors.origin)])
    async def welcome(body: Welcome) -> dict[str, object]:
        user = await access.registry.welcome(body.token, id=body.id, name=body.name, password=body.password)
        return {"id": user.id, "name": user.name}

    return router
