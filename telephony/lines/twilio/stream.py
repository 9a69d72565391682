"""The media websocket: checks who comes, hands the audio to its leg, and stays until the leg has ended.

Before the upgrade the signature, then `connected` and `start` within a few seconds, then the one-time token.
"""

import asyncio
import logging

from starlette.websockets import WebSocket, WebSocketState

from telephony.errors import Refused
from telephony.leg import LegEnded
from telephony.lines.paced import PacedTransport
from telephony.lines.twilio.leg import TwilioLeg
from telephony.lines.twilio.line import TwilioLine
from telephony.lines.twilio.messages import Connected, Start, parse
from telephony.lines.twilio.serializer import MediaSerializer
from telephony.lines.twilio.settings import STREAM_PATH

log = logging.getLogger(__name__)

POLICY_VIOLATION = 1008  # RFC 6455 section 7.4.1
INTERNAL_ERROR = 1011
MESSAGES_BEFORE_START_MAX = 5  # Twilio sends one, `connected`
PIPELINE_SECONDS = 20.0  # from admitting a stream to a pipeline reading it; pipecat's own start time-out


async def serve_stream(websocket: WebSocket, line: TwilioLine) -> None:
    try:
        if line.settings.require_stream_signature:
            line.signatures.check_stream(STREAM_PATH, websocket.headers)
    except Refused as error:
        line.refusals["stream_signature"] += 1
        log.warning("refused: %s", error)
        await websocket.close(POLICY_VIOLATION)  # before accept: the handshake is answered 403
        return
    await websocket.accept()
    try:
        async with asyncio.timeout(line.settings.start_seconds):
            start = await _read_start(websocket)
        leg = await line.admit(start)
    except (Refused, TimeoutError) as error:
        line.refusals["stream"] += 1
        log.warning("refused: %s", str(error) or "stream: expected a start message in time, none came")
        await _close(websocket, POLICY_VIOLATION)
        return
    await _carry(websocket, leg, start)


async def _read_start(websocket: WebSocket) -> Start:
    for _ in range(MESSAGES_BEFORE_START_MAX):
        received = await websocket.receive()
        if received["type"] == "websocket.disconnect":
            raise Refused("stream: expected a start message, the socket was closed")
        message = parse(received.get("text") or received.get("bytes") or "")
        if isinstance(message, Start):
            return message
        if not isinstance(message, Connected):
            raise Refused(f"stream: expected connected and start, got {message}")
    raise Refused(f"stream: expected a start message among the first {MESSAGES_BEFORE_START_MAX}")


async def _carry(websocket: WebSocket, leg: TwilioLeg, start: Start) -> None:
    serializer = MediaSerializer(
        stream_sid=start.stream_sid,
        call_sid=start.call_sid,
        drops=leg.drops,
        on_stop=lambda: leg.end(LegEnded.HUNG_UP),
    )
    leg.attach(PacedTransport(websocket, serializer))
    try:
        await _until_over(leg)
    finally:
        leg.end(LegEnded.FAILED)  # only when this route is torn down while the leg lives
        await _close(websocket, INTERNAL_ERROR if leg.over is LegEnded.FAILED else 1000)


async def _until_over(leg: TwilioLeg) -> None:
    """Until the leg has ended. Nobody notices a closed socket that nobody reads: then a deadline holds."""
    reading = asyncio.create_task(leg.connected.wait())
    over = asyncio.create_task(leg.ended())
    try:
        await asyncio.wait({reading, over}, timeout=PIPELINE_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        if not (leg.connected.is_set() or leg.over):
            log.error("leg %s: expected a pipeline within %s s, none came", leg.id, PIPELINE_SECONDS)
            leg.end(LegEnded.FAILED)
        await over
    finally:
        reading.cancel()
        over.cancel()


async def _close(websocket: WebSocket, code: int) -> None:
    """Closes our side unless the pipeline or Twilio did."""
    both = (websocket.client_state, websocket.application_state)
    if WebSocketState.DISCONNECTED not in both:
        await websocket.close(code)
