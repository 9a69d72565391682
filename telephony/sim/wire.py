"""The carrier's side of one media websocket: Twilio's messages in Twilio's order, numbered as it numbers them.

https://www.twilio.com/docs/voice/media-streams/websocket-messages: numbers are strings and begin at 1 on `start`.
"""

import base64
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from telephony.sim.socket import Socket


@dataclass(frozen=True, slots=True)
class StreamIds:
    account_sid: str
    call_sid: str
    stream_sid: str
    parameters: Mapping[str, str]


class Wire:
    def __init__(self, socket: Socket, ids: StreamIds) -> None:
        self.socket = socket
        self.ids = ids
        self._sequence = 0
        self._chunks: Counter[str] = Counter()

    async def begin(self, tracks: Sequence[str]) -> None:
        await self.socket.send(json.dumps({"event": "connected", "protocol": "Call", "version": "1.0.0"}))
        start = {
            "accountSid": self.ids.account_sid,
            "streamSid": self.ids.stream_sid,
            "callSid": self.ids.call_sid,
            "tracks": list(tracks),
            "customParameters": dict(self.ids.parameters),
            "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
        }
        await self.send("start", start)

    async def media(self, track: str, mulaw: bytes, *, at_ms: int) -> None:
        """By hand, not by `json`: this is most of what a simulated call costs."""
        self._chunks[track] += 1
        self._sequence += 1
        await self.socket.send(
            f'{{"event":"media","sequenceNumber":"{self._sequence}","media":{{"track":"{track}",'
            f'"chunk":"{self._chunks[track]}","timestamp":"{at_ms}","payload":"{base64.b64encode(mulaw).decode()}"}},'
            f'"streamSid":"{self.ids.stream_sid}"}}'
        )

    async def send(self, event: str, body: Mapping[str, object]) -> None:
        self._sequence += 1
        message = {"event": event, "sequenceNumber": str(self._sequence), "streamSid": self.ids.stream_sid, event: body}
        await self.socket.send(json.dumps(message))

    async def stop(self) -> None:
        await self.send("stop", {"accountSid": self.ids.account_sid, "callSid": self.ids.call_sid})
