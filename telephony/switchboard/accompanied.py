"""A line's own bridge, and what our sessions do beside it: the agent's words go into the caller's recording too, and a
held caller hears music where the line leaves them to us.
"""

from typing import Protocol

from telephony.bridge import Bridge, plays_us
from telephony.switchboard.hold_music import Party, music_for
from voice.audio import Pcm


class Overhearing(Party, Protocol):
    """Whose recording takes in what the other says."""

    async def overhear(self, pcm: Pcm) -> None: ...


class Accompanied:
    """Implements `telephony.bridge.Withholds` with `own`."""

    def __init__(self, own: Bridge, caller: Overhearing, agent: Party) -> None:
        self.kind = own.kind
        self._own = own
        self._caller = caller
        self._agent = agent
        self._music = music_for(caller)

    async def join(self) -> None:
        await self._own.join()
        self._agent.relay_to(self._caller.overhear)

    async def hold(self, on: bool) -> None:
        await self._own.hold(on)
        self._agent.relay_to(None if on else self._caller.overhear)
        if plays_us(self._own):
            self._caller.relay_to(self._music if on else None)

    async def withhold(self, on: bool) -> None:
        """The caller is with us alone, and hears the agent through us."""
        await self._own.hold(on)
        self._agent.relay_to(self._caller.play if on else self._caller.overhear)

    async def part(self) -> None:
        self._agent.relay_to(None)
        self._caller.relay_to(None)
        await self._own.part()
