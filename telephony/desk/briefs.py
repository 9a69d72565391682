"""The brief's calls of the desk: the page says which version it has drawn, and plays the caller's own words."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Response

from telephony.access.roles import Role
from telephony.desk.doors import Doors, Seat
from telephony.desk.office import DeskOffice

WRITTEN_SECONDS = 3.0
"""For a sentence just said to reach the disk: blocks of a second, written a second late."""

LOOK_SECONDS = 0.2


CLIP = "/desk/api/calls/{call}/clips/{turn}"


def clip_address(call: str, turn: int) -> str:
    return CLIP.format(call=call, turn=turn)


def routes(*, office: DeskOffice, doors: Doors) -> APIRouter:
    router = APIRouter()
    acting = doors.acts(Role.AGENT)
    reading = doors.reads(Role.AGENT)

    @router.post("/desk/api/calls/{call}/brief/{version}/seen")
    async def seen(call: str, version: int, seat: Annotated[Seat, Depends(acting)]) -> dict[str, object]:
        office.seen(seat.agent, call, version)
        return {}

    @router.get(CLIP)
    async def clip(call: str, turn: int, seat: Annotated[Seat, Depends(reading)]) -> Response:
        """The caller's sentence as a WAV, for whoever has this call on their desk."""
        read = office.clip(seat.agent, call, turn)
        for _ in range(round(WRITTEN_SECONDS / LOOK_SECONDS)):
            wav = await asyncio.to_thread(read)
            if wav is not None:
                return Response(wav, media_type="audio/wav")
            await asyncio.sleep(LOOK_SECONDS)
        raise HTTPException(409, "This sentence is not in the recording.")

    return router
