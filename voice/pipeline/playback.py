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
    _moved: asyncio.Event = field(default_factory=asyncio.Event)

    def begin(self, say_id: str) -> None:
        self.say_id, self.sent_ms = say_id, 0

    def end(self) -> None:
        self.say_id = None
        self._moved.set()

    def sent(self, milliseconds: int) -> None:
        self.sent_ms += milliseconds
        self._moved.set()

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
