"""The browser as a line: a caller's page that rings us, and an agent's softphone that we ring.

`dial("agent:<id>")` rings the agent's desk through a `Ringer`; the leg is answered when that agent's browser posts its
SDP offer for it. Only host candidates are used unless ICE servers are given: nothing is asked of a server elsewhere.
"""

import asyncio
import contextlib
import logging
import secrets
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from telephony.errors import DialRefused, LegFailed, Refused
from telephony.leg import LegEnded, LegId, LegState, Party, move
from telephony.lines.webrtc_media import BrowserTransport, Connection

log = logging.getLogger(__name__)

NAME = "webrtc"
SDP_MAX_BYTES = 32_768  # Chromium's audio-only offer is about 3 kB [run]; the rest is room for other browsers
CONNECT_SECONDS = 10.0  # from our answer to flowing media; on one machine it takes 0.3 s, through TURN a few
LOST_SECONDS = 3.0  # a page pings every 0.5 s; pipecat's own transport stops sending after the same 3 s
WATCH_SECONDS = 0.5


class Ringer(Protocol):
    """Rings agents' desks."""

    def ring(self, leg: LegId, *, agent: str, call: str, ring_seconds: float) -> bool:
        """Shows the ringing leg at the agent's desk. False when no desk of theirs is connected."""
        ...

    def stop(self, leg: LegId, *, agent: str, why: LegEnded | None) -> None:
        """The leg rings no longer: answered (`why` is None) or ended."""
        ...


@dataclass(frozen=True, slots=True)
class Settings:
    ice_servers: tuple[str, ...] = ()  # stun:/turn: URLs; none means the browser must reach us directly
    max_callers: int = 20  # browser callers at once; more are told that all lines are busy


class WebRtcLeg:
    """One browser's leg. Ends by itself when the page leaves, falls silent or never connects."""

    def __init__(self, leg: LegId, party: Party, *, ice_servers: tuple[str, ...]) -> None:
        self.id = leg
        self.party = party
        self.state = LegState.RINGING
        self._ice_servers = list(ice_servers)
        self._ended: asyncio.Future[LegEnded] = asyncio.get_running_loop().create_future()
        self._flowing = asyncio.Event()
        self._connection: Connection | None = None
        self._transport: BrowserTransport | None = None
        self._watch: asyncio.Task[None] | None = None

    @property
    def taken(self) -> bool:
        """A browser has posted its offer for this leg."""
        return self._connection is not None

    async def answer(self, sdp: str) -> str:
        """Takes the browser's SDP offer and gives our answer. Raises `Refused` for what is not an audio offer."""
        if self._connection is not None or self.state is not LegState.RINGING:
            raise Refused(f"leg {self.id}: one offer expected while ringing, got another ({self.state})")
        check_offer(sdp, self.id)
        connection = self._connection = Connection(self._ice_servers)
        try:
            await connection.initialize(sdp, "offer")
        except Exception as error:  # aiortc's parser raises whatever its reading stumbles on
            self._connection = None
            await connection.disconnect()
            raise Refused(f"leg {self.id}: an SDP offer expected, got one that cannot be answered: {error}") from error
        answer = connection.get_answer()
        assert answer is not None  # initialize has just made it
        self._watch = asyncio.create_task(self._stay(connection), name=f"webrtc-leg-{self.id}")
        return str(answer["sdp"])

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
        """Sends a message to the page (captions, state); kept for a moment when its data channel is not open yet."""
        if self._connection is not None and self.state is not LegState.ENDED:
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

    async def _stay(self, connection: Connection) -> None:
        """Waits for media, then watches for the page's going; ends the leg either way."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CONNECT_SECONDS):
                while connection.pc.connectionState in ("new", "connecting"):
                    await connection.changed.wait()
                    connection.changed.clear()
        if connection.pc.connectionState != "connected":
            await self.end(
                LegEnded.FAILED, f"media in {CONNECT_SECONDS} s expected, ICE: {connection.pc.iceConnectionState}"
            )
            return
        self.state = move(self.state, LegState.ANSWERED, self.id)
        self._flowing.set()
        loop = asyncio.get_running_loop()
        while self._alive(connection, loop.time()):
            connection.changed.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(WATCH_SECONDS):
                    await connection.changed.wait()
        await self.end(LegEnded.HUNG_UP, "the page left")

    def _alive(self, connection: Connection, now: float) -> bool:
        """A page that never opened a data channel is judged by its connection alone."""
        if connection.left or connection.pc.connectionState != "connected":
            return False
        return connection.heard_at is None or now - connection.heard_at < LOST_SECONDS


class WebRtcLine:
    """Browser legs: callers' arrivals and agents' softphones."""

    name = NAME

    def __init__(self, *, ringer: Ringer, settings: Settings | None = None) -> None:
        self._ringer = ringer
        self._settings = settings or Settings()
        self._arrivals: asyncio.Queue[WebRtcLeg] = asyncio.Queue(maxsize=self._settings.max_callers)
        self._legs: dict[LegId, WebRtcLeg] = {}
        self._keepers: set[asyncio.Task[None]] = set()

    # --- callers ---

    async def arrivals(self) -> AsyncIterator[WebRtcLeg]:
        while True:
            yield await self._arrivals.get()

    async def call_in(self, sdp: str, *, address: str | None = None) -> tuple[LegId, str]:
        """A caller's page rings: its SDP offer in, the leg's id and our SDP answer out. Raises `Refused`."""
        callers = sum(1 for leg in self._legs.values() if leg.party.called == "callers")
        if callers >= self._settings.max_callers:
            raise Refused(f"line webrtc: at most {self._settings.max_callers} browser callers, got one more")
        leg = self._leg(Party(NAME, address, called="callers"))
        try:
            answer = await leg.answer(sdp)
        except Refused:
            self._legs.pop(leg.id, None)
            raise
        self._keep(leg, agent=None, ring_seconds=CONNECT_SECONDS)
        self._arrivals.put_nowait(leg)  # as large as the number of callers let in
        return leg.id, answer

    # --- agents ---

    async def dial(self, address: str, *, ring_seconds: float, call: str, attempt: str) -> WebRtcLeg:
        kind, _, agent = address.partition(":")
        if kind != "agent" or not agent:
            raise DialRefused(f"call {call}: line webrtc rings agent:<id>, got {address!r}")
        leg = self._leg(Party(NAME, agent, called=address, token=attempt))
        if not self._ringer.ring(leg.id, agent=agent, call=call, ring_seconds=ring_seconds):
            self._legs.pop(leg.id, None)
            await leg.end(LegEnded.NO_ANSWER, f"agent {agent} has no desk open")
            return leg
        self._keep(leg, agent=agent, ring_seconds=ring_seconds)
        return leg

    async def answer(self, leg: LegId, *, agent: str, sdp: str) -> str:
        """The agent's browser answers a ringing leg: its SDP offer in, our SDP answer out. Raises `Refused`."""
        ringing = self._theirs(leg, agent)
        answer = await ringing.answer(sdp)
        self._ringer.stop(leg, agent=agent, why=None)
        return answer

    async def decline(self, leg: LegId, *, agent: str) -> None:
        await self._theirs(leg, agent).end(LegEnded.DECLINED, "declined at the desk")

    async def hang_up(self, leg: LegId, *, agent: str) -> None:
        """The agent hangs up at the desk."""
        await self._theirs(leg, agent).end(LegEnded.HUNG_UP, "hung up at the desk")

    async def close(self) -> None:
        """Ends every leg and waits for their keepers: for the service's stop."""
        for leg in tuple(self._legs.values()):
            await leg.hang_up("the service stops")
        if self._keepers:
            await asyncio.wait(self._keepers, timeout=CONNECT_SECONDS)

    def _theirs(self, leg: LegId, agent: str) -> WebRtcLeg:
        found = self._legs.get(leg)
        if found is None or found.party.address != agent or found.party.called != f"agent:{agent}":
            raise Refused(f"leg {leg}: a leg of agent {agent} expected, none is there (any more)")
        return found

    def _leg(self, party: Party) -> WebRtcLeg:
        leg = WebRtcLeg(LegId(f"w-{secrets.token_hex(8)}"), party, ice_servers=self._settings.ice_servers)
        self._legs[leg.id] = leg
        return leg

    def _keep(self, leg: WebRtcLeg, *, agent: str | None, ring_seconds: float) -> None:
        task = asyncio.create_task(self._until_ended(leg, agent, ring_seconds), name=f"webrtc-keeper-{leg.id}")
        self._keepers.add(task)
        task.add_done_callback(self._keepers.discard)

    async def _until_ended(self, leg: WebRtcLeg, agent: str | None, ring_seconds: float) -> None:
        """Bounds the ringing, tells the desk when it ends, and forgets the leg."""
        if agent is not None:
            done, _ = await asyncio.wait({asyncio.ensure_future(leg.ended())}, timeout=ring_seconds)
            if not done and not leg.taken:
                await leg.end(LegEnded.NO_ANSWER, f"no answer in {ring_seconds} s")
        why = await leg.ended()
        self._legs.pop(leg.id, None)
        if agent is not None:
            self._ringer.stop(leg.id, agent=agent, why=why)


def check_offer(sdp: str, leg: str) -> None:
    """Lets through an offer of one audio line (and a data channel); raises `Refused` for anything else."""
    if len(sdp.encode()) > SDP_MAX_BYTES:
        raise Refused(f"leg {leg}: an SDP offer of at most {SDP_MAX_BYTES} bytes expected, got {len(sdp)}")
    media = [line.split(" ", 1)[0] for line in sdp.splitlines() if line.startswith("m=")]
    if media.count("m=audio") != 1 or any(kind not in ("m=audio", "m=application") for kind in media):
        raise Refused(f"leg {leg}: one audio line in the SDP offer expected, got {media or 'none'}")
