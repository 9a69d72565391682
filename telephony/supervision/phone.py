"""A supervisor's own leg: connected once, then moved from call to call. It hears a mix, and is heard where it may be.

Its pipeline is an agent's without a mind: nothing is ever said to it by us.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from models.transcript import Speaker, Transcript
from telephony.errors import LegFailed
from telephony.journal import Journal, Record
from telephony.leg import Leg
from telephony.switchboard.house import House
from telephony.switchboard.leg_office import LegOffice
from telephony.switchboard.third import Earpiece
from voice.audio import Pcm
from voice.events import Act, Event, Say
from voice.pipeline.build import Parts, Transport
from voice.pipeline.session import Session
from voice.pipeline.tap import NoRecorder


class Mute:
    """A mind, and its rescue, that says nothing."""

    def __init__(self) -> None:
        self.transcript = Transcript()

    def on(self, event: Event, now_ms: int) -> Sequence[Act]:
        return ()

    def take_over(self, transcript: Transcript) -> None:
        self.transcript = transcript

    def note(self, speaker: Speaker, text: str, start_ms: int, end_ms: int, confidence: float) -> int:
        return 0


class Unkept:
    """A keeper of nothing."""

    def keep(self, record: Record) -> None:
        pass

    async def kept(self, record: Record) -> None:
        pass


class Office:
    """Implements `voice.pipeline.think.Office`: the words of a leg go to the call it speaks in, or nowhere."""

    def __init__(self) -> None:
        self.call: LegOffice | None = None

    def happened(self, event: Event, *, turn: int | None, say: Say | None, sensitive: bool) -> None:
        if self.call is not None:
            self.call.happened(event, turn=turn, say=say, sensitive=sensitive)

    def asked(self, act: Act) -> None:
        pass

    def problem(self, part: str, what: str) -> None:
        if self.call is not None:
            self.call.problem(part, what)


class Phone:
    """`session` is there while media flow."""

    def __init__(self, house: House, leg: Leg) -> None:
        self.leg = leg
        self.office = Office()
        self.session: Session | None = None
        self.began = 0.0  # loop time of the first sample
        self._house = house
        self._earpiece = Earpiece()
        self._flows = asyncio.Event()

    async def run(self, *, over: Callable[[], Awaitable[None]]) -> None:
        """Until the leg ends; `over` is awaited before its pipeline is let go."""
        try:
            transport = await self.leg.media()
        except LegFailed:
            self._flows.set()
            return
        self.session = Session(self._parts(transport))
        self.session.listen_only(True)
        self.began = asyncio.get_running_loop().time()
        async with asyncio.TaskGroup() as tasks:
            work = [tasks.create_task(self.session.run()), tasks.create_task(self._earpiece.play_to(self.session.play))]
            self._flows.set()
            await self.leg.ended()
            try:
                await over()
            finally:
                self.session = None
                for task in work:
                    task.cancel()

    def _parts(self, transport: Transport) -> Parts:
        """An agent's, but for an office that changes with the calls."""
        mind, nowhere = Mute(), Journal(self.leg.id, now_ms=lambda: 0, wall=lambda: 0.0, keeper=Unkept())
        office = LegOffice(journal=nowhere, speaker=Speaker.AGENT, notes=mind, now_ms=lambda: 0)
        recorder = NoRecorder()
        parts = self._house.parts(self.leg, transport, mind=mind, rescue=mind, recorder=recorder, office=office)
        return replace(parts, office=self.office)

    @property
    def age_ms(self) -> int:
        """Since its first sample."""
        return round((asyncio.get_running_loop().time() - self.began) * 1000)

    async def connected(self) -> Session | None:
        """None where the leg ended before media flowed, or has ended since."""
        await self._flows.wait()
        return self.session

    def hears(self, frames: Sequence[Pcm]) -> None:
        """Never waits."""
        self._earpiece.hears(frames)
