"""One party at Asterisk as a leg: its channel, the channel of its audio, and the bridge in which the two are at home.

Whatever ends it first (the channel's end, its media, a deadline, ourselves) decides the reason.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass

from telephony.leg import LegEnded, LegId, Party
from telephony.lines.asterisk.causes import unanswered
from telephony.lines.asterisk.events import Destroyed
from telephony.lines.asterisk.serializer import key_frame
from telephony.lines.asterisk.settings import PREFIX
from telephony.lines.asterisk.transport import AsteriskTransport
from telephony.lines.carrier_leg import CarrierLeg

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Names:
    """What this leg's things in the PBX are called."""

    key: str
    media: str
    home: str  # the bridge of the party and its media
    spy: str

    @classmethod
    def of(cls, key: str) -> "Names":
        return cls(key, f"{PREFIX}media-{key}", f"{PREFIX}home-{key}", f"{PREFIX}spy-{key}")


class AsteriskLeg(CarrierLeg[AsteriskTransport]):
    """The line ends one that is not answered, or gets no media, in time.

    `channel` is the party's; a transfer puts another in its place. `where`: the bridge it is in.
    """

    def __init__(self, *, leg_id: LegId, party: Party, channel: str, names: Names, inbound: bool) -> None:
        super().__init__(leg_id=leg_id, party=party, inbound=inbound)
        self.channel = channel
        self.names = names
        self.where = names.home
        self.spies = 0  # how many a bridge has needed so far: each has a name of its own
        self.spy: str | None = None  # set while the party is elsewhere and only listened to at home
        self.placed = inbound  # Asterisk has made the channel
        self.picked_up = asyncio.Event()
        self.connected = asyncio.Event()  # set once a pipeline reads the media
        self.cleared = asyncio.Event()  # set once nothing of it is left in the PBX, as far as we could
        self._held = False
        self._tell: Callable[[bool], object] = lambda on: None
        if inbound:
            self.picked_up.set()

    async def hang_up(self, reason: str) -> None:
        if not self._ended.done():
            log.info("leg %s: hanging up: %s", self.id, reason)
            self.end(LegEnded.BY_US)
        await self.cleared.wait()

    def attach(self, transport: AsteriskTransport) -> None:
        """Media flow from here on. Raises `IllegalMove` when they do already, or no longer can."""
        self._flows(transport)

    def on_destroyed(self, gone: Destroyed) -> None:
        answered = self.picked_up.is_set()
        self.end(LegEnded.HUNG_UP if answered else unanswered(gone.cause, gone.sip))

    def hold(self, on: bool) -> None:
        """The far end put us on hold: what comes from there (music, mostly) is not the party speaking."""
        if on is not self._held:
            self._held = on
            self._tell(on)

    def when_held(self, tell: Callable[[bool], object] | None) -> None:
        self._tell = tell or (lambda on: None)

    async def press(self, digit: str) -> None:
        """A key that did not come with the media, because the party is in another bridge."""
        frame = key_frame(digit)
        if frame is not None and self._transport.done() and not self._ended.done():
            await self._transport.result().input().queue_frame(frame)

    @property
    def held(self) -> bool:
        return self._held

    @property
    def at_home(self) -> bool:
        return self.where == self.names.home
