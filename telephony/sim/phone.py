"""One party's telephone at the carrier, from its answer to the end of the call: 20 ms at a time it hears the circuit it
is put through to, and what it says goes there. Circuits come and go during a call; the telephone goes on.
"""

import asyncio
from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Protocol

from telephony.sim.caller import Step
from telephony.sim.network import Network, Transit
from telephony.sim.sounds import Sound
from voice.audio import FRAME_MS, Pcm, silence


class Party(Protocol):
    """Whoever sits at the far end: hears 20 ms, gives 20 ms."""

    def step(self, heard: Pcm) -> Step: ...


class Circuit(Protocol):
    """What a telephone is put through to: a stream, a conference, a prompt."""

    def play(self) -> Pcm:
        """The next 20 ms towards the party."""
        ...

    async def take(self, step: Step, arrived: Sequence[Pcm]) -> None:
        """What the party did in that frame, and which of its frames have come through the network by now."""
        ...


class Tap(Protocol):
    """Listens in on both sides."""

    async def overhear(self, arrived: Sequence[Pcm], heard: Pcm) -> None: ...


class CallEnd(StrEnum):
    PARTY_HUNG_UP = "party_hung_up"
    COMPLETED = "completed"  # over REST
    DOCUMENT = "document"  # its TwiML said so, or ran out
    DIAL_OVER = "dial_over"  # the call that had dialled it went elsewhere
    TOO_LONG = "too_long"
    BROKEN = "broken"  # the simulator itself failed: the call raises


class Phone:
    """`on_end` is told once when the party ends the call, or it has lasted `max_seconds`."""

    def __init__(
        self,
        party: Party,
        *,
        network: Network,
        max_seconds: float,
        on_end: Callable[[CallEnd], None],
        on_key: Callable[[str], None] = lambda key: None,
    ) -> None:
        self.taps: list[Tap] = []
        self.spoken: list[Pcm] = []
        self.heard: list[Pcm] = []
        self.late_ms: list[float] = []  # of each tick, against its schedule
        self._party = party
        self._transit = Transit(network)
        self._ticks_max = int(max_seconds * 1000 / FRAME_MS)
        self._on_end = on_end
        self._on_key = on_key
        self._circuit: Circuit = Sound(silence(0))
        self._ticking: asyncio.Task[None] | None = None

    @property
    def at_ms(self) -> int:
        return len(self.heard) * FRAME_MS

    def put_through(self, circuit: Circuit) -> None:
        """From its next frame on. The first circuit starts the telephone: a script begins where something is heard."""
        self._circuit = circuit
        if self._ticking is None:
            self._ticking = asyncio.create_task(self._tick_on(), name="telephone")

    def joined(self) -> None:
        """Another party is there; told to ours where it wants to know (`TwoActCaller`, `Leaver`)."""
        tell = getattr(self._party, "joined", None)
        if tell is not None:
            tell()

    def put_aside(self) -> None:
        """Silence, until the next circuit."""
        self.put_through(Sound(silence(0)))

    async def stop(self) -> None:
        """Raises what the party or a circuit raised."""
        if self._ticking is None:
            return
        self._ticking.cancel()
        await asyncio.wait({self._ticking})
        if not self._ticking.cancelled():
            self._ticking.result()

    async def _tick_on(self) -> None:
        end = CallEnd.BROKEN
        try:
            end = await self._until_over()
        finally:
            self._on_end(end)

    async def _until_over(self) -> CallEnd:
        loop = asyncio.get_running_loop()
        started = loop.time()
        for tick in range(1, self._ticks_max + 1):
            if await self._exchange():
                return CallEnd.PARTY_HUNG_UP
            due = started + tick * FRAME_MS / 1000
            await asyncio.sleep(max(0.0, due - loop.time()))
            self.late_ms.append((loop.time() - due) * 1000)
        return CallEnd.TOO_LONG

    async def _exchange(self) -> bool:
        """One 20 ms frame each way; whether the party hung up."""
        circuit = self._circuit
        heard = circuit.play()
        step = self._party.step(heard)
        self._transit.send(step.voice)
        arrived = self._transit.due(self.at_ms)
        self.heard.append(heard)
        self.spoken.append(step.voice)
        if step.key is not None:
            self._on_key(step.key)
        await circuit.take(step, arrived)
        for tap in self.taps:
            await tap.overhear(arrived, heard)
        return step.hangs_up
