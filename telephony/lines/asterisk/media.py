"""The websocket that Asterisk opens for a leg's audio: lets in who brings the token given out for it, once.

Before the upgrade the token of the address; then MEDIA_START, which must name the channel that the token was made for.
"""

import asyncio
import logging
import secrets
from collections import Counter
from dataclasses import dataclass

from fastapi import APIRouter
from starlette.websockets import WebSocket, WebSocketState

from telephony.errors import Refused
from telephony.lateness import Lateness
from telephony.leg import LegEnded, LegState
from telephony.lines.asterisk.leg import AsteriskLeg
from telephony.lines.asterisk.messages import MediaStart, parse
from telephony.lines.asterisk.serializer import MediaSerializer
from telephony.lines.asterisk.settings import MEDIA_PATH
from telephony.lines.asterisk.transport import AsteriskTransport
from voice.audio import FRAME_SAMPLES

log = logging.getLogger(__name__)

TOKEN_PARAMETER = "t"
TOKEN_BYTES = 24
SUBPROTOCOL = "media"  # as chan_websocket offers it
POLICY_VIOLATION = 1008  # RFC 6455 section 7.4.1
INTERNAL_ERROR = 1011
PIPELINE_SECONDS = 20.0  # from admitting media to a pipeline reading them; pipecat's own start time-out


@dataclass(frozen=True, slots=True, eq=False)
class Expected:
    """Media that were asked for; `transport` is there once they have come."""

    leg: AsteriskLeg
    token: str
    transport: "asyncio.Future[AsteriskTransport]"


class MediaDoor:
    """`refusals`: who was not let in; `dropped`: messages that made no sense, by reason; `late`: of frames we send."""

    def __init__(self, *, start_seconds: float, refusals: Counter[str], dropped: Counter[str], late: Lateness) -> None:
        self._late = late
        self._start_seconds = start_seconds
        self._refusals = refusals
        self._dropped = dropped
        self._expected: dict[str, Expected] = {}

    def expect(self, leg: AsteriskLeg) -> Expected:
        token = secrets.token_hex(TOKEN_BYTES)
        expected = Expected(leg, token, asyncio.get_running_loop().create_future())
        self._expected[token] = expected
        return expected

    def forget(self, expected: Expected) -> None:
        self._expected.pop(expected.token, None)

    def routes(self) -> APIRouter:
        routes = APIRouter()

        @routes.websocket(MEDIA_PATH)
        async def media(websocket: WebSocket) -> None:
            await self.serve(websocket)

        return routes

    async def serve(self, websocket: WebSocket) -> None:
        expected = self._expected.pop(websocket.query_params.get(TOKEN_PARAMETER, ""), None)
        if expected is None:
            self._refuse("media_token", "media: expected a token given out and not used, got another")
            await websocket.close(POLICY_VIOLATION)  # before accept: the handshake is answered 403
            return
        await websocket.accept(SUBPROTOCOL if SUBPROTOCOL in websocket.scope.get("subprotocols", ()) else None)
        try:
            async with asyncio.timeout(self._start_seconds):
                await self._read_start(websocket, expected.leg)
        except (Refused, TimeoutError) as error:
            self._refuse("media_start", str(error) or "media: expected MEDIA_START in time, none came")
            expected.leg.end(LegEnded.FAILED)
            await _close(websocket, POLICY_VIOLATION)
            return
        await self._carry(websocket, expected)

    async def _read_start(self, websocket: WebSocket, leg: AsteriskLeg) -> None:
        received = await websocket.receive()
        if received["type"] == "websocket.disconnect":
            raise Refused("media: expected MEDIA_START, the socket was closed")
        start = parse(received.get("text") or "")
        if not isinstance(start, MediaStart):
            raise Refused(f"media: expected MEDIA_START, got {start}")
        if start.channel != leg.names.media:
            raise Refused(f"media of leg {leg.id}: expected channel {leg.names.media}, got {start.channel}")
        if (start.format, start.frame_bytes) != ("ulaw", FRAME_SAMPLES):
            raise Refused(f"media of leg {leg.id}: expected ulaw in frames of {FRAME_SAMPLES} bytes, got {start}")

    async def _carry(self, websocket: WebSocket, expected: Expected) -> None:
        leg = expected.leg
        serializer = MediaSerializer(leg=leg.id, dropped=self._dropped, keys=lambda: leg.at_home, held=lambda: leg.held)
        transport = AsteriskTransport(websocket, serializer, self._late)

        async def connected(_transport: object, _websocket: object) -> None:
            leg.connected.set()

        async def gone(_transport: object, _websocket: object) -> None:
            leg.end(LegEnded.FAILED)  # a leg that ended otherwise has its reason by now

        transport.add_event_handler("on_client_connected", connected)
        transport.add_event_handler("on_client_disconnected", gone)
        if not expected.transport.done():
            expected.transport.set_result(transport)
        try:
            await _until_over(leg)
        finally:
            leg.end(LegEnded.FAILED)  # only when this route is torn down while the leg lives
            await _close(websocket, INTERNAL_ERROR if leg.over is LegEnded.FAILED else 1000)

    def _refuse(self, kind: str, why: str) -> None:
        self._refusals[kind] += 1
        log.warning("refused: %s", why)


async def _until_over(leg: AsteriskLeg) -> None:
    """Until the leg has ended. Nobody notices a closed socket that nobody reads: then a deadline holds."""
    reading = asyncio.create_task(leg.connected.wait())
    over = asyncio.create_task(leg.ended())
    try:
        await asyncio.wait({reading, over}, timeout=PIPELINE_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        if not leg.connected.is_set() and leg.state is not LegState.ENDED:
            log.error("leg %s: expected a pipeline within %s s, none came", leg.id, PIPELINE_SECONDS)
            leg.end(LegEnded.FAILED)
        await over
    finally:
        reading.cancel()
        over.cancel()


async def _close(websocket: WebSocket, code: int) -> None:
    """Closes our side unless the pipeline or Asterisk did."""
    both = (websocket.client_state, websocket.application_state)
    if WebSocketState.DISCONNECTED not in both:
        await websocket.close(code)
