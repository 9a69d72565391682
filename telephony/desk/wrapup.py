"""After the call: the draft summary as the agent leaves it, and the disposition it ends with."""

from typing import Annotated

from fastapi import APIRouter, Depends

from telephony.access.roles import Role
from telephony.desk.doors import Doors, Seat
from telephony.desk.messages import FinishWrapUp
from telephony.desk.office import DeskOffice, NotPossible


def routes(*, office: DeskOffice, doors: Doors) -> APIRouter:
    router = APIRouter(prefix="/desk/api")
    acting = doors.acts(Role.AGENT)

    @router.post("/calls/{call}/wrap-up")
    async def wrap_up(call: str, body: FinishWrapUp, seat: Annotated[Seat, Depends(acting)]) -> dict[str, object]:
        if not body.disposition:
            raise NotPossible("Choose how the call ended first.")
        await office.wrap_up(seat.agent, call, body.disposition, body.summary.strip())
        return {}

    return router
