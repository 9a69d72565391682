"""What is being played on a leg right now: shared by the speaker in front of the output and the counter behind it."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Playback:
    """`sent_ms` counts the audio of the current prompt that left the output; bridged audio is counted apart."""

    say_id: str | None = None
    sent_ms: int = 0
    relayed_in_ms: int = field(default=0)
    relayed_out_ms: int = field(default=0)

    def begin(self, say_id: str) -> None:
        self.say_id, self.sent_ms = say_id, 0

    def end(self) -> None:
        self.say_id = None

    @property
    def relay_backlog_ms(self) -> int:
        return self.relayed_in_ms - self.relayed_out_ms
