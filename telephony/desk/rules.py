"""The rules page's calls: what is published, what somebody drafts, how it was tried, who signs it. The room decides."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, HTTPException
from fastapi.responses import FileResponse
from pydantic import BaseModel, ConfigDict, Field

from telephony.desk.doors import Doors, Seat
from telephony.desk.messages import Written
from telephony.rules.change import Change, Texts
from telephony.rules.errors import NotChanged
from telephony.rules.room import ROLES, RulesRoom

PAGE = Path(__file__).parent / "static" / "rules.html"
FILE_CHARACTERS = 120_000  # of one file; the desk takes 256 kB a request, and the shipped escalation.toml has 75 kB
DAYS_MAX = 366
Id = Annotated[str, Field(pattern=r"^[0-9]+-[0-9a-f]+$", max_length=40)]
Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{12}$")]
Why = Annotated[Written, Field(max_length=500)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Files(_Body):
    escalation: str = Field(max_length=FILE_CHARACTERS)
    scope: str = Field(max_length=FILE_CHARACTERS)

    @property
    def texts(self) -> Texts:
        return Texts(self.escalation, self.scope)


class Draft(Files):
    base: Hash
    reason: Why


class Trial(_Body):
    days: int = Field(ge=1, le=DAYS_MAX)


class Reason(_Body):
    reason: Why


class Back(Reason):
    to: Hash


def serve(app: FastAPI, room: RulesRoom, *, doors: Doors) -> None:
    """The page `/rules` and its calls."""
    app.include_router(routes(room=room, doors=doors))

    @app.get("/rules")  # on the app itself: the first page lists what is there
    async def page() -> FileResponse:
        return FileResponse(PAGE)


def routes(*, room: RulesRoom, doors: Doors) -> APIRouter:
    router = APIRouter(prefix="/desk/api/rules")
    reading, acting = doors.reads(*ROLES), doors.acts(*ROLES)

    @router.get("")
    async def overview(seat: Annotated[Seat, Depends(reading)]) -> dict[str, Any]:
        with _said():
            found = await room.overview(seat.who)
        return {
            "you": seat.who.id,
            "runs": found.runs,
            "upcoming": found.upcoming,
            "accepted": [asdict(one) for one in found.accepted],
            "changes": [_shown(one, found.progress.get(one.id)) for one in found.changes],
        }

    @router.get("/published")
    async def published(seat: Annotated[Seat, Depends(reading)]) -> dict[str, str]:
        with _said():
            hash_, texts = await room.upcoming(seat.who)
        return {"hash": hash_, **asdict(texts)}

    @router.get("/changes/{change}")
    async def texts_of(change: Id, seat: Annotated[Seat, Depends(reading)]) -> dict[str, str]:
        with _said():
            return asdict(await room.texts(seat.who, change))

    @router.post("/check")
    async def check(body: Files, seat: Annotated[Seat, Depends(acting)]) -> dict[str, Any]:
        with _said():
            return asdict(await room.check(seat.who, body.texts))

    @router.post("/changes")
    async def draft(body: Draft, seat: Annotated[Seat, Depends(acting)]) -> dict[str, Any]:
        with _said():
            return _shown(await room.draft(seat.who, body.texts, base=body.base, reason=body.reason))

    @router.post("/changes/{change}/try")
    async def try_it(change: Id, body: Trial, seat: Annotated[Seat, Depends(acting)]) -> dict[str, Any]:
        with _said():
            return _shown(await room.try_it(seat.who, change, days=body.days))

    @router.post("/changes/{change}/sign")
    async def sign(change: Id, seat: Annotated[Seat, Depends(acting)]) -> dict[str, Any]:
        with _said():
            return _shown(await room.sign(seat.who, change))

    @router.post("/changes/{change}/refuse")
    async def refuse(change: Id, body: Reason, seat: Annotated[Seat, Depends(acting)]) -> dict[str, Any]:
        with _said():
            return _shown(await room.refuse(seat.who, change, body.reason))

    @router.post("/roll-back")
    async def roll_back(body: Back, seat: Annotated[Seat, Depends(acting)]) -> dict[str, bool]:
        with _said():
            await room.roll_back(seat.who, body.to, body.reason)
        return {"ok": True}

    return router


def _shown(change: Change, progress: tuple[int, int] | None = None) -> dict[str, Any]:
    return {**asdict(change), "progress": progress}


@contextmanager
def _said() -> Iterator[None]:
    """What cannot be is a sentence for whoever asked."""
    try:
        yield
    except NotChanged as error:
        raise HTTPException(409, str(error)) from error
