"""Where speech begins and ends: a table of four states, timed by the audio's own length.

A start needs `start_ms` of voice, so a cough is nothing. The end is a silence whose length depends on what was asked:
after "yes or no?" little, between the digits of a number more (see `Settings`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from types import MappingProxyType

_STOP_MS = MappingProxyType({"yes_no": 300, "choice": 300, "digits": 700, "free": 600})


@dataclass(frozen=True, slots=True)
class Settings:
    """Silences follow the answer's shape. 100 ms would do after a complete short answer, but only its text can tell
    that it is complete; people who read digits pause between groups, and free speech pauses to think (500-700 ms).
    """

    speech_probability: float = 0.5  # Silero's own default for a voice to begin
    silence_probability: float = 0.35  # and 0.15 lower for it to end: one weak window inside a word is no pause
    start_ms: int = 200  # as pipecat; coughs and clicks are shorter. 120 hears the shortest "no", and more noise
    gap_ms: int = 60  # a stop consonant inside the first syllable does not begin the count anew
    stop_ms: Mapping[str, int] = field(default_factory=lambda: _STOP_MS)  # by voice.events.Expect.shape
    longest_ms: int = 12_000  # then the utterance is cut: what goes on so long is noise or a story


class State(Enum):
    QUIET = auto()
    STARTING = auto()  # voice, not yet long enough to be speech
    SPEAKING = auto()
    PAUSING = auto()  # silence, not yet long enough to be the end


class Sound(Enum):
    """What the latest frame amounts to, given how long it has been so."""

    VOICE = auto()
    ENOUGH_VOICE = auto()  # `start_ms` of it
    SILENCE = auto()
    ENOUGH_SILENCE = auto()  # `gap_ms` of it before speech, the stop window after
    TOO_LONG = auto()  # `longest_ms` since the start


_S, _N = State, Sound
TABLE: Mapping[State, Mapping[Sound, State]] = {
    _S.QUIET: {_N.VOICE: _S.STARTING, _N.ENOUGH_VOICE: _S.SPEAKING},
    _S.STARTING: {_N.ENOUGH_VOICE: _S.SPEAKING, _N.ENOUGH_SILENCE: _S.QUIET},
    _S.SPEAKING: {_N.SILENCE: _S.PAUSING, _N.ENOUGH_SILENCE: _S.QUIET, _N.TOO_LONG: _S.QUIET},
    _S.PAUSING: {
        _N.VOICE: _S.SPEAKING,
        _N.ENOUGH_VOICE: _S.SPEAKING,
        _N.ENOUGH_SILENCE: _S.QUIET,
        _N.TOO_LONG: _S.QUIET,
    },
}
"""State → sound → next state; a sound that is not named leaves the state as it is."""


class Edge(Enum):
    BEGAN = auto()
    ENDED = auto()


@dataclass(slots=True)
class Endpoint:
    """One leg's detector. All times are audio milliseconds on its own clock, `now_ms`."""

    settings: Settings = field(default_factory=Settings)
    shape: str = "free"
    now_ms: int = 0
    state: State = State.QUIET
    onset_ms: int = 0  # where the voice of this utterance, or its attempt, was first heard
    last_voice_ms: int = 0  # where its latest voiced frame ended
    voiced_ms: int = 0  # how much of it was voice

    @property
    def in_speech(self) -> bool:
        return self.state in (State.SPEAKING, State.PAUSING)

    def expect(self, shape: str) -> None:
        """The answer's shape from now on, also for speech that is already going on."""
        if shape not in self.settings.stop_ms:
            raise ValueError(f"expected a shape among {sorted(self.settings.stop_ms)}, got {shape!r}")
        self.shape = shape

    def hear(self, probability: float, frame_ms: int) -> Edge | None:
        """One frame and how likely it is a voice. Says when speech begins, `start_ms` late, and when it has ended."""
        sound = self._sound(probability, frame_ms)
        was_in_speech = self.in_speech
        self.state = TABLE[self.state].get(sound, self.state)
        if self.in_speech == was_in_speech:
            return None
        return Edge.ENDED if was_in_speech else Edge.BEGAN

    def forget(self) -> None:
        """Drops an utterance that was going on, without an edge."""
        self.state = State.QUIET

    def _sound(self, probability: float, frame_ms: int) -> Sound:
        self.now_ms += frame_ms
        voiced = probability >= (
            self.settings.silence_probability if self.state is State.SPEAKING else self.settings.speech_probability
        )
        if voiced:
            self._count_voice(frame_ms)
        if self.in_speech and self.now_ms - self.onset_ms >= self.settings.longest_ms:
            return Sound.TOO_LONG
        if voiced:
            return Sound.ENOUGH_VOICE if self.voiced_ms >= self.settings.start_ms else Sound.VOICE
        return Sound.ENOUGH_SILENCE if self.now_ms - self.last_voice_ms >= self._patience_ms() else Sound.SILENCE

    def _count_voice(self, frame_ms: int) -> None:
        if self.state is State.QUIET:
            self.onset_ms = self.now_ms - frame_ms
            self.voiced_ms = 0
        self.voiced_ms += frame_ms
        self.last_voice_ms = self.now_ms

    def _patience_ms(self) -> int:
        return self.settings.stop_ms[self.shape] if self.in_speech else self.settings.gap_ms
