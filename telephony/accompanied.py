"""A line's own bridge, and what our sessions do beside it: the agent's words go into the caller's recording too, and a
held caller hears music where the line leaves them to us. Their own audio is its clock.
"""

from collections.abc import Awaitable, Callable
from typing import Protocol

from telephony.bridge import Bridge, plays_us
from voice.audio import Pcm, duration_ms
from voice.music import Music


class Side(Protocol):
    """One side of the bridge; `voice.pipeline.session.Session` is one."""

    def relay_to(self, sink: Callable[[Pcm], Awaitable[None]] | None) -> None: ...

    async def play(self, pcm: Pcm) -> None: ...

    async def overhear(self, pcm: Pcm) -> None: ...


class Accompanied:
    """Implements `telephony.bridge.Bridge` with `own`."""

    def __init__(self, own: Bridge, caller: Side, agent: Side) -> None:
        self.kind = own.kind
        self._own = own
        self._caller = caller
        self._agent = agent
        self._music = Music()

    async def join(self) -> None:
        await self._own.join()
        self._agent.relay_to(self._caller.overhear)

    async def hold(self, on: bool) -> None:
        await self._own.hold(on)
        self._agent.relay_to(None if on else self._caller.overhear)
        if plays_us(self._own):
            self._caller.relay_to(self._play_music if on else None)

    async def part(self) -> None:
        self._agent.relay_to(None)
        self._caller.relay_to(None)
        await self._own.part()

    async def _play_music(self, said: Pcm) -> None:
        await self._caller.play(self._music.next(duration_ms(said)))
