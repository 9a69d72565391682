"""The approver's desk: what colleagues are asked goes to their pages as it changes, what they decide comes back.

Everything is checked again in the rooms; a page that is late, stale or wrong is told so with a sentence.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, HTTPException, WebSocket, WebSocketDisconnect
from fastapi.responses import FileResponse
from pydantic import ValidationError

from telephony.access import Role
from telephony.access.sessions import Session, Sessions
from telephony.approvals.errors import NotAllowed
from telephony.desk.asked import Asked, Decision, EditDecision, RejectDecision, Rooms, Words, asked
from telephony.desk.doors import Doors, Seat
from telephony.desk.messages import Hello
from telephony.desk.wire import CLOSE_CODES, HELLO_SECONDS, NO_TICKET, SEND_SECONDS

LOOK_SECONDS = 2.0
"""How often a page is brought up to date where nothing was told: somebody became free, or is not any more."""

ROLES = (Role.AGENT, Role.SUPERVISOR)
PAGE = Path(__file__).parent / "static" / "approvals.html"


def serve(app: FastAPI, rooms: Rooms, *, doors: Doors, sessions: Sessions, clock: Callable[[], float]) -> None:
    """The page for those who have no desk, and the calls of both."""
    app.include_router(routes(rooms=rooms, doors=doors, sessions=sessions, clock=clock))

    @app.get("/approvals")
    async def page() -> FileResponse:
        return FileResponse(PAGE)


def routes(*, rooms: Rooms, doors: Doors, sessions: Sessions, clock: Callable[[], float]) -> APIRouter:
    router = APIRouter(prefix="/desk/api")
    reading, acting = doors.reads(*ROLES), doors.acts(*ROLES)
    live = Live(rooms, sessions=sessions, clock=clock)

    @router.get("/approvals")
    async def all_of_it(seat: Annotated[Seat, Depends(reading)]) -> Asked:
        return asked(rooms, seat.who)

    @router.post("/approvals/{approval}/approve")
    async def approve(approval: str, body: Decision, seat: Annotated[Seat, Depends(acting)]) -> Asked:
        with _said():
            rooms.approvals.approve(seat.who, approval, body.version)
        return asked(rooms, seat.who)

    @router.post("/approvals/{approval}/edit")
    async def edit(approval: str, body: EditDecision, seat: Annotated[Seat, Depends(acting)]) -> Asked:
        with _said():
            rooms.approvals.edit(seat.who, approval, body.version, body.values)
        return asked(rooms, seat.who)

    @router.post("/approvals/{approval}/reject")
    async def reject(approval: str, body: RejectDecision, seat: Annotated[Seat, Depends(acting)]) -> Asked:
        with _said():
            rooms.approvals.reject(seat.who, approval, body.version, body.reason)
        return asked(rooms, seat.who)

    @router.post("/approvals/{approval}/take")
    async def take(approval: str, body: Decision, seat: Annotated[Seat, Depends(acting)]) -> Asked:
        with _said():
            rooms.approvals.take(seat.who, approval, body.version)
        return asked(rooms, seat.who)

    _questions(router, rooms, acting)

    @router.websocket("/approvals/live")
    async def feed(socket: WebSocket) -> None:
        if not doors.ours(socket.headers):
            await socket.close(1008, "this page may not listen here")
            return
        await live.serve(socket)

    return router


def _questions(router: APIRouter, rooms: Rooms, acting: Callable[..., object]) -> None:
    @router.post("/questions/{question}/answer")
    async def answer(question: str, body: Words, seat: Annotated[Seat, Depends(acting)]) -> Asked:
        with _said():
            rooms.consults.answer(seat.who, question, body.text)
        return asked(rooms, seat.who)

    @router.post("/questions/{question}/pass")
    async def pass_on(question: str, seat: Annotated[Seat, Depends(acting)]) -> Asked:
        with _said():
            rooms.consults.pass_on(seat.who, question)
        return asked(rooms, seat.who)

    @router.post("/calls/{call}/questions")
    async def ask(call: str, body: Words, seat: Annotated[Seat, Depends(acting)]) -> dict[str, object]:
        side = rooms.side(call)
        if side is None:
            raise HTTPException(409, "This call is over.")
        with _said():
            return {"question": rooms.consults.ask_for(seat.who, side, body.text)}


@contextmanager
def _said() -> Iterator[None]:
    """What the rooms do not allow is told to the page as they say it."""
    try:
        yield
    except NotAllowed as error:
        raise HTTPException(409, str(error)) from error


class Live:
    """One websocket a page: the newest of all that is asked, whenever it changes. Whose page is open can be asked."""

    def __init__(self, rooms: Rooms, *, sessions: Sessions, clock: Callable[[], float]) -> None:
        self._rooms = rooms
        self._sessions = sessions
        self._clock = clock

    async def serve(self, socket: WebSocket) -> None:
        await socket.accept()
        session = await self._session(socket)
        if session is None or not session.who.has(*ROLES):
            await socket.close(NO_TICKET, "a fresh ticket is needed")
            return
        present = self._rooms.approvals.present
        present.came(session.who)
        changed = asyncio.Event()
        undo = [room.subscribe(changed.set) for room in (self._rooms.approvals, self._rooms.consults)]
        tasks = {
            asyncio.create_task(self._write(socket, session, changed)),
            asyncio.create_task(_until_closed(socket)),
        }
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
            present.left(session.who)
            for one in undo:
                one()

    async def _session(self, socket: WebSocket) -> Session | None:
        try:
            async with asyncio.timeout(HELLO_SECONDS):
                hello = Hello.model_validate_json(await socket.receive_text())
        except (TimeoutError, ValidationError, WebSocketDisconnect, KeyError):  # KeyError: starlette, for bytes
            return None
        return self._sessions.redeem(hello.ticket, self._clock())

    async def _write(self, socket: WebSocket, session: Session, changed: asyncio.Event) -> None:
        """A page that reads slowly gets the newest when it does; there is never a queue."""
        shown: object = None
        while True:
            changed.clear()
            if not self._sessions.live(session, self._clock()):
                with suppress(RuntimeError):
                    await socket.close(CLOSE_CODES["expired"], "expired")
                return
            now = asked(self._rooms, session.who)
            if now.still != shown:
                shown = now.still
                try:
                    async with asyncio.timeout(SEND_SECONDS):
                        await socket.send_text(now.model_dump_json())
                except (TimeoutError, WebSocketDisconnect, RuntimeError):  # RuntimeError: starlette, closed meanwhile
                    return
            with suppress(TimeoutError):
                await asyncio.wait_for(changed.wait(), LOOK_SECONDS)


async def _until_closed(socket: WebSocket) -> None:
    """The page has nothing to say here."""
    with suppress(WebSocketDisconnect, RuntimeError, KeyError):
        while True:
            await socket.receive_text()
