"""What an agent decides about their own work at the desk: presence, accept, decline."""

from typing import Annotated

from fastapi import APIRouter, Depends

from telephony.access.roles import Role
from telephony.desk.doors import Doors, Seat
from telephony.desk.messages import DeclineOffer, SetPresence
from telephony.desk.office import DeskOffice, Presence


def routes(*, office: DeskOffice, doors: Doors) -> APIRouter:
    router = APIRouter(prefix="/desk/api")
    acting = doors.acts(Role.AGENT)

    @router.post("/presence")
    async def presence(body: SetPresence, seat: Annotated[Seat, Depends(acting)]) -> dict[str, object]:
        office.set_presence(seat.agent, Presence(body.presence))
        return {}

    @router.post("/offers/{offer}/accept")
    async def accept(offer: str, seat: Annotated[Seat, Depends(acting)]) -> dict[str, object]:
        await office.accept(seat.agent, offer)
        return {}

    @router.post("/offers/{offer}/decline")
    async def decline(offer: str, body: DeclineOffer, seat: Annotated[Seat, Depends(acting)]) -> dict[str, object]:
        await office.decline(seat.agent, offer, body.reason)
        return {}

    return router
