"""How long each stage of a handoff may take, in seconds; `[handoff]` in config/warmline.toml."""

from dataclasses import dataclass, fields

MOST_SECONDS = {"ring_seconds": 120, "decide_seconds": 600, "seek_seconds": 14_400, "unavailable_seconds": 300}
"""Carriers stop ringing after 60 to 120 s; a caller asked to wait for longer than the rest is one forgotten."""


@dataclass(frozen=True, slots=True)
class HandoffSettings:
    ring_seconds: float = 20.0  # then this agent is not asked again for this call
    decide_seconds: float = 20.0  # from the end of the brief to an answer
    seek_seconds: float = 1800.0  # then the search ends, and the system says so
    unavailable_seconds: float = 8.0  # nobody free for so long: the caller is told, and offered a callback

    def __post_init__(self) -> None:
        for one in fields(self):
            seconds, most = getattr(self, one.name), MOST_SECONDS.get(one.name, 3600)
            if not 0 < seconds <= most:
                raise ValueError(f"{one.name}: more than 0 and at most {most} seconds expected, got {seconds}")
