"""The media websocket: checks who comes, and hands what Twilio says on it to its leg until stream or leg is over.

Before the upgrade the signature, then `connected` and `start` within a few seconds, then the one-time token.
"""

import asyncio
import logging

from pipecat.audio.dtmf.types import KeypadEntry
from starlette.websockets import WebSocket

from telephony.errors import Refused
from telephony.leg import LegEnded
from telephony.lines.twilio.leg import TwilioLeg
from telephony.lines.twilio.line import TwilioLine
from telephony.lines.twilio.messages import OUTBOUND, Connected, Drop, Dtmf, Mark, Media, Start, Stop, parse
from telephony.lines.twilio.settings import STREAM_PATH
from telephony.lines.twilio.transport import TwilioTransport
from telephony.lines.twilio.wire import Wire, close
from voice.g711 import mulaw_decode

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
        leg, document = await line.admit(start)
    except (Refused, TimeoutError) as error:
        line.refusals["stream"] += 1
        log.warning("refused: %s", str(error) or "stream: expected a start message in time, none came")
        await close(websocket, POLICY_VIOLATION)
        return
    wire = Wire(websocket, start, leg.drops)
    if start.overhears:
        await _overhear(wire, leg, line)
    else:
        await _carry(wire, leg, leg.attach(wire, document), line)


async def _read_start(websocket: WebSocket) -> Start:
    for _ in range(MESSAGES_BEFORE_START_MAX):
        received = await websocket.receive()
        if received["type"] == "websocket.disconnect":
            raise Refused("stream: expected a start message, the socket was closed")
        message = parse(received.get("text") or received.get("bytes") or "")
        if isinstance(message, Start):
            return message
        if not isinstance(message, Connected):
            told = message if isinstance(message, Drop) else type(message).__name__  # no sound, no key
            raise Refused(f"stream: expected connected and start, got {told}")
    raise Refused(f"stream: expected a start message among the first {MESSAGES_BEFORE_START_MAX}")


async def _overhear(wire: Wire, leg: TwilioLeg, line: TwilioLine) -> None:
    leg.overhearing = True
    try:
        await _carry(wire, leg, await leg.media(), line)
    finally:
        leg.overhearing = False


async def _carry(wire: Wire, leg: TwilioLeg, transport: TwilioTransport, line: TwilioLine) -> None:
    reading = asyncio.create_task(_read(wire, leg, transport))
    over = asyncio.create_task(leg.ended())
    try:
        await asyncio.wait({reading, over}, return_when=asyncio.FIRST_COMPLETED)
        leg.detach(wire)
        if leg.over is None:
            line.lost.stream_over(leg, overheard=wire.start.overhears, stopped=reading.result())
    except asyncio.CancelledError:
        leg.end(LegEnded.FAILED)  # the route is torn down while the leg lives
        raise
    finally:
        reading.cancel()
        over.cancel()
        await wire.close(INTERNAL_ERROR if leg.over is LegEnded.FAILED else 1000)


async def _read(wire: Wire, leg: TwilioLeg, transport: TwilioTransport) -> bool:
    """Hands on what the stream says. True when Twilio ended it, false when its socket was closed without a word."""
    try:
        async with asyncio.timeout(PIPELINE_SECONDS):
            await transport.ready.wait()
    except TimeoutError:  # nobody reads: what comes would only pile up
        log.error("leg %s: expected a pipeline within %s s, none came", leg.id, PIPELINE_SECONDS)
        leg.end(LegEnded.FAILED)
        return False
    while (data := await wire.receive()) is not None:
        match wire.read(data):
            case Media(mulaw=mulaw, track=track) if track == OUTBOUND:
                if leg.overheard is not None:
                    await leg.overheard(mulaw_decode(mulaw))
            case Media(mulaw=mulaw) if mulaw:
                await transport.said(mulaw_decode(mulaw))
            case Dtmf(digit=digit):
                await transport.pressed(KeypadEntry(digit))
            case Mark(name=name):
                await transport.played(name)
            case Stop():
                return True
            case _:
                pass
    return False
