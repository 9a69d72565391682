"""Legs that live and have no media: Twilio usually says at once why a stream ended; if it does not, it is asked, and a
leg that is still there is put on a stream again.
"""

import asyncio
import logging
from functools import partial

from telephony.errors import LineError
from telephony.leg import LegEnded
from telephony.lines.twilio.control import CallControl, CallOver
from telephony.lines.twilio.documents import Documents
from telephony.lines.twilio.leg import ENDINGS, TwilioLeg
from telephony.lines.twilio.settings import Settings
from telephony.lines.twilio.twiml import ASSIST, TOKEN_PARAMETER

log = logging.getLogger(__name__)

AGAIN_MAX = 3  # streams of one conference that are opened again


class Lost:
    """One for the line; `close` ends its searches."""

    def __init__(self, control: CallControl, documents: Documents, settings: Settings) -> None:
        self._control = control
        self._documents = documents
        self._settings = settings
        self._searches: set[asyncio.Task[None]] = set()

    def stream_over(self, leg: TwilioLeg, *, overheard: bool, stopped: bool) -> None:
        """A stream of a living leg has ended: with a `stop`, or its socket just closed."""
        if overheard is not leg.away or leg.streaming.is_set():
            return  # it was moved: another stream goes on, or is on its way
        if stopped and not overheard and not leg.expects_stream:
            leg.end(LegEnded.HUNG_UP)
        else:
            search = asyncio.create_task(self._search(leg), name=f"looking for {leg.id}")
            self._searches.add(search)
            search.add_done_callback(self._searches.discard)

    async def fetch(self, leg: TwilioLeg) -> None:
        """Puts a leg on a stream of its own, and waits for it. One that cannot be had back has failed."""
        try:
            document = partial(self._documents.stream, leg, from_conference=leg.overheard is not None)
            await self._control.redirect(leg.party.carrier_id or "", document)
        except CallOver:
            leg.end(LegEnded.HUNG_UP)
        except LineError as error:
            log.warning("leg %s: could not be brought back: %s", leg.id, error)
        await leg.settled(self._settings.back_seconds)
        if leg.over is not None or leg.streaming.is_set():
            return
        log.error("leg %s: expected back on a stream, it did not come", leg.id)
        if leg.inbound:
            leg.end(LegEnded.FAILED)  # not hung up: whenever Twilio asks, it is given the fallback
        else:
            await leg.give_up(LegEnded.FAILED)

    def close(self) -> None:
        for search in self._searches:
            search.cancel()

    async def _search(self, leg: TwilioLeg) -> None:
        await leg.settled(self._settings.lost_seconds)
        if leg.over is not None or leg.streaming.is_set():
            return
        try:
            status = await self._control.status(leg.party.carrier_id or "")
        except LineError as error:
            log.warning("leg %s: %s", leg.id, error)
            status = "in-progress"
        if status in ENDINGS:
            leg.on_status(status)
        elif leg.away:
            await self._overhear(leg)
        else:
            await self.fetch(leg)

    async def _overhear(self, leg: TwilioLeg) -> None:
        """The two talk on in their conference: a stream of it again, under a name of its own."""
        if len(leg.overhearers) > AGAIN_MAX:
            log.error("leg %s: streams of its conference break again and again; no transcript from here on", leg.id)
            return
        name = f"{ASSIST}-{len(leg.overhearers)}"
        leg.overhearers.append(name)
        try:
            await self._control.overhear(
                leg.party.carrier_id or "",
                name=name,
                stream_url=self._settings.stream_url,
                parameter=TOKEN_PARAMETER,
                token=self._documents.overhearing(leg),
            )
        except LineError as error:
            log.error(
                "leg %s: its conference is no longer heard, the two go on without a transcript: %s", leg.id, error
            )
