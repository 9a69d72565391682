"""One call at Twilio as a leg: a party with media over the streams it has one after the other, and why it ended.

Whatever ends it first (a stream's stop, a callback, a deadline, ourselves) decides the reason. While it is `away`, in a
conference or on its way there, its two-way stream may stop without ending it.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

from telephony.errors import LineError
from telephony.lateness import Lateness
from telephony.leg import LegEnded, LegId, LegState, Party
from telephony.lines.carrier_leg import CarrierLeg
from telephony.lines.twilio.transport import TwilioTransport
from telephony.lines.twilio.wire import Drops, Wire
from voice.audio import Pcm

log = logging.getLogger(__name__)

ENDINGS = {
    "busy": LegEnded.BUSY,
    "no-answer": LegEnded.NO_ANSWER,
    "failed": LegEnded.FAILED,
    "canceled": LegEnded.NO_ANSWER,  # ended while ringing, and not by us
    "completed": LegEnded.HUNG_UP,
}
"""Final values of CallStatus; the others (queued, initiated, ringing, in-progress) end nothing."""


class TwilioLeg(CarrierLeg[TwilioTransport]):
    """`subject` is what its stream tokens name; `complete` ends the call at Twilio; `media_seconds` is how long to wait
    for media, `unanswered` what it means when none came."""

    def __init__(
        self,
        *,
        leg_id: LegId,
        subject: str,
        inbound: bool,
        party: Party,
        complete: Callable[[str], Awaitable[None]],
        media_seconds: float,
        unanswered: LegEnded,
        dropped: Counter[str] | None = None,
        late: Lateness | None = None,
    ) -> None:
        super().__init__(leg_id=leg_id, party=party, inbound=inbound)
        self.subject = subject
        self.drops = Drops(leg_id, dropped)
        self._late = late
        self.known = asyncio.Event()  # set once Twilio's name of this call is known, or never will be
        self.streaming = asyncio.Event()  # set while a two-way stream carries its media
        self.away = False
        self.resumed = 0  # how often a stream of it broke and was opened again
        self.documents = 0  # how many that open a two-way stream were given out for it; each has its number
        self.answers: dict[str, str] = {}  # webhook → what it was answered; a webhook sent twice is answered alike
        self.overhearers: list[str] = []  # names of the streams that Twilio was told to open of its conference
        self.overhearing = False  # a stream of its conference is there: a second one would double every word
        self.overheard: Callable[[Pcm], Awaitable[None]] | None = None  # takes what the party hears in a conference
        self._complete = complete
        self._unanswered = unanswered
        self._media_by = asyncio.get_running_loop().time() + media_seconds
        self._wire: Wire | None = None
        self._document = 0  # whose stream it has, or had last
        if party.carrier_id is not None:
            self.known.set()

    async def media(self) -> TwilioTransport:
        wait = self._media_by - asyncio.get_running_loop().time()
        either: tuple[asyncio.Future[Any], ...] = (self._transport, self._ended)
        await asyncio.wait(either, timeout=wait, return_when=asyncio.FIRST_COMPLETED)
        if not self._transport.done() and not self._ended.done():
            await self.give_up(self._unanswered)
        return await super().media()

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

    # --- its streams ---------------------------------------------------------------------------------------------

    @property
    def expects_stream(self) -> bool:
        """Twilio was told to open one that has not come yet."""
        return self.documents > self._document

    def takes(self, document: int) -> bool:
        """Whether a two-way stream of this document may begin: each once, and none older than the one there is."""
        return self.state is not LegState.ENDED and self._document < document <= self.documents

    def attach(self, wire: Wire, document: int) -> TwilioTransport:
        """Media flow over this stream from here on. Raises `IllegalMove` when they no longer can."""
        if self.state is not LegState.ANSWERED:
            self._flows(TwilioTransport(self._late))
        self._wire, self._document, self.away = wire, document, False
        self._transport.result().speak_to(wire)
        self.streaming.set()
        return self._transport.result()

    def detach(self, wire: Wire) -> None:
        """That stream is over."""
        if self._wire is wire:
            self._wire = None
            self._transport.result().speak_to(None)
            self.streaming.clear()
        if self._ended.done():
            self._let_go()

    def leaves(self) -> None:
        """Twilio is being told to take the call off its stream."""
        self.away = True

    def stays(self) -> None:
        """It was not taken off its stream after all."""
        self.away = False

    # --- its end -------------------------------------------------------------------------------------------------

    def end(self, why: LegEnded) -> None:
        super().end(why)
        self.known.set()
        if self._wire is None:
            self._let_go()

    def _let_go(self) -> None:
        """The line remembers ended legs, for callbacks that come late: not with 300 KB of pipeline each [measured]."""
        self._transport, self.overheard = asyncio.get_running_loop().create_future(), None

    def on_status(self, status: str) -> None:
        """`status`: Twilio's CallStatus. Duplicated, late and unknown ones change nothing."""
        ending = ENDINGS.get(status)
        if ending is not None:
            self.end(ending)

    async def settled(self, seconds: float) -> None:
        """Until it has a two-way stream or has ended, but no longer than `seconds`."""
        streaming = asyncio.ensure_future(self.streaming.wait())
        either: tuple[asyncio.Future[Any], ...] = (streaming, self._ended)
        try:
            await asyncio.wait(either, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            streaming.cancel()
