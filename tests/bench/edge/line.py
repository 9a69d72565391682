"""The measuring end of a call's media websocket: passes everything on unchanged and tells the call's clock of it.

It stands right at the socket, so that nothing of the simulated carrier's own work lies between a message and its time.
"""

import base64
from collections.abc import Callable, Mapping

from telephony.sim.socket import Answer, Headers, Reach, Socket
from tests.bench.edge.answers import CallClock

PAYLOAD = '"payload":"'
MEDIA, MARK, CLEAR = '"media"', '"mark"', '"clear"'


class ClockedSocket:
    def __init__(self, inner: Socket, clock: CallClock, now: Callable[[], float]) -> None:
        self._inner = inner
        self._clock = clock
        self._now = now

    @property
    def closed_with(self) -> int | None:
        return self._inner.closed_with

    async def send(self, message: str | bytes) -> None:
        mulaw = _payload(message)
        await self._inner.send(message)
        if mulaw:
            self._clock.sent(mulaw, self._now())  # once it has left, not while it waits to

    async def receive(self) -> str | bytes | None:
        message = await self._inner.receive()
        now = self._now()
        if mulaw := _payload(message):
            self._clock.received(mulaw, now)
        elif isinstance(message, str) and MARK in message:
            self._clock.marked()
        elif isinstance(message, str) and CLEAR in message:
            self._clock.cleared(now)
        return message

    async def close(self) -> None:
        await self._inner.close()

    async def drop(self) -> None:
        await self._inner.drop()


class ClockedReach:
    """`document`: the TwiML of a far end that answers no webhooks itself. `clocks`: of the streams, as they opened."""

    def __init__(
        self, inner: Reach, *, new_clock: Callable[[], CallClock], now: Callable[[], float], document: str | None = None
    ) -> None:
        self.clocks: list[CallClock] = []
        self._inner = inner
        self._new_clock = new_clock
        self._now = now
        self._document = document

    async def post(self, url: str, form: Mapping[str, str], headers: Headers) -> Answer:
        if self._document is not None:
            return Answer(200, self._document)
        return await self._inner.post(url, form, headers)

    async def connect(self, url: str, headers: Headers) -> Socket:
        socket = await self._inner.connect(url, headers)
        self.clocks.append(self._new_clock())
        return ClockedSocket(socket, self.clocks[-1], self._now)


def _payload(message: str | bytes | None) -> bytes:
    """The sound of a media message; by hand, since this is done a hundred times a second for every call."""
    if not isinstance(message, str) or MEDIA not in message:
        return b""
    rest = message.replace('"payload": "', PAYLOAD, 1).partition(PAYLOAD)[2]
    return base64.b64decode(rest.partition('"')[0])
