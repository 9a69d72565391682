"""What is being played on a leg right now: shared by the speaker in front of the output and the counter behind it."""

import asyncio
from dataclasses import dataclass, field


@dataclass(slots=True)
class Playback:
    """`sent_ms` counts the audio of the current prompt that left the output; bridged audio is counted apart."""

    say_id: str | None = None
    sent_ms: int = 0
    relayed_in_ms: int = 0
    relayed_out_ms: int = 0
    _played_at: float = 0.0  # loop time at which all that was sent will have been played
    _moved: asyncio.Event = field(default_factory=asyncio.Event)

    def begin(self, say_id: str) -> None:
        self.say_id, self.sent_ms = say_id, 0

    def end(self) -> None:
        self.say_id = None
        self._moved.set()

    def sent(self, milliseconds: int, now: float) -> None:
        """So much left the output at `now`, loop time."""
        self.sent_ms += milliseconds
        self._played_at = max(self._played_at, now) + milliseconds / 1000
        self._moved.set()

    def heard_ms(self, now: float) -> int:
        """Of the current prompt: what was sent, less what still lies at the carrier, which plays in real time."""
        return max(0, self.sent_ms - round(1000 * max(0.0, self._played_at - now)))

    def cleared(self, now: float) -> None:
        """The carrier dropped what it held."""
        self._played_at = now

    async def until_sent(self, milliseconds: int) -> None:
        """Waits until so much of the current prompt has left the output, or it is over."""
        while self.sent_ms < milliseconds and self.say_id is not None:
            self._moved.clear()
            await self._moved.wait()

    def forget_relayed(self) -> None:
        """Nothing bridged waits in the output any more."""
        self.relayed_in_ms = self.relayed_out_ms = 0

    @property
    def relay_backlog_ms(self) -> int:
        return self.relayed_in_ms - self.relayed_out_ms
