"""What Asterisk holds compared with the legs we have, after an outage or a crash: it goes on without us meanwhile."""

import logging
from collections.abc import Collection, Iterable, Mapping, Sequence

from telephony.errors import LineError
from telephony.leg import LegEnded
from telephony.lines.asterisk.ari import Ari
from telephony.lines.asterisk.bridge import ROOM
from telephony.lines.asterisk.events import KINDS
from telephony.lines.asterisk.leg import AsteriskLeg
from telephony.lines.asterisk.settings import PREFIX
from telephony.lines.asterisk.tasks import tried

log = logging.getLogger(__name__)


class Leftovers:
    """Keeps who talk on, joined by a process before this one: each channel → the other, and their room."""

    def __init__(self, ari: Ari) -> None:
        self._ari = ari
        self._pairs: dict[str, tuple[str, str]] = {}

    def parted(self, channel: str) -> tuple[str, str] | None:
        """The other of two who talked on, and their room, now that `channel` has left."""
        left = self._pairs.pop(channel, None)
        if left is not None:
            self._pairs.pop(left[0], None)
        return left

    async def compare(self, legs: Collection[AsteriskLeg], left_over: Sequence[str]) -> None:
        """`legs`: those that live, as they come and go. `left_over`: what our app held before we connected.

        Of what nobody knows any more, two who talk are left alone, other callers go on in the dialplan, the rest ends.
        Legs whose channel is gone have ended, those that were answered meanwhile go on.
        """
        placed = [leg for leg in legs if leg.placed and leg.over is None]
        try:
            await self._ari.hear_only(KINDS)
            channels = await self._ari.channels()
            bridges = await self._ari.bridges()
            self._pair(bridges, legs)
            ours = channels_of(legs) | self._pairs.keys()
            for channel in left_over:
                if channel not in ours and not self._ari.entrances.entered(channel):
                    await tried(self.let_go(channel))
            known = {name for leg in legs for name in (leg.names.home, leg.where)}
            for bridge, inside in bridges.items():
                if bridge.startswith(PREFIX) and bridge not in known and self._pairs.keys().isdisjoint(inside):
                    await tried(self._ari.close_bridge(bridge))
        except LineError as error:
            log.error("asterisk: what it holds expected after connecting, got: %s", error)
            return
        for leg in placed:
            there = channels.get(leg.channel)
            if there is None:
                leg.end(LegEnded.HUNG_UP if leg.picked_up.is_set() else LegEnded.FAILED)
            elif there.state == "Up":
                leg.picked_up.set()

    def _pair(self, bridges: Mapping[str, tuple[str, ...]], legs: Collection[AsteriskLeg]) -> None:
        """Those who talk in a room of a process before this one: when one of the two leaves, the other is let go."""
        rooms = {leg.where for leg in legs}
        for bridge, inside in bridges.items():
            if bridge.startswith(ROOM) and bridge not in rooms and len(inside) == 2:
                log.warning("asterisk: %s talk on, joined by a process before this one", " and ".join(inside))
                self._pairs |= {inside[0]: (inside[1], bridge), inside[1]: (inside[0], bridge)}

    async def let_go(self, channel: str, room: str | None = None) -> None:
        """`room`: of ours, which nobody needs without this channel."""
        log.warning("asterisk: channel %s is left from before", channel)
        if channel.startswith(PREFIX):
            await self._ari.hang_up(channel)
        else:
            await self._ari.send_on(channel)
        if room is not None:
            await self._ari.close_bridge(room)


def channels_of(legs: Iterable[AsteriskLeg]) -> set[str]:
    """Every channel that these legs have in the PBX."""
    return {name for leg in legs for name in (leg.channel, leg.names.media, leg.spy) if name}
