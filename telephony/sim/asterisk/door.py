"""The simulated PBX's HTTP server: ARI's requests and its websocket of events, for a service that comes over sockets.

Serve `app` with `telephony.sim.serving`; like Asterisk's, it wants the user and password of ari.conf.
"""

import asyncio
import base64
import binascii
import contextlib

from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from telephony.errors import LineError
from telephony.sim.asterisk.pbx import SimAsterisk
from telephony.sim.asterisk.rest import AriConnection

METHODS = ["GET", "POST", "PUT", "DELETE"]


class AriDoor:
    """`ari` is what answers behind it."""

    def __init__(self, pbx: SimAsterisk, *, user: str, password: str) -> None:
        self.ari = AriConnection(pbx)
        self._credentials = f"{user}:{password}"
        self.app = Starlette(
            routes=[
                WebSocketRoute("/ari/events", self._events),
                Route("/ari/{path:path}", self._answer, methods=METHODS),
            ]
        )

    async def _answer(self, request: Request) -> Response:
        if not self._may(request.headers):
            return JSONResponse({"message": "Authentication required"}, 401)
        path = "/" + request.path_params["path"]
        answer = await self.ari.request(request.method, path, dict(request.query_params))
        return Response(status_code=204) if answer.body is None else JSONResponse(answer.body, answer.status)

    async def _events(self, socket: WebSocket) -> None:
        if not self._may(socket.headers):
            await socket.close()  # before accept: the handshake is answered 403
            return
        await socket.accept()
        work = {asyncio.create_task(self._tell(socket)), asyncio.create_task(_until_gone(socket))}
        try:
            await asyncio.wait(work, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in work:
                task.cancel()
            await asyncio.wait(work)

    async def _tell(self, socket: WebSocket) -> None:
        try:
            async with self.ari.events(socket.query_params.get("app", "")) as texts:
                async for text in texts:
                    await socket.send_text(str(text))
            await socket.close()
        except (WebSocketDisconnect, LineError):
            return

    def _may(self, headers: Headers) -> bool:
        kind, _, given = headers.get("authorization", "").partition(" ")
        try:
            return kind == "Basic" and base64.b64decode(given, validate=True).decode() == self._credentials
        except (binascii.Error, UnicodeDecodeError):
            return False


async def _until_gone(socket: WebSocket) -> None:
    """Nobody says anything on the websocket of events, but for its end."""
    with contextlib.suppress(WebSocketDisconnect):
        while True:
            await socket.receive_text()
