"""The wall's websocket: hello with a ticket of a supervisor's session, then the feed until either side ends."""

import asyncio
import logging
from collections.abc import Callable

from fastapi import WebSocket, WebSocketDisconnect
from pydantic import TypeAdapter, ValidationError

from telephony.access import Role
from telephony.access.sessions import Session, Sessions
from telephony.desk.messages import Hello
from telephony.desk.wall_feed import WallFeed, WallPage
from telephony.desk.wall_messages import Follow, FromPage, Here
from telephony.desk.wire import CHECK_SECONDS, HELLO_SECONDS, NO_TICKET, SEND_SECONDS

log = logging.getLogger(__name__)

SIGNED_OUT = 4003
NOT_A_SUPERVISOR = 4005

_MESSAGE: TypeAdapter[FromPage] = TypeAdapter(FromPage)


class WallWire:
    def __init__(self, *, sessions: Sessions, feed: WallFeed, clock: Callable[[], float]) -> None:
        self._sessions = sessions
        self._feed = feed
        self._clock = clock

    async def serve(self, socket: WebSocket) -> None:
        await socket.accept()
        hello = await _hello(socket)
        session = self._sessions.redeem(hello.ticket, self._clock()) if hello is not None else None
        if hello is None or session is None:
            await socket.close(NO_TICKET, "a fresh ticket is needed")
            return
        if not session.who.has(Role.SUPERVISOR):
            await socket.close(NOT_A_SUPERVISOR, "the wall is for supervisors")
            return
        page = self._feed.attach(epoch=hello.epoch, since=hello.since)
        tasks = {
            asyncio.create_task(_write(socket, page)),
            asyncio.create_task(self._read(socket, session, page)),
            asyncio.create_task(self._watch(session, page)),
        }
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._feed.detach(page)
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)

    async def _read(self, socket: WebSocket, session: Session, page: WallPage) -> None:
        while True:
            try:
                message = _MESSAGE.validate_json(await socket.receive_text())
            except (WebSocketDisconnect, RuntimeError):
                return
            except (ValidationError, KeyError):  # KeyError: starlette, for bytes
                await socket.close(1008, "not a message of this page")
                return
            match message:
                case Follow(call=call):
                    page.follow(call)
                case Here():
                    session.seen = self._clock()

    async def _watch(self, session: Session, page: WallPage) -> None:
        """Lets the page go when its session has ended, or is a supervisor's no more."""
        while self._sessions.live(session, self._clock()):
            if page.closed:
                break
            await asyncio.sleep(CHECK_SECONDS)
        page.close("expired")
        await asyncio.sleep(SEND_SECONDS)  # the writer says why, and ends us


async def _hello(socket: WebSocket) -> Hello | None:
    try:
        async with asyncio.timeout(HELLO_SECONDS):
            return Hello.model_validate_json(await socket.receive_text())
    except (TimeoutError, ValidationError, WebSocketDisconnect, KeyError):  # KeyError: starlette, for bytes
        return None


async def _write(socket: WebSocket, page: WallPage) -> None:
    while True:
        message = await page.get()
        try:
            async with asyncio.timeout(SEND_SECONDS):
                await socket.send_text(message)
                if page.closed:
                    await socket.close(SIGNED_OUT, page.closed)
                    return
        except TimeoutError:
            log.warning("a wall stopped reading", extra={"waiting": len(page)})
            return
        except (WebSocketDisconnect, RuntimeError):  # RuntimeError: starlette, for a socket closed meanwhile
            return
