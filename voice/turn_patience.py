"""Patience with one caller: those who pause long, or were cut off once, are given longer silences from then on.

It learns from the caller's own pauses, within the call alone, and forgets them turn by turn when they are not repeated.
"""

from dataclasses import dataclass, field, replace

from voice.turn_end import Completeness


@dataclass(frozen=True, slots=True)
class Settings:
    """How far the stop windows give way. All times are milliseconds of the leg's audio."""

    enabled: bool = True
    factor: float = 1.3  # of the caller's longest pause: pauses of one speaker scatter by about a third
    most_ms: int = 1500  # no window grows beyond: of 370 real telephone turns none held a longer pause
    least_pause_ms: int = 100  # shorter silences are consonants
    forget: float = 0.8  # what a turn without such a pause leaves of what was learned
    cut_within_ms: int = 1000  # who speaks again so soon after a turn was closed had not ended it
    wary_turns: int = 3  # after a whole answer was none, so many turns are not believed to be whole


@dataclass(frozen=True, slots=True)
class Patience:
    """What is known of one caller's pauses."""

    settings: Settings = field(default_factory=Settings)
    pause_ms: float = 0.0  # the longest of late
    wary_turns: int = 0  # left, in which no answer is believed to be whole

    def paused(self, pause_ms: int) -> "Patience":
        """The caller went on after a silence of `pause_ms` within an utterance."""
        if not self.settings.enabled or pause_ms < self.settings.least_pause_ms:
            return self
        return replace(self, pause_ms=max(self.pause_ms, float(pause_ms)))

    def was_cut(self, pause_ms: int, *, believed: Completeness) -> "Patience":
        """The caller went on after a turn had been closed: `pause_ms` after their last voice; `believed`: why."""
        if not self.settings.enabled:
            return self
        wary = self.settings.wary_turns if believed is Completeness.COMPLETE else self.wary_turns
        return replace(self.paused(pause_ms), wary_turns=wary)

    def closed(self) -> "Patience":
        """A turn has ended."""
        return replace(self, pause_ms=self.pause_ms * self.settings.forget, wary_turns=max(0, self.wary_turns - 1))

    def believes(self, found: Completeness) -> Completeness:
        return Completeness.UNKNOWN if found is Completeness.COMPLETE and self.wary_turns else found

    def at_least(self, window_ms: int, found: Completeness) -> int:
        """The silence that ends a turn, where it would be `window_ms` for anybody. A whole answer waits for nobody."""
        if found is Completeness.COMPLETE:
            return window_ms
        return max(window_ms, min(self.settings.most_ms, round(self.pause_ms * self.settings.factor)))
