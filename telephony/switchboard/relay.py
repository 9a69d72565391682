"""Two legs joined in this process: each party's audio is played to the other, whatever lines they came over."""

from telephony.switchboard.hold_music import Party, music_for


class RelayBridge:
    """Implements `telephony.bridge.Withholds` for any two legs with media."""

    kind = "relay"

    def __init__(self, caller: Party, agent: Party) -> None:
        self._caller = caller
        self._agent = agent
        self._music = music_for(caller)

    async def join(self) -> None:
        self._caller.relay_to(self._agent.play)
        self._agent.relay_to(self._caller.play)

    async def hold(self, on: bool) -> None:
        """The audio of neither reaches the other; the caller hears music."""
        if not on:
            await self.join()
            return
        self._agent.relay_to(None)
        self._caller.relay_to(self._music)

    async def withhold(self, on: bool) -> None:
        """The caller is not heard, and still hears the agent."""
        if on:
            self._caller.relay_to(None)
            return
        await self.join()

    async def part(self) -> None:
        self._caller.relay_to(None)
        self._agent.relay_to(None)
