"""Two legs of one Asterisk joined inside it: their audio never passes through this process.

Each party leaves its home for the common room; a spy takes its place there, which hears what it says and whispers to it
what our session says. So both sessions go on with their own party, and both transcripts stay labelled.
"""

import asyncio
import logging

from telephony.errors import BridgeFailed, LineError
from telephony.leg import LegEnded
from telephony.lines.asterisk.ari import Ari
from telephony.lines.asterisk.leg import AsteriskLeg
from telephony.lines.asterisk.settings import PREFIX
from telephony.lines.asterisk.tasks import together

log = logging.getLogger(__name__)


ROOM = f"{PREFIX}room-"
"""What the bridge of a caller and an agent is called; the rest of the name is its own."""


class AsteriskBridge:
    """Implements `telephony.bridge.Bridge`. While held the caller is at home, and hears what their session plays."""

    kind = "asterisk"

    def __init__(self, ari: Ari, caller: AsteriskLeg, agent: AsteriskLeg, *, seconds: float) -> None:
        self._ari = ari
        self._caller = caller
        self._agent = agent
        self._seconds = seconds
        self._room = f"{ROOM}{caller.names.key}-{caller.spies}"

    async def join(self) -> None:
        try:
            async with asyncio.timeout(self._seconds):
                await self._join()
        except (LineError, TimeoutError) as error:
            await self.part()
            raise BridgeFailed(f"{self._caller.id} and {self._agent.id}: joined expected, got {error!r}") from error

    async def hold(self, on: bool) -> None:
        if on == self._caller.at_home:
            return
        if on:
            await go_home(self._ari, self._caller)
        else:
            await spy(self._ari, self._caller)
            await self._enter(self._caller)

    async def part(self) -> None:
        await together(self._back(self._caller), self._back(self._agent))
        try:
            await self._ari.close_bridge(self._room)
        except LineError as error:
            log.warning("bridge %s: closed expected, got: %s", self._room, error)

    async def _join(self) -> None:
        await together(self._ari.open_bridge(self._room), spy(self._ari, self._caller), spy(self._ari, self._agent))
        await self._ari.put(self._room, self._caller.channel, self._agent.channel)
        for leg in (self._caller, self._agent):
            leg.where = self._room
        await together(stand_in(self._ari, self._caller), stand_in(self._ari, self._agent))

    async def _enter(self, leg: AsteriskLeg) -> None:
        await self._ari.put(self._room, leg.channel)
        leg.where = self._room
        await stand_in(self._ari, leg)

    async def _back(self, leg: AsteriskLeg) -> None:
        """A leg that cannot be brought home hears nobody: it ends, and a caller goes on in the dialplan."""
        if leg.over is not None:
            return
        try:
            await go_home(self._ari, leg)
        except LineError as error:
            log.error("leg %s: back at home expected, got: %s", leg.id, error)
            leg.end(LegEnded.FAILED)


async def spy(ari: Ari, leg: AsteriskLeg) -> None:
    """Somebody who hears what the party says and may whisper to it; not anywhere yet."""
    leg.spies += 1
    leg.spy = f"{leg.names.spy}-{leg.spies}"
    await ari.listen_in(leg.channel, spy=leg.spy)


async def stand_in(ari: Ari, leg: AsteriskLeg) -> None:
    """The spy takes the party's place at home."""
    if leg.spy is not None:
        await ari.put(leg.names.home, leg.spy)


async def go_home(ari: Ari, leg: AsteriskLeg) -> None:
    """The party is with the system again, which then needs no spy."""
    spying, leg.spy = leg.spy, None
    if spying is not None:
        try:
            await ari.hang_up(spying)
        except LineError as error:  # the party is heard twice, until the leg ends
            log.warning("spy %s: ended expected, got: %s", spying, error)
    if not leg.at_home:
        await ari.put(leg.names.home, leg.channel)
        leg.where = leg.names.home


async def follow(ari: Ari, leg: AsteriskLeg) -> None:
    """The leg's channel is another one, by a transfer: Asterisk put it where the one before was; the spy is new too."""
    if not leg.at_home:
        await spy(ari, leg)
        await stand_in(ari, leg)
