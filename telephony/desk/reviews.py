"""The review page's calls: what is left, one call with its judgements, marks by key; changes, signed by others.

The page shows; who may do what is checked at the door and again in the room.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request, Response
from fastapi.responses import FileResponse, JSONResponse
from pydantic import Field

from telephony.access.roles import Role
from telephony.desk.doors import Doors, Seat
from telephony.desk.messages import Wire, Written
from telephony.reviews.changes import Change, Standing, diff
from telephony.reviews.errors import NotReviewed
from telephony.reviews.judgements import audible
from telephony.reviews.ladder import Record
from telephony.reviews.room import SIGNERS, Reviewed, Reviews

STATIC = Path(__file__).parent / "static"
SHOWN = 200  # changes, the newest


class Marked(Wire):
    judgement: str = Field(max_length=64)
    right: bool
    answer: Written = Field(default="", max_length=500)
    note: Written = Field(default="", max_length=500)


class Refused(Wire):
    why: Written = Field(default="", max_length=300)


@dataclass(frozen=True, slots=True)
class ReviewDoor:
    """`intents`: name → title, for answers. `cut`: (call, start_ms, end_ms) → the caller's words as a WAV, if kept."""

    room: Reviews
    intents: dict[str, str]
    cut: Callable[[str, int, int], bytes | None] | None = None


def serve(app: FastAPI, door: ReviewDoor, *, doors: Doors) -> None:
    """The page `/review` and its calls."""
    app.include_router(_marking(door, doors))
    app.include_router(_signing(door.room, doors))

    @app.exception_handler(NotReviewed)
    async def not_reviewed(_request: Request, error: Exception) -> JSONResponse:
        return JSONResponse({"detail": str(error)}, 409)

    @app.get("/review")  # on the app itself: the first page lists what is there
    async def page() -> FileResponse:
        return FileResponse(STATIC / "reviews.html")


def _marking(door: ReviewDoor, doors: Doors) -> APIRouter:
    router = APIRouter(prefix="/desk/api/reviews")
    room = door.room
    reading, acting = doors.reads(Role.REVIEWER), doors.acts(Role.REVIEWER)

    @router.get("")
    async def queue(seat: Annotated[Seat, Depends(reading)]) -> dict[str, object]:
        agreed = await room.agreement()
        return {
            "queue": [
                {"call": one.case.call, "wall": one.case.wall, "seconds": one.case.seconds, "raters": one.raters,
                 "why": [why.value for why in one.why]}
                for one in await room.queue(seat.who)
            ],
            "agreement": {"n": agreed.n, "agreed": agreed.agreed, "kappa": agreed.kappa},
            "intents": [{"name": name, "title": title} for name, title in sorted(door.intents.items())],
        }  # fmt: skip

    @router.get("/calls/{call}")
    async def one_call(call: str, seat: Annotated[Seat, Depends(reading)]) -> dict[str, object]:
        return _shown(await room.call(seat.who, call), hears=door.cut is not None)

    @router.get("/calls/{call}/clips/{turn}")
    async def clip(call: str, turn: int, seat: Annotated[Seat, Depends(reading)]) -> Response:
        shown = await room.call(seat.who, call)
        own = (one for one in shown.turns if one.speaker == "caller" and one.turn == turn)
        said = next(own, None) if turn in audible(shown.turns) else None
        wav = None
        if said is not None and door.cut is not None:
            wav = await asyncio.to_thread(door.cut, call, said.start_ms, said.end_ms)
        if wav is None:
            raise HTTPException(409, "This sentence is not in the recording.")
        return Response(wav, media_type="audio/wav")

    @router.post("/calls/{call}/marks")
    async def mark(call: str, body: Marked, seat: Annotated[Seat, Depends(acting)]) -> dict[str, object]:
        made = await room.mark(
            seat.who, call, body.judgement, right=body.right, answer=body.answer, note=body.note
        )  # fmt: skip
        return {"answer": made.answer}

    @router.post("/calls/{call}/done")
    async def done(call: str, seat: Annotated[Seat, Depends(acting)]) -> dict[str, object]:
        return {"changes": [_change(one, seat) for one in await room.close(seat.who, call)]}

    return router


def _signing(room: Reviews, doors: Doors) -> APIRouter:
    router = APIRouter(prefix="/desk/api/reviews")
    reading, acting = doors.reads(*SIGNERS), doors.acts(*SIGNERS)

    @router.get("/changes")
    async def changes(seat: Annotated[Seat, Depends(reading)]) -> dict[str, object]:
        return {
            "changes": [_change(one, seat) for one in (await room.changes())[:SHOWN]],
            "ladder": [_rung(one) for one in await room.ladder()],
        }

    @router.post("/changes/{change}/sign")
    async def sign(change: str, seat: Annotated[Seat, Depends(acting)]) -> dict[str, object]:
        return _change(await room.sign(seat.who, change), seat)

    @router.post("/changes/{change}/refuse")
    async def refuse(change: str, body: Refused, seat: Annotated[Seat, Depends(acting)]) -> dict[str, object]:
        return _change(await room.refuse(seat.who, change, body.why), seat)

    @router.post("/changes/{change}/roll-back")
    async def roll_back(change: str, seat: Annotated[Seat, Depends(acting)]) -> dict[str, object]:
        return _change(await room.roll_back(seat.who, change), seat)

    @router.post("/ladder/{intent}/climb")
    async def climb(intent: str, seat: Annotated[Seat, Depends(acting)]) -> dict[str, object]:
        return _change(await room.climb(seat.who, intent), seat)

    return router


def _shown(one: Reviewed, *, hears: bool) -> dict[str, object]:
    marks = {mark.judgement: mark for mark in one.marks}
    heard = audible(one.turns) if hears else frozenset()
    return {
        "call": one.call,
        "raters": one.raters,
        "turns": [
            {"turn": t.turn, "speaker": t.speaker, "text": t.text, "nth": t.nth, "ms": t.start_ms,
             "plays": t.speaker == "caller" and t.turn in heard}
            for t in one.turns
        ],
        "judgements": [
            {"id": j.id, "kind": j.kind.value, "turn": j.turn, "said": j.said,
             "right": marks[j.id].right if j.id in marks else None,
             "answer": marks[j.id].answer if j.id in marks else "",
             "note": marks[j.id].note if j.id in marks else ""}
            for j in one.judgements
        ],
    }  # fmt: skip


def _change(one: Change, seat: Seat) -> dict[str, object]:
    open_ = one.standing is Standing.PROPOSED
    return {
        "id": one.id, "title": one.title, "author": one.author, "wall": one.wall, "kind": one.delta.kind,
        "diff": [{"what": what, "was": was, "now": now} for what, was, now in diff(one.delta)],
        "calls": list(one.calls), "evidence": list(one.evidence), "standing": one.standing.value,
        "signer": one.signer, "version": one.version, "said": list(one.said),
        "may_sign": open_ and one.author != seat.agent, "yours": one.author == seat.agent,
        "may_roll_back": one.standing is Standing.PUBLISHED,
    }  # fmt: skip


def _rung(one: Record) -> dict[str, object]:
    return {
        "intent": one.intent, "mode": one.mode, "calls": one.calls, "right": one.right, "low": one.low,
        "high": one.high, "climbs_to": one.move if one.move is not None and not one.slides else None,
    }  # fmt: skip
