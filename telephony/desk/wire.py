"""The desk's websocket: hello with a one-time ticket, then the feed; one task writes, one reads, either ends both."""

import asyncio
import logging
from collections.abc import Callable

from fastapi import WebSocket, WebSocketDisconnect
from pydantic import ValidationError

from telephony.access.sessions import Session, Sessions
from telephony.desk.desks import Desks
from telephony.desk.feed import Feed
from telephony.desk.messages import Closed, Hello, Resync
from telephony.desk.office import Presence
from telephony.desk.outbox import Outbox

log = logging.getLogger(__name__)

HELLO_SECONDS = 5.0
SEND_SECONDS = 10.0  # a page that takes no message for so long is let go; it reconnects when it can
CHECK_SECONDS = 2.0  # how often an open connection looks whether its session still is one: a glance, and no search
CLOSE_CODES = {"taken_over": 4001, "other_tab": 4002, "signed_out": 4003, "expired": 4003}
NO_TICKET = 4004


class Wire:
    """Serves websockets of desks."""

    def __init__(self, *, sessions: Sessions, desks: Desks, clock: Callable[[], float]) -> None:
        self._sessions = sessions
        self._desks = desks
        self._clock = clock

    async def serve(self, socket: WebSocket) -> None:
        await socket.accept()
        hello = await self._hello(socket)
        session = self._sessions.redeem(hello.ticket, self._clock()) if hello is not None else None
        feed = self._desks.feed(session.agent) if session is not None else None
        if hello is None or session is None or feed is None:
            await socket.close(NO_TICKET, "a fresh ticket is needed")
            return
        page = Outbox()
        feed.attach(page, epoch=hello.epoch, since=hello.since)
        self._desks.page_came(session.agent)
        tasks = {
            asyncio.create_task(self._write(socket, page)),
            asyncio.create_task(self._read(socket, feed, page)),
            asyncio.create_task(self._watch(session, feed, page)),
        }
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            if feed.detach(page):  # before anything is waited for: who ends this connection may not let us
                self._desks.watch_for_page(session.agent)
            await asyncio.wait(tasks)

    async def _hello(self, socket: WebSocket) -> Hello | None:
        try:
            async with asyncio.timeout(HELLO_SECONDS):
                return Hello.model_validate_json(await socket.receive_text())
        except (TimeoutError, ValidationError, WebSocketDisconnect, KeyError):  # KeyError: starlette, for bytes
            return None

    async def _write(self, socket: WebSocket, page: Outbox) -> None:
        while True:
            message = await page.get()
            try:
                async with asyncio.timeout(SEND_SECONDS):
                    await socket.send_text(message.model_dump_json())
                    if isinstance(message, Closed):
                        await socket.close(CLOSE_CODES.get(message.why, 4000), message.why)
                        return
            except TimeoutError:
                log.warning("desk page stopped reading", extra={"waiting": len(page)})
                return
            except (WebSocketDisconnect, RuntimeError):  # RuntimeError: starlette, for a socket closed meanwhile
                return

    async def _read(self, socket: WebSocket, feed: Feed, page: Outbox) -> None:
        while True:
            try:
                text = await socket.receive_text()
                Resync.model_validate_json(text)
            except (WebSocketDisconnect, RuntimeError):
                return
            except (ValidationError, KeyError):
                log.warning("desk page sent what is no message of ours")
                await socket.close(1008, "not a message of this page")
                return
            feed.resync(page)

    async def _watch(self, session: Session, feed: Feed, page: Outbox) -> None:
        """Lets the page go when its session has ended. Only who is away can be idle."""
        while self._sessions.live(session, self._clock()):
            if feed.view.presence is not Presence.AWAY:
                session.seen = self._clock()
            await asyncio.sleep(CHECK_SECONDS)
        if feed.shows(page):
            self._desks.sign_out(session.agent, "expired")
        await asyncio.sleep(SEND_SECONDS)  # the writer says why, and ends us
