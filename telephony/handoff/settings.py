"""How long each stage of a handoff may take, in seconds; `[handoff]` in config/warmline.toml."""

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class HandoffSettings:
    ring_seconds: float = 20.0  # then this agent is not asked again for this call
    decide_seconds: float = 20.0  # from the end of the brief to an answer
    seek_seconds: float = 1800.0  # then the search ends, and the system says so
    unavailable_seconds: float = 8.0  # nobody free for so long: the caller is told, and offered a callback

    def __post_init__(self) -> None:
        for one in fields(self):
            seconds = getattr(self, one.name)
            if not 0 < seconds <= 86_400:
                raise ValueError(f"{one.name}: more than 0 and at most 86400 seconds expected, got {seconds}")
