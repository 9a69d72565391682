"""A caller and an agent in one of Twilio's conferences, while a stream of both sides goes on feeding both sessions.

The agent goes first: only when Twilio has taken the agent off their stream is the caller moved, so that a caller who
cannot be moved has never left us. From the caller's stream of the conference the inbound track is what they say, the
outbound what they hear, and that is the agent.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Any

from telephony.errors import BridgeFailed, LineError
from telephony.leg import LegEnded
from telephony.lines.twilio.control import CallControl, CallOver
from telephony.lines.twilio.documents import Documents
from telephony.lines.twilio.leg import ENDINGS, TwilioLeg
from telephony.lines.twilio.settings import HOLD_PATH, Settings
from telephony.lines.twilio.transport import TwilioTransport
from voice.audio import Pcm

log = logging.getLogger(__name__)

DOUBT_SECONDS = 0.5  # for a stop that tells us that a move was carried out although its request failed


class Stage(StrEnum):
    APART = "apart"
    JOINING = "joining"
    JOINED = "joined"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class ConferenceNews:
    """One status callback of a conference. `call` is the participant's, `call_status` what became of it."""

    event: str  # conference-start | conference-end | participant-join | participant-leave
    conference: str
    call: str | None = None
    call_status: str | None = None
    sequence: str | None = None


class ConferenceBridge:
    """Implements `telephony.bridge.Bridge`. `fetch` puts a leg on a stream of its own by REST, and waits for it."""

    kind = "conference"

    def __init__(
        self,
        *,
        room: str,
        caller: TwilioLeg,
        agent: TwilioLeg,
        control: CallControl,
        documents: Documents,
        settings: Settings,
        fetch: Callable[[TwilioLeg], Awaitable[None]],
    ) -> None:
        self.room = room
        self.stage = Stage.APART
        self._caller = caller
        self._agent = agent
        self._control = control
        self._documents = documents
        self._settings = settings
        self._fetch = fetch
        self._started = asyncio.Event()
        self._out = asyncio.Event()  # one of the two is out of the conference again
        self._conference: str | None = None
        self._held = False
        self._seen: set[ConferenceNews] = set()

    # --- what the search for a person asks -----------------------------------------------------------------------

    async def join(self) -> None:
        self.stage = Stage.JOINING
        try:
            self._listen(await self._agent.media())
            async with asyncio.timeout(self._settings.join_seconds):
                await self._while_both_stay(self._move_both())
        except (LineError, TimeoutError) as error:
            self.stage = Stage.OVER
            await self._bring_back()
            why = str(error) or f"expected a conference within {self._settings.join_seconds} s, none began"
            raise BridgeFailed(f"legs {self._caller.id} and {self._agent.id}: {why}") from error
        self.stage = Stage.JOINED

    async def hold(self, on: bool) -> None:
        """Raises `LineError` when Twilio cannot be moved to it."""
        if self.stage is not Stage.JOINED or on is self._held or self._conference is None:
            return
        sid, sound = self._caller.party.carrier_id or "", self._settings.url(HOLD_PATH)
        was, self._held = self._held, on
        try:
            await self._control.hold(self._conference, sid, on=on, sound_url=sound)
        except CallOver:
            log.info("leg %s: gone before it could be held", self._caller.id)
        except LineError:
            self._held = was
            raise

    async def part(self) -> None:
        """The caller is on their own stream again once this returns, whoever ended it."""
        self.stage = Stage.OVER
        # An agent who leaves ends the conference, and Twilio asks by itself what becomes of the caller.
        coming = self._caller.expects_stream or self._agent.over is not None
        if self._caller.over is None:
            await self._back(self._caller, coming=coming)
        self._caller.overheard = None

    # --- what Twilio tells ---------------------------------------------------------------------------------------

    def on_news(self, news: ConferenceNews) -> bool:
        """False for one that was told before. Late ones and those out of order find nothing to change."""
        if news in self._seen:
            return False
        self._seen.add(news)
        self._conference = news.conference
        if news.event == "conference-start":
            self._started.set()
        elif news.event == "participant-leave" and news.call_status in ENDINGS:
            for leg in (self._caller, self._agent):
                if leg.party.carrier_id == news.call:
                    leg.on_status(news.call_status)
        return True

    def after(self, leg: TwilioLeg) -> str:
        """What a leg does whose conference is over and whose call is not: back to its stream, if we still want it."""
        self._out.set()
        if leg.over is not None:
            caller_lost = leg is self._caller and leg.over is not LegEnded.BY_US
            return self._documents.fallback() if caller_lost else self._documents.hang_up()
        if leg is self._agent and self._caller.over is not None:
            return self._documents.hang_up()
        return self._documents.stream(leg, from_conference=leg is self._caller)

    # --- moving --------------------------------------------------------------------------------------------------

    async def _move_both(self) -> None:
        await self._move(self._agent)
        await self._move(self._caller)
        await self._started.wait()

    async def _move(self, leg: TwilioLeg) -> None:
        leg.leaves()
        document = partial(self._documents.conference, leg, self.room, overhear=leg is self._caller)
        try:
            await self._control.redirect(leg.party.carrier_id or "", document)
        except CallOver:
            leg.end(LegEnded.HUNG_UP)
            raise

    async def _while_both_stay(self, work: Coroutine[Any, Any, None]) -> None:
        """Carries `work` out. Raises `BridgeFailed` when one of the two leaves meanwhile."""
        working = asyncio.create_task(work)
        leaving = [asyncio.create_task(left) for left in (self._caller.ended(), self._agent.ended(), self._out.wait())]
        try:
            await asyncio.wait({working, *leaving}, return_when=asyncio.FIRST_COMPLETED)
            if working.done():
                return working.result()
            gone = [leg.id for leg in (self._caller, self._agent) if leg.over is not None]
            raise BridgeFailed(f"expected both in the conference, {' and '.join(gone) or 'one'} is out of it")
        finally:
            for task in (working, *leaving):
                task.cancel()

    async def _bring_back(self) -> None:
        """Whoever is off their stream is put on it again, so that it is as if nothing had been tried."""
        legs = [leg for leg in (self._caller, self._agent) if leg.over is None and leg.away]
        if any(leg.streaming.is_set() for leg in legs):
            await asyncio.sleep(DOUBT_SECONDS)
        await asyncio.gather(*(self._back(leg, coming=leg.expects_stream) for leg in legs))
        self._caller.overheard = None

    async def _back(self, leg: TwilioLeg, *, coming: bool) -> None:
        """`coming`: Twilio brings it back by itself, or was told to."""
        if leg.streaming.is_set():
            leg.stays()
            return
        if coming:
            await leg.settled(self._settings.pull_seconds)
        if leg.over is None and not leg.streaming.is_set():
            await self._fetch(leg)

    def _listen(self, agent: TwilioTransport) -> None:
        """What the caller hears is what the agent says, unless it is our hold music."""

        async def hear(pcm: Pcm) -> None:
            if not self._held and self._agent.over is None:
                await agent.said(pcm)

        self._caller.overheard = hear
