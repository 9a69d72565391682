"""Two legs joined in this process: each party's audio is played to the other, whatever lines they came over.

On hold the caller hears music; their own audio is its clock, so that no timer of ours can drift against their line.
"""

from collections.abc import Awaitable, Callable
from typing import Protocol

from voice.audio import Pcm, duration_ms
from voice.music import Music


class Joinable(Protocol):
    """One side of the relay; `voice.pipeline.session.Session` is one."""

    leg: str

    def relay_to(self, sink: Callable[[Pcm], Awaitable[None]] | None) -> None: ...

    async def play(self, pcm: Pcm) -> None: ...


class RelayBridge:
    """Implements `telephony.bridge.Bridge` for any two legs with media."""

    kind = "relay"

    def __init__(self, caller: Joinable, agent: Joinable) -> None:
        self._caller = caller
        self._agent = agent
        self._music = Music()

    async def join(self) -> None:
        self._caller.relay_to(self._agent.play)
        self._agent.relay_to(self._caller.play)

    async def hold(self, on: bool) -> None:
        """The audio of neither reaches the other; the caller hears music."""
        if not on:
            await self.join()
            return
        self._agent.relay_to(None)
        self._caller.relay_to(self._play_music)

    async def part(self) -> None:
        self._caller.relay_to(None)
        self._agent.relay_to(None)

    async def _play_music(self, said: Pcm) -> None:
        await self._caller.play(self._music.next(duration_ms(said)))
