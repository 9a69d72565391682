"""What an agent does about the caller on their line: hold, keys, bring in, pass on, hang up; and what there is."""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Depends

from telephony.access.roles import Role
from telephony.desk.doors import Doors, Seat
from telephony.desk.line_office import LineOffice
from telephony.desk.messages import AskKeys, BringIn, HandBack, Hold


def routes(*, office: LineOffice, doors: Doors) -> APIRouter:
    router = APIRouter(prefix="/desk/api")
    acting, reading = doors.acts(Role.AGENT), doors.reads(Role.AGENT)

    @router.post("/calls/{call}/hold")
    async def hold(call: str, body: Hold, seat: Annotated[Seat, Depends(acting)]) -> dict[str, object]:
        await office.hold(seat.agent, call, body.on)
        return {}

    @router.post("/calls/{call}/colleague")
    async def bring_in(call: str, body: BringIn, seat: Annotated[Seat, Depends(acting)]) -> dict[str, object]:
        await office.bring_in(seat.agent, call, body.person, body.notes.strip())
        return {}

    @router.post("/calls/{call}/colleague/let-go")
    async def let_go(call: str, seat: Annotated[Seat, Depends(acting)]) -> dict[str, object]:
        await office.let_go(seat.agent, call)
        return {}

    @router.post("/calls/{call}/hand-back")
    async def hand_back(call: str, body: HandBack, seat: Annotated[Seat, Depends(acting)]) -> dict[str, object]:
        await office.hand_back(seat.agent, call, body.notes.strip(), body.to, body.person)
        return {}

    @router.get("/queues")
    async def queues(_seat: Annotated[Seat, Depends(reading)]) -> list[dict[str, str]]:
        """Where a caller can be passed on to."""
        return [{"queue": name, "title": title} for name, title in office.queues().items()]

    @router.get("/colleagues")
    async def colleagues(seat: Annotated[Seat, Depends(reading)]) -> list[dict[str, object]]:
        """To whom."""
        return [asdict(colleague) for colleague in office.colleagues(seat.agent)]

    @router.get("/keypad")
    async def numbers(_seat: Annotated[Seat, Depends(reading)]) -> list[dict[str, str]]:
        """What a caller may be asked to key."""
        return [{"name": name, "title": title} for name, title in office.numbers().items()]

    @router.post("/calls/{call}/keypad")
    async def ask_keys(call: str, body: AskKeys, seat: Annotated[Seat, Depends(acting)]) -> dict[str, object]:
        await office.ask_keys(seat.agent, call, body.what)
        return {}

    @router.post("/calls/{call}/keypad/stop")
    async def stop_keys(call: str, seat: Annotated[Seat, Depends(acting)]) -> dict[str, object]:
        await office.stop_keys(seat.agent, call)
        return {}

    @router.post("/calls/{call}/hang-up")
    async def hang_up(call: str, seat: Annotated[Seat, Depends(acting)]) -> dict[str, object]:
        await office.hang_up(seat.agent, call)
        return {}

    return router
