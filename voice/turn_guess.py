"""When an utterance is recognised before it has ended: at a pause, if the pool has room for what may be for nothing.

Most pauses are ends. Who recognises at the first 100 ms of silence has the words when the stop window is over, and a
guess that speech goes on after is let go. See `voice/pipeline/guess.py` for the doing.
"""

from dataclasses import dataclass
from enum import Enum, auto


@dataclass(frozen=True, slots=True)
class Settings:
    """Each figure's origin stands in config/warmline.toml."""

    enabled: bool = True
    busy_queue: int = 2  # jobs waiting for a worker: from so many on a guess waits for a longer silence
    full_queue: int = 6  # and from so many on there is none
    later_ms: int = 240  # of silence, for a guess in a busy pool
    smart_turn: bool = False  # a second opinion from the sound, on free speech


class Start(Enum):
    NOW = auto()
    LATER = auto()  # at `later_ms` of silence, if there is room then
    NEVER = auto()


def start(settings: Settings, *, queued: int) -> Start:
    """What to do at a pause, with `queued` jobs waiting for a worker."""
    if not settings.enabled or queued >= settings.full_queue:
        return Start.NEVER
    return Start.LATER if queued >= settings.busy_queue else Start.NOW


@dataclass(slots=True)
class Tally:
    """What came of the guesses of one service."""

    turns: int = 0  # finals that were recognised
    started: int = 0  # guesses handed to the pool
    kept: int = 0  # speech ended there: the final cost nothing more
    dropped: int = 0  # speech went on, or another question was asked meanwhile
    refused: int = 0  # by the pool, or failed

    @property
    def kept_share(self) -> float:
        """0 to 1; 1 when nothing was guessed."""
        return self.kept / self.started if self.started else 1.0

    @property
    def decodes_per_turn(self) -> float:
        """An upper bound: a dropped guess that no worker had begun cost nothing."""
        return (self.turns + self.started - self.kept) / self.turns if self.turns else 0.0
