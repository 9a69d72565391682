"""One media stream's websocket: Twilio's messages in, checked; our audio, marks and clears out.

A message that makes no sense is counted and the call goes on. What the messages mean is the leg's business.
"""

import base64
import contextlib
import json
import logging
from collections import Counter
from collections.abc import Mapping

import numpy as np
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from telephony.lines.twilio.messages import (
    OUTBOUND,
    Connected,
    Drop,
    Dtmf,
    Mark,
    Media,
    Start,
    Stop,
    parse,
)
from voice.g711 import mulaw_encode

log = logging.getLogger(__name__)
KEYS = frozenset("0123456789*#")  # A to D are on no telephone in use
MARKS_OUTSTANDING_MAX = 1000  # a call speaks a few prompts a minute; more means that nobody returns them


class Drops:
    """How many messages of one call were ignored, by reason. The first of each reason is logged. `total` counts those
    of all calls."""

    def __init__(self, call: str, total: Counter[str] | None = None) -> None:
        self._call = call
        self._counts: Counter[Drop] = Counter()
        self._total = Counter() if total is None else total

    @property
    def counts(self) -> Mapping[Drop, int]:
        return dict(self._counts)

    def count(self, reason: Drop) -> None:
        self._counts[reason] += 1
        self._total[reason.value] += 1
        if self._counts[reason] == 1:
            log.warning("media message dropped: %s, call %s (further ones are counted only)", reason, self._call)


class Wire:
    """`websocket` is accepted, and `start` was read from it."""

    def __init__(self, websocket: WebSocket, start: Start, drops: Drops) -> None:
        self.start = start
        self._websocket = websocket
        self._drops = drops
        self._stopped = False
        self._marks: dict[str, int] = {}  # name → how often it is still to come back

    async def receive(self) -> str | bytes | None:
        """The next message; None when the socket is closed."""
        received = await self._websocket.receive()
        if received["type"] == "websocket.disconnect":
            return None
        text: str | None = received.get("text")
        return text if text is not None else bytes(received.get("bytes") or b"")

    def read(self, data: str | bytes) -> Media | Dtmf | Mark | Stop | None:
        """What `data` says, or None when it says nothing that counts here."""
        read = self._checked(data)
        if isinstance(read, Drop):
            self._drops.count(read)
            return None
        return read

    def _checked(self, data: str | bytes) -> Media | Dtmf | Mark | Stop | Drop:
        message = parse(data)
        if self._stopped:
            return Drop.AFTER_STOP
        match message:
            case Drop():
                return message
            case Start() | Connected():
                return Drop.SECOND_START
            case _ if message.stream_sid != self.start.stream_sid:
                return Drop.WRONG_STREAM
            case Media(track=track) if track == OUTBOUND and not self.start.overhears:
                return Drop.WRONG_TRACK
            case Dtmf(digit=digit) if digit not in KEYS:
                return Drop.UNKNOWN_KEY
            case Mark(name=name):
                return message if self._returned(name) else Drop.UNKNOWN_MARK
            case Stop():
                self._stopped = True
        return message

    def _returned(self, name: str) -> bool:
        left = self._marks.pop(name, 0)
        if left > 1:
            self._marks[name] = left - 1
        return left > 0

    async def audio(self, pcm: bytes) -> None:
        """`pcm`: int16 mono 8 kHz."""
        payload = base64.b64encode(mulaw_encode(np.frombuffer(pcm, dtype=np.int16))).decode("ascii")
        await self._send({"event": "media", "media": {"payload": payload}})

    async def mark(self, name: str) -> None:
        """Comes back as a `Mark` once all audio sent before it has been played, or cleared."""
        if len(self._marks) >= MARKS_OUTSTANDING_MAX:
            self._marks.pop(next(iter(self._marks)))
        self._marks[name] = self._marks.get(name, 0) + 1
        await self._send({"event": "mark", "mark": {"name": name}})

    async def clear(self) -> None:
        """What was sent and is not played yet is dropped."""
        await self._send({"event": "clear"})

    async def close(self, code: int) -> None:
        await close(self._websocket, code)

    async def _send(self, message: Mapping[str, object]) -> None:
        both = (self._websocket.client_state, self._websocket.application_state)
        if self._stopped or WebSocketState.DISCONNECTED in both:
            return  # the leg hears of that from `receive`
        try:
            await self._websocket.send_text(json.dumps({**message, "streamSid": self.start.stream_sid}))
        except (WebSocketDisconnect, OSError, RuntimeError) as error:  # RuntimeError: closed while we were sending
            log.info("stream %s: gone while sending: %r", self.start.stream_sid, error)


async def close(websocket: WebSocket, code: int) -> None:
    """Closes our side unless Twilio did, which may happen while we try."""
    if WebSocketState.DISCONNECTED not in (websocket.client_state, websocket.application_state):
        with contextlib.suppress(WebSocketDisconnect, OSError, RuntimeError):
            await websocket.close(code)
