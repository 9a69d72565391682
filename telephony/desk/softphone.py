"""Where pages bring their SDP offers: an agent's softphone answers its ringing leg, a caller's page rings in."""

from typing import Annotated, Protocol

from fastapi import APIRouter, Depends, HTTPException, Request

from telephony.access.roles import Role
from telephony.access.tries import network
from telephony.desk.doors import Doors, Seat
from telephony.desk.messages import BackIn, Sdp
from telephony.errors import Refused
from telephony.leg import LegId
from telephony.lines.webrtc import CalledIn

OVER = "This call is over already."


class Phone(Protocol):
    """The webrtc line, as far as pages need it. Each raises `Refused`."""

    async def answer(self, leg: LegId, *, agent: str, sdp: str) -> str: ...

    async def hang_up(self, leg: LegId, *, agent: str) -> None: ...

    async def resume(self, leg: LegId, *, agent: str, sdp: str) -> str: ...

    async def call_in(self, sdp: str, *, place: str = "") -> CalledIn: ...

    async def call_back_in(self, leg: LegId, *, token: str, sdp: str) -> str: ...


def routes(
    *,
    phone: Phone,
    doors: Doors,
    caller_page: bool,
    ice_servers: tuple[str, ...],
    business: str,
    phone_number: str,
) -> APIRouter:
    router = APIRouter()
    acting = doors.acts(Role.AGENT)

    @router.post("/desk/api/legs/{leg}/sdp")
    async def answer(leg: str, body: Sdp, seat: Annotated[Seat, Depends(acting)]) -> dict[str, object]:
        try:
            return {"sdp": await phone.answer(LegId(leg), agent=seat.agent, sdp=body.sdp)}
        except Refused as refused:
            raise HTTPException(409, "This call no longer rings here.") from refused

    @router.post("/desk/api/legs/{leg}/hang-up")
    async def hang_up(leg: str, seat: Annotated[Seat, Depends(acting)]) -> dict[str, object]:
        try:
            await phone.hang_up(LegId(leg), agent=seat.agent)
        except Refused as refused:
            raise HTTPException(409, OVER) from refused
        return {}

    @router.post("/desk/api/legs/{leg}/resume")
    async def resume(leg: str, body: Sdp, seat: Annotated[Seat, Depends(acting)]) -> dict[str, object]:
        """After a lost network, a reload, or at another desk: the agent's session says that they are the same."""
        try:
            return {"sdp": await phone.resume(LegId(leg), agent=seat.agent, sdp=body.sdp)}
        except Refused as refused:
            raise HTTPException(409, OVER) from refused

    if not caller_page:
        return router

    @router.get("/call/config")
    async def config() -> dict[str, object]:
        return {"business": business, "phone_number": phone_number, "ice_servers": list(ice_servers)}

    @router.post("/call/sdp", dependencies=[Depends(doors.origin)])
    async def call_in(body: Sdp, request: Request) -> dict[str, object]:
        try:
            called = await phone.call_in(body.sdp, place=network(request.client.host) if request.client else "")
        except Refused as refused:
            raise HTTPException(503, "We cannot take another call from the browser now. Please try again.") from refused
        return {"leg": called.leg, "sdp": called.sdp, "token": called.token}

    @router.post("/call/resume", dependencies=[Depends(doors.origin)])
    async def back_in(body: BackIn) -> dict[str, object]:
        try:
            return {"sdp": await phone.call_back_in(LegId(body.leg), token=body.token, sdp=body.sdp)}
        except Refused as refused:
            raise HTTPException(409, OVER) from refused

    return router
