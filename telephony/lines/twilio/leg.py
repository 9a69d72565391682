"""One call at Twilio as a leg: a party with media over one stream, and the reason why it ended.

Whatever ends it first (the stream's stop, a status callback, a deadline, ourselves) decides the reason.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

from telephony.errors import LegFailed, LineError
from telephony.leg import LegEnded, LegId, LegState, Party, move
from telephony.lines.paced import PacedTransport
from telephony.lines.twilio.serializer import Drops

log = logging.getLogger(__name__)

ENDINGS = {
    "busy": LegEnded.BUSY,
    "no-answer": LegEnded.NO_ANSWER,
    "failed": LegEnded.FAILED,
    "canceled": LegEnded.NO_ANSWER,  # ended while ringing, and not by us
    "completed": LegEnded.HUNG_UP,
}
"""Final values of CallStatus; the others (queued, initiated, ringing, in-progress) end nothing."""


class TwilioLeg:
    """`complete` ends the call at Twilio; `media_seconds` is how long to wait for media, `unanswered` what it means
    when none came."""

    def __init__(
        self,
        *,
        leg_id: LegId,
        party: Party,
        complete: Callable[[str], Awaitable[None]],
        media_seconds: float,
        unanswered: LegEnded,
        dropped: Counter[str] | None = None,
    ) -> None:
        loop = asyncio.get_running_loop()
        self.id = leg_id
        self.party = party
        self.state = LegState.RINGING
        self.drops = Drops(leg_id, dropped)
        self.known = asyncio.Event()  # set once Twilio's name of this call is known, or never will be
        self.connected = asyncio.Event()  # set once a pipeline reads the media
        self._complete = complete
        self._unanswered = unanswered
        self._media_by = loop.time() + media_seconds
        self._transport: asyncio.Future[PacedTransport] = loop.create_future()
        self._ended: asyncio.Future[LegEnded] = loop.create_future()
        if party.carrier_id is not None:
            self.known.set()

    async def media(self) -> PacedTransport:
        wait = self._media_by - asyncio.get_running_loop().time()
        either: tuple[asyncio.Future[Any], ...] = (self._transport, self._ended)
        await asyncio.wait(either, timeout=wait, return_when=asyncio.FIRST_COMPLETED)
        if not self._transport.done() and not self._ended.done():
            await self.give_up(self._unanswered)
        if self._ended.done():
            raise LegFailed(f"leg {self.id}: expected media, it ended: {self._ended.result()}")
        return self._transport.result()

    async def ended(self) -> LegEnded:
        return await asyncio.shield(self._ended)

    async def hang_up(self, reason: str) -> None:
        if not self._ended.done():
            log.info("leg %s: hanging up: %s", self.id, reason)
            await self.give_up(LegEnded.BY_US)

    async def give_up(self, why: LegEnded) -> None:
        """Ends it here and at Twilio. While its name there is unknown, the line does the latter on first hearing it."""
        self.end(why)
        if self.party.carrier_id is None:
            return
        try:
            await self._complete(self.party.carrier_id)
        except LineError as error:
            # The stream closes all the same, its <Connect action> answers <Hangup>, and the leg's TimeLimit stands.
            log.error("leg %s: could not hang up at Twilio: %s", self.id, error)

    def attach(self, transport: PacedTransport) -> None:
        """Media flow from here on. Raises `IllegalMove` when they do already, or no longer can."""
        self.state = move(self.state, LegState.ANSWERED, self.id)
        transport.add_event_handler("on_client_connected", self._on_connected)
        transport.add_event_handler("on_client_disconnected", self._on_disconnected)
        self._transport.set_result(transport)

    def end(self, why: LegEnded) -> None:
        """The first reason counts; later ones are the echo of the first."""
        if self._ended.done():
            return
        self.state = move(self.state, LegState.ENDED, self.id)
        self._ended.set_result(why)
        self.known.set()

    def on_status(self, status: str) -> None:
        """`status`: Twilio's CallStatus. Duplicated, late and unknown ones change nothing."""
        ending = ENDINGS.get(status)
        if ending is not None:
            self.end(ending)

    @property
    def over(self) -> LegEnded | None:
        return self._ended.result() if self._ended.done() else None

    async def _on_connected(self, _transport: object, _websocket: object) -> None:
        self.connected.set()

    async def _on_disconnected(self, _transport: object, _websocket: object) -> None:
        self.end(LegEnded.HUNG_UP)
