"""One leg's life: it is answered, its audio is brought to us, it ends, and nothing of it stays in the PBX."""

import asyncio
import logging

from telephony.errors import LineError
from telephony.leg import LegEnded
from telephony.lines.asterisk.ari import Ari
from telephony.lines.asterisk.leg import AsteriskLeg
from telephony.lines.asterisk.media import MediaDoor
from telephony.lines.asterisk.settings import Settings
from telephony.lines.asterisk.tasks import Work, together, tried, while_alive

log = logging.getLogger(__name__)


class Life:
    def __init__(self, ari: Ari, door: MediaDoor, settings: Settings) -> None:
        self._ari = ari
        self._door = door
        self._settings = settings

    async def live(self, leg: AsteriskLeg, *, ring_seconds: float, answer: bool) -> None:
        """Returns when the leg has ended and is cleared away. `answer`: the caller's channel still rings."""
        try:
            await while_alive(leg, self._bring_up(leg, ring_seconds, answer=answer))
            await leg.ended()
        finally:
            leg.end(LegEnded.FAILED)  # only when this is torn down
            await self._clear(leg)

    async def _bring_up(self, leg: AsteriskLeg, ring_seconds: float, *, answer: bool) -> None:
        """Media, once it is answered; the leg ends where one of the two does not come."""
        try:
            if not leg.picked_up.is_set():
                async with asyncio.timeout(ring_seconds):
                    await leg.picked_up.wait()
        except TimeoutError:
            leg.end(LegEnded.NO_ANSWER)
            return
        try:
            await self._open_media(leg, answer=answer)
        except (LineError, TimeoutError) as error:
            log.warning("leg %s: media expected, got none: %s", leg.id, error)
            leg.end(LegEnded.FAILED)

    async def _open_media(self, leg: AsteriskLeg, *, answer: bool) -> None:
        expected = self._door.expect(leg)
        try:
            await together(
                self._ari.open_bridge(leg.names.home), self._ari.open_media(leg.names.media, token=expected.token)
            )
            async with asyncio.timeout(self._settings.connect_seconds):
                transport = await expected.transport
        finally:
            self._door.forget(expected)
        if answer:
            await self._ari.answer(leg.channel)
        await self._ari.put(leg.names.home, leg.channel, leg.names.media)
        if leg.over is None:
            leg.attach(transport)

    async def _clear(self, leg: AsteriskLeg) -> None:
        """Nothing of it stays in the PBX. A caller whom we fail goes on in the dialplan, where people may be."""
        leaving: list[Work] = []
        theirs = leg.over not in (LegEnded.BY_US, LegEnded.FAILED, LegEnded.NO_ANSWER)
        if not theirs:
            send_on = leg.inbound and leg.over is LegEnded.FAILED
            leaving.append((self._ari.send_on if send_on else self._ari.hang_up)(leg.channel))
        if leg.spy is not None:
            leaving.append(self._ari.hang_up(leg.spy))
        if leg.picked_up.is_set():
            leaving += [self._ari.hang_up(leg.names.media), self._ari.close_bridge(leg.names.home)]
        await together(*(tried(work) for work in leaving))
        leg.cleared.set()
