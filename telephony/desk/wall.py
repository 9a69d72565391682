"""The wall's page, its feed and its acts, for supervisors alone. The page never decides: each act is checked again in
the room.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, Protocol

from fastapi import APIRouter, Depends, FastAPI, HTTPException, WebSocket
from fastapi.responses import FileResponse

from telephony.access import Role, Who
from telephony.access.sessions import Session, Sessions
from telephony.desk.doors import Doors, Seat
from telephony.desk.messages import Sdp
from telephony.desk.wall_feed import WallFeed
from telephony.desk.wall_messages import Leave, WhisperBody
from telephony.desk.wall_wire import WallWire
from telephony.desk.wire import CHECK_SECONDS
from telephony.errors import Refused
from telephony.leg import Leg, LegId
from telephony.supervision.errors import SupervisionRefused
from telephony.supervision.modes import Mode
from telephony.supervision.whispers import whisper
from voice.dialogue.whispered import TEXT_MAX
from voice.events import Whispered, WhisperKind

STATIC = Path(__file__).parent / "static"


class Supervising(Protocol):
    """`telephony.supervision.room.Supervision`. Each raises `SupervisionRefused` with a sentence."""

    async def connect(self, who: Who, leg: Leg) -> None: ...

    async def attend(self, who: Who, call: str, mode: Mode) -> None: ...

    async def take_over(self, who: Who, call: str) -> None: ...

    async def leave(self, who: Who, notes: str = "") -> None: ...

    def whisper(self, who: Who, call: str, whispered: Whispered) -> None: ...

    async def close(self) -> None: ...


class Phones(Protocol):
    """The webrtc line, as far as supervisors' pages need it. Each raises `Refused`."""

    async def join_in(self, sdp: str, *, agent: str) -> tuple[Leg, str]: ...

    async def resume(self, leg: LegId, *, agent: str, sdp: str) -> str: ...

    async def hang_up(self, leg: LegId, *, agent: str) -> None: ...


@dataclass(frozen=True, slots=True)
class WallParts:
    """`offers`: intent → as people read it, of what may be offered to a caller."""

    feed: WallFeed
    room: Supervising
    phones: Phones
    offers: Mapping[str, str]


def serve_wall(app: FastAPI, parts: WallParts, *, doors: Doors, sessions: Sessions, clock: Callable[[], float]) -> None:
    """Page `/wall`, calls below `/desk/api/wall`, the websocket `/wall/feed`."""
    sound = Sound(sessions, clock)
    app.include_router(routes(parts, doors=doors, sound=sound))
    wire = WallWire(sessions=sessions, feed=parts.feed, clock=clock)

    @app.get("/wall")
    async def page() -> FileResponse:
        return FileResponse(STATIC / "wall.html")

    @app.websocket("/wall/feed")
    async def feed(socket: WebSocket) -> None:
        if not doors.ours(socket.headers):
            await socket.close(1008, "this page may not listen here")
            return
        await wire.serve(socket)


class Sound:
    """Supervisors' legs end with the session that brought them, whatever the page does."""

    def __init__(self, sessions: Sessions, clock: Callable[[], float]) -> None:
        self._sessions = sessions
        self._clock = clock
        self._watching: set[asyncio.Task[None]] = set()

    def bound(self, leg: Leg, session: Session) -> None:
        watch = asyncio.create_task(self._watch(leg, session), name=f"session of {leg.id}")
        self._watching.add(watch)
        watch.add_done_callback(self._watching.discard)

    async def _watch(self, leg: Leg, session: Session) -> None:
        ended = asyncio.ensure_future(leg.ended())
        while self._sessions.live(session, self._clock()):
            done, _ = await asyncio.wait({ended}, timeout=CHECK_SECONDS)
            if done:
                return
        ended.cancel()
        await leg.hang_up("signed out")


def routes(parts: WallParts, *, doors: Doors, sound: Sound) -> APIRouter:
    router = APIRouter(prefix="/desk/api/wall")
    reads, acts = doors.reads(Role.SUPERVISOR), doors.acts(Role.SUPERVISOR)
    room = parts.room

    @router.get("/config")
    async def config(_seat: Annotated[Seat, Depends(reads)]) -> dict[str, object]:
        offers = [{"intent": intent, "title": title} for intent, title in parts.offers.items()]
        return {"offers": offers, "text_max": TEXT_MAX}

    @router.post("/calls/{call}/whisper")
    async def whispers(call: str, body: WhisperBody, seat: Annotated[Seat, Depends(acts)]) -> dict[str, object]:
        with _Answered():
            room.whisper(seat.who, call, whisper(WhisperKind(body.kind), body.text, body.intent))
        return {}

    @router.post("/calls/{call}/take-over")
    async def take_over(call: str, seat: Annotated[Seat, Depends(acts)]) -> dict[str, object]:
        with _Answered():
            await room.take_over(seat.who, call)
        return {}

    @router.post("/calls/{call}/{mode}")
    async def attend(
        call: str, mode: Literal["listen", "coach", "barge"], seat: Annotated[Seat, Depends(acts)]
    ) -> dict[str, object]:
        with _Answered():
            await room.attend(seat.who, call, Mode(mode))
        return {}

    @router.post("/leave")
    async def leave(body: Leave, seat: Annotated[Seat, Depends(acts)]) -> dict[str, object]:
        with _Answered():
            await room.leave(seat.who, body.notes)
        return {}

    _phone_routes(router, parts, acts, sound)
    return router


def _phone_routes(router: APIRouter, parts: WallParts, acts: Callable[..., object], sound: Sound) -> None:
    @router.post("/phone")
    async def phone(body: Sdp, seat: Annotated[Seat, Depends(acts)]) -> dict[str, object]:
        with _Answered():
            leg, sdp = await parts.phones.join_in(body.sdp, agent=seat.agent)
            sound.bound(leg, seat.session)
            await parts.room.connect(seat.who, leg)
        return {"leg": leg.id, "sdp": sdp}

    @router.post("/phone/{leg}/resume")
    async def resume(leg: str, body: Sdp, seat: Annotated[Seat, Depends(acts)]) -> dict[str, object]:
        with _Answered():
            return {"sdp": await parts.phones.resume(LegId(leg), agent=seat.agent, sdp=body.sdp)}

    @router.post("/phone/{leg}/hang-up")
    async def hang_up(leg: str, seat: Annotated[Seat, Depends(acts)]) -> dict[str, object]:
        with _Answered():
            await parts.phones.hang_up(LegId(leg), agent=seat.agent)
        return {}


class _Answered:
    """Says in the answer what was refused."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: object) -> None:
        if isinstance(error, SupervisionRefused):
            raise HTTPException(403 if error.forbidden else 409, str(error)) from error
        if isinstance(error, Refused):
            raise HTTPException(409, "Your sound could not be connected. Reload the page and try again.") from error
