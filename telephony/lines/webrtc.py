"""The browser as a line: a caller's page that rings us, and an agent's softphone that we ring.

`dial("agent:<id>")` rings the agent's desk through a `Ringer`; the leg is answered when that agent's browser posts its
SDP offer for it. Only host candidates are used unless ICE servers are given: nothing is asked of a server elsewhere.
"""

import asyncio
import hmac
import logging
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol

from telephony.errors import DialRefused, Refused
from telephony.leg import LegEnded, LegId, Party
from telephony.lines.webrtc_leg import CONNECT_SECONDS, WebRtcLeg

log = logging.getLogger(__name__)

NAME = "webrtc"
CALLERS = "callers"  # what a caller's page rings


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
    max_callers: int = 20  # browser callers at once; more are told that all lines are busy, as is one place with half


@dataclass(frozen=True, slots=True)
class CalledIn:
    """What a caller's page gets: `token` lets it, and nobody else, come back to its leg after a lost network."""

    leg: LegId
    sdp: str  # our answer
    token: str


class WebRtcLine:
    """Browser legs: callers' arrivals and agents' softphones."""

    name = NAME

    def __init__(self, *, ringer: Ringer, settings: Settings | None = None) -> None:
        self._ringer = ringer
        self._settings = settings or Settings()
        self._arrivals: asyncio.Queue[WebRtcLeg] = asyncio.Queue(maxsize=self._settings.max_callers)
        self._legs: dict[LegId, WebRtcLeg] = {}
        self._places: dict[LegId, str] = {}  # of callers, where it is known
        self._keepers: set[asyncio.Task[None]] = set()

    # --- callers ---

    async def arrivals(self) -> AsyncIterator[WebRtcLeg]:
        while True:
            yield await self._arrivals.get()

    async def call_in(self, sdp: str, *, place: str = "") -> CalledIn:
        """A caller's page rings: its SDP offer in, the leg and our SDP answer out. `place`: the network it rings from;
        nobody alone there takes all lines from everybody else. Raises `Refused`."""
        callers = [leg.id for leg in self._legs.values() if leg.party.called == CALLERS]
        most = self._settings.max_callers
        if len(callers) >= most:
            raise Refused(f"line webrtc: at most {most} browser callers, got one more")
        if place and sum(self._places.get(one) == place for one in callers) >= max(1, most // 2):
            raise Refused(f"line webrtc: at most {max(1, most // 2)} browser callers from one place, got one more")
        leg = self._leg(Party(NAME, None, called=CALLERS))
        self._places[leg.id] = place
        try:
            answer = await leg.answer(sdp)
        except Refused:
            self._forget(leg)
            raise
        self._keep(leg, agent=None, ring_seconds=CONNECT_SECONDS)
        self._arrivals.put_nowait(leg)  # as large as the number of callers let in
        return CalledIn(leg.id, answer, leg.token)

    async def call_back_in(self, leg: LegId, *, token: str, sdp: str) -> str:
        """A caller's page is back after a lost network: its new SDP offer in, our SDP answer out. Raises `Refused`."""
        found = self._legs.get(leg)
        if found is None or found.party.called != CALLERS or not _same(found.token, token):
            raise Refused(f"leg {leg}: the page of a caller's leg expected, it has ended or the token is another's")
        return await found.resume(sdp)

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

    async def join_in(self, sdp: str, *, agent: str) -> tuple[WebRtcLeg, str]:
        """A supervisor's page brings a leg of its own, to hear calls and perhaps to speak in them: its offer in, our
        answer out. Raises `Refused`."""
        leg = self._leg(Party(NAME, agent, called=f"agent:{agent}"))
        try:
            answer = await leg.answer(sdp)
        except Refused:
            self._legs.pop(leg.id, None)
            raise
        self._keep(leg, agent=None, ring_seconds=CONNECT_SECONDS)
        return leg, answer

    async def answer(self, leg: LegId, *, agent: str, sdp: str) -> str:
        """The agent's browser answers a ringing leg: its SDP offer in, our SDP answer out. Raises `Refused`."""
        ringing = self._theirs(leg, agent)
        answer = await ringing.answer(sdp)
        self._ringer.stop(leg, agent=agent, why=None)
        return answer

    async def resume(self, leg: LegId, *, agent: str, sdp: str) -> str:
        """A page of the agent's goes on with the leg they answered: the same one, reloaded, or at another desk."""
        return await self._theirs(leg, agent).resume(sdp)

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

    def _forget(self, leg: WebRtcLeg) -> None:
        self._legs.pop(leg.id, None)
        self._places.pop(leg.id, None)

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
        self._forget(leg)
        if agent is not None:
            self._ringer.stop(leg.id, agent=agent, why=why)


def _same(ours: str, theirs: str) -> bool:
    return hmac.compare_digest(ours.encode(), theirs.encode("utf-8", "replace"))
