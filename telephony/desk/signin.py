"""Signing in and out, who am I, and the ticket for the websocket."""

import asyncio
from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request, Response

from telephony.access.roles import Role
from telephony.access.users import User
from telephony.desk.auth import ABSOLUTE_SECONDS, AGENT, Credentials, Sessions
from telephony.desk.desks import Desks
from telephony.desk.doors import COOKIE, Doors, Seat
from telephony.desk.messages import SignIn
from telephony.desk.office import DeskOffice, Person
from telephony.desk.settings import DeskSettings

WRONG = "Name and PIN do not fit. Try again."
WAIT = "Too many tries. Wait five minutes, or ask a supervisor."


def routes(
    *,
    office: DeskOffice,
    desks: Desks,
    doors: Doors,
    sessions: Sessions,
    credentials: Credentials,
    settings: DeskSettings,
    clock: Callable[[], float],
) -> APIRouter:
    router = APIRouter()
    acting = doors.acts()
    accounts = {p.id: User(p.id, p.name, AGENT) for p in office.agents()}
    if credentials.one_click:
        accounts |= {user.id: user for user in settings.demo_people}

    @router.get("/desk/api/me")
    async def me(request: Request) -> dict[str, object]:
        session = sessions.find(request.cookies.get(COOKIE), clock())
        shared = {
            "business": settings.business,
            "ice_servers": list(settings.ice_servers),
            "decline_reasons": list(settings.decline_reasons),
        }
        if session is None or (session.who.has(Role.AGENT) and desks.feed(session.agent) is None):
            people = [{"id": p.id, "name": p.name, "roles": sorted(p.roles)} for p in accounts.values()]
            return {**shared, "agent": None, "people": people, "one_click": credentials.one_click}
        return {**shared, "agent": session.agent, "roles": sorted(session.roles), "csrf": session.csrf}

    @router.post("/desk/api/sign-in", dependencies=[Depends(doors.origin)])
    async def sign_in(body: SignIn, response: Response) -> dict[str, object]:
        person = await _signs_in(accounts.get(body.agent), body.pin, sessions, credentials, clock)
        cookie, session = sessions.open(person.id, clock(), person.roles)
        if session.who.has(Role.AGENT):
            desks.sign_in(Person(person.id, person.name))
        response.set_cookie(
            COOKIE, cookie, max_age=int(ABSOLUTE_SECONDS), httponly=True, samesite="lax",
            secure=settings.secure_cookie, path="/",
        )  # fmt: skip
        return {"agent": person.id, "roles": sorted(session.roles), "csrf": session.csrf}

    @router.post("/desk/api/sign-out")
    async def sign_out(seat: Annotated[Seat, Depends(acting)], response: Response) -> dict[str, object]:
        sessions.end(seat.cookie)
        desks.sign_out(seat.agent)
        response.delete_cookie(COOKIE, path="/")
        return {}

    @router.post("/desk/api/ticket")
    async def ticket(seat: Annotated[Seat, Depends(acting)]) -> dict[str, object]:
        return {"ticket": sessions.ticket(seat.cookie, clock())}

    return router


async def _signs_in(
    person: User | None, pin: str, sessions: Sessions, credentials: Credentials, clock: Callable[[], float]
) -> User:
    """Whoever is not known is tried all the same: names are not to be found out. Raises 401, and 429 after too many."""
    tried = person.id if person is not None else ""
    if not sessions.may_try(tried, clock()):
        raise HTTPException(429, WAIT)
    sessions.failed(tried, clock())  # until it fits: many at once are no more tries than one after the other
    # argon2 costs tens of milliseconds by design: not on the loop that moves audio.
    fits = await asyncio.to_thread(credentials.fits, tried, pin)
    if person is None or not fits:
        raise HTTPException(401, WRONG)
    sessions.forget_failures(person.id)
    return person
