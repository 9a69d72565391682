"""After the call: the draft as the agent leaves it, how it ended, and what they thought of what they were given."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends

from telephony.access.roles import Role
from telephony.desk.doors import Doors, Seat
from telephony.desk.messages import FinishWrapUp, Wire
from telephony.desk.office import DeskOffice, NotPossible


class MarkGiven(Wire):
    about: Literal["brief", "suggestions"]
    mark: Literal["good", "poor"]


class MarkTrigger(Wire):
    """Whether a person came when one should have."""

    about: Literal["trigger"]
    mark: Literal["earlier", "right", "not_at_all"]


def routes(*, office: DeskOffice, doors: Doors) -> APIRouter:
    router = APIRouter(prefix="/desk/api")
    acting = doors.acts(Role.AGENT)

    @router.post("/calls/{call}/wrap-up")
    async def wrap_up(call: str, body: FinishWrapUp, seat: Annotated[Seat, Depends(acting)]) -> dict[str, object]:
        if not body.disposition:
            raise NotPossible("Choose how the call ended first.")
        await office.wrap_up(seat.agent, call, body.disposition, body.summary.strip())
        return {}

    @router.post("/calls/{call}/marks")
    async def mark(
        call: str, body: MarkGiven | MarkTrigger, seat: Annotated[Seat, Depends(acting)]
    ) -> dict[str, object]:
        office.mark(seat.agent, call, body.about, body.mark)
        return {}

    return router
