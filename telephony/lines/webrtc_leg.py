"""One browser's leg. It outlives its peer connection: a page that lost its network may come back to the same leg.

The page is taken for lost when nothing is heard of it, or its connection closes without a word; from then on it has
`AWAY_SECONDS` to bring a new offer. The pipeline on the leg's one transport goes on meanwhile.
"""

import asyncio
import contextlib
import logging
import secrets
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager

from telephony.errors import LegFailed, Refused
from telephony.leg import LegEnded, LegId, LegState, Party, move
from telephony.lines.webrtc_media import BrowserTransport, Connection

log = logging.getLogger(__name__)

SDP_MAX_BYTES = 32_768  # Chromium's audio-only offer is about 3 kB [run]; the rest is room for other browsers
CONNECT_SECONDS = 10.0  # from our answer to flowing media; on one machine it takes 0.3 s, through TURN a few
AWAY_SECONDS = 10.0  # what a lost page has to come back: a change of network or a reload takes 1 to 8 s [est]
WATCH_SECONDS = 0.5
UNREAD_MAX = 50  # messages kept for a page that is away: as many as pipecat keeps for a channel that is not open


class WebRtcLeg:
    """Ends by itself when the page leaves, never connects, or is lost and does not come back."""

    def __init__(self, leg: LegId, party: Party, *, ice_servers: tuple[str, ...]) -> None:
        self.id = leg
        self.party = party
        self.state = LegState.RINGING
        self.token = secrets.token_urlsafe(24)
        self._ice_servers = list(ice_servers)
        self._ended: asyncio.Future[LegEnded] = asyncio.get_running_loop().create_future()
        self._flowing = asyncio.Event()
        self._connection: Connection | None = None
        self._transport: BrowserTransport | None = None
        self._watch: asyncio.Task[None] | None = None
        self._offers = asyncio.Lock()  # one offer at a time: a page may send the next before it has our answer
        self._unread: deque[dict[str, object]] = deque(maxlen=UNREAD_MAX)
        self._on_fade: Callable[[bool], None] | None = None

    @property
    def taken(self) -> bool:
        """A browser has posted its offer for this leg."""
        return self._connection is not None

    @property
    def away(self) -> bool:
        """The page is lost, and may still come back."""
        return self._connection is not None and self._connection.away

    def on_fade(self, listener: Callable[[bool], None] | None) -> None:
        """`listener` is called with True when the page is lost, with False when it is back."""
        self._on_fade = listener

    async def answer(self, sdp: str) -> str:
        """Takes the browser's SDP offer and gives our answer. Raises `Refused` for what is not an audio offer."""
        async with self._offers:
            if self._connection is not None or self.state is not LegState.RINGING:
                raise Refused(f"leg {self.id}: one offer expected while ringing, got another ({self.state})")
            check_offer(sdp, self.id)
            connection = self._connection = Connection(self._ice_servers)
            try:
                async with self._readable():
                    await connection.initialize(sdp, "offer")
            except Refused:
                self._connection = None
                await connection.disconnect()
                raise
            self._watch = asyncio.create_task(self._stay(connection), name=f"webrtc-leg-{self.id}")
            return connection.answer_sdp

    async def resume(self, sdp: str) -> str:
        """The page is back with a new offer for this leg; whoever calls knows that it is the same party.

        Raises `Refused` when the leg is over, was never answered, or the offer cannot be read.
        """
        async with self._offers:
            if self._connection is None or self.state is not LegState.ANSWERED:
                raise Refused(f"leg {self.id}: an answered leg to come back to expected, it is {self.state}")
            check_offer(sdp, self.id)
            async with self._readable():
                await self._connection.replace(sdp)
            for message in self._unread:  # kept by the connection until the new data channel opens
                self._connection.send_app_message(message)
            self._unread.clear()
            return self._connection.answer_sdp

    @asynccontextmanager
    async def _readable(self) -> AsyncIterator[None]:
        try:
            yield
        except Exception as error:  # aiortc's parser raises whatever its reading stumbles on
            raise Refused(f"leg {self.id}: an SDP offer expected, got one that cannot be answered: {error}") from error

    async def media(self) -> BrowserTransport:
        self._ended.add_done_callback(lambda _: self._flowing.set())
        await self._flowing.wait()
        if self._ended.done() or self._connection is None:
            raise LegFailed(f"leg {self.id}: media expected, it ended first: {self._ended.result()}")
        if self._transport is None:
            self._transport = BrowserTransport(self._connection)
        return self._transport

    async def ended(self) -> LegEnded:
        return await asyncio.shield(self._ended)

    async def hang_up(self, reason: str) -> None:
        await self.end(LegEnded.BY_US, reason)

    def tell(self, message: Mapping[str, object]) -> None:
        """Sends a message to the page (captions, state); the newest are kept for one that is away or not there yet."""
        if self._connection is None or self.state is LegState.ENDED:
            return
        if self._connection.away:
            self._unread.append(dict(message))
        else:
            self._connection.send_app_message(dict(message))

    async def end(self, why: LegEnded, reason: str = "") -> None:
        if self.state is LegState.ENDED:
            return
        self.state = move(self.state, LegState.ENDED, self.id)
        self._ended.set_result(why)
        log.info("leg ended", extra={"leg": self.id, "why": why, "reason": reason})
        if self._connection is not None:
            await self._connection.disconnect()
        if self._watch is not None and self._watch is not asyncio.current_task():
            self._watch.cancel()

    # --- watching the page ---------------------------------------------------------------------------------------

    async def _stay(self, connection: Connection) -> None:
        """Waits for media, then watches over the page as it goes and comes; ends the leg when it is gone."""
        if not await self._connected(connection, CONNECT_SECONDS, until_failed=True):
            ice = connection.pc.iceConnectionState
            await self.end(LegEnded.FAILED, f"media in {CONNECT_SECONDS} s expected, ICE: {ice}")
            return
        self.state = move(self.state, LegState.ANSWERED, self.id)
        self._flowing.set()
        while True:
            await self._until_lost(connection)
            if self._ended.done():
                return  # it is we who closed it
            if connection.left:
                await self.end(LegEnded.HUNG_UP, "the page left")
                return
            self._fade(connection, away=True)
            if not await self._connected(connection, AWAY_SECONDS, until_failed=False):
                await self.end(LegEnded.FAILED, f"a lost page expected back within {AWAY_SECONDS} s")
                return
            self._fade(connection, away=False)

    def _fade(self, connection: Connection, *, away: bool) -> None:
        connection.away = away
        log.info("page lost" if away else "page back", extra={"leg": self.id})
        if self._on_fade is not None:
            self._on_fade(away)

    async def _connected(self, connection: Connection, seconds: float, *, until_failed: bool) -> bool:
        """Whether the page has media within `seconds`. `until_failed`: no other connection may follow a failed one."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while not connection.alive:
                    if until_failed and connection.pc.connectionState not in ("new", "connecting", "connected"):
                        return False
                    await connection.changed.wait()
                    connection.changed.clear()
        return connection.alive

    async def _until_lost(self, connection: Connection) -> None:
        while connection.alive:
            connection.changed.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(WATCH_SECONDS):
                    await connection.changed.wait()


def check_offer(sdp: str, leg: str) -> None:
    """Lets through an offer of one audio line (and a data channel); raises `Refused` for anything else."""
    if len(sdp.encode()) > SDP_MAX_BYTES:
        raise Refused(f"leg {leg}: an SDP offer of at most {SDP_MAX_BYTES} bytes expected, got {len(sdp)}")
    media = [line.split(" ", 1)[0] for line in sdp.splitlines() if line.startswith("m=")]
    if media.count("m=audio") != 1 or any(kind not in ("m=audio", "m=application") for kind in media):
        raise Refused(f"leg {leg}: one audio line in the SDP offer expected, got {media or 'none'}")
