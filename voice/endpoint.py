"""Where speech begins and ends: a table of four states, timed by the audio's own length.

A start needs `start_ms` of voice, so a cough is nothing. The end is a silence, the stop window. It depends on what was
asked, on whether the words so far are a whole answer (see `voice/turn_end.py`), and on how long this caller pauses.
A hush (`voice/hush.py`) begins the silence of an answer that is whole; any other silence is the detector's to call.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto

from voice import turn_patience
from voice.turn_end import Completeness
from voice.turn_patience import Patience


@dataclass(frozen=True, slots=True)
class Window:
    """Milliseconds of silence that end an answer of one shape."""

    complete_ms: int  # nothing is missing
    normal_ms: int  # not known: also while, or where, nobody says what the words were
    open_ms: int  # more is due


@dataclass(frozen=True, slots=True)
class Settings:
    """Silences follow the answer's shape and its completeness; where each figure comes from stands in
    config/warmline.toml. No window may be shorter than the tail of a segment: see `voice/hearing.py`.
    """

    speech_probability: float = 0.5  # Silero's own default for a voice to begin
    silence_probability: float = 0.35  # and 0.15 lower for it to end: one weak window inside a word is no pause
    due_probability: float = 0.2  # while more is known to be due: a short digit after a pause is heard as weakly
    start_ms: int = 200  # as pipecat; coughs and clicks are shorter. 120 hears the shortest "no", and more noise
    gap_ms: int = 60  # a stop consonant inside the first syllable does not begin the count anew
    yes_no: Window = Window(160, 300, 700)  # the stop windows, by voice.events.Expect.shape
    choice: Window = Window(180, 400, 700)
    digits: Window = Window(200, 700, 1500)
    free: Window = Window(400, 500, 1000)
    patience: turn_patience.Settings = field(default_factory=turn_patience.Settings)
    longest_ms: int = 12_000  # then the utterance is cut: what goes on so long is noise or a story

    def windows(self) -> Mapping[str, Window]:
        return {"yes_no": self.yes_no, "choice": self.choice, "digits": self.digits, "free": self.free}


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


_IN_SPEECH = (State.SPEAKING, State.PAUSING)


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
    completeness: Completeness = Completeness.UNKNOWN  # of what was said up to the pause that goes on
    patience: Patience = field(init=False)
    _detected_ms: int = 0  # where the latest frame ended that the detector called a voice, hushed or not
    _window: Window = field(init=False)
    _last: "_Closed | None" = None  # the turn before, where a silence ended it

    def __post_init__(self) -> None:
        self.patience = Patience(self.settings.patience)
        self.expect(self.shape)

    @property
    def pause_ms(self) -> int:
        """How long the speaker has been silent within the utterance that goes on; 0 while they speak."""
        return self.now_ms - self.last_voice_ms if self.state is State.PAUSING else 0

    @property
    def in_speech(self) -> bool:
        return self.state in _IN_SPEECH

    def expect(self, shape: str) -> None:
        """The answer's shape from now on, also for speech that is already going on; what was known of how complete it
        is concerned another question."""
        windows = self.settings.windows()
        if shape not in windows:
            raise ValueError(f"expected a shape among {sorted(windows)}, got {shape!r}")
        self.shape, self._window = shape, windows[shape]
        self.completeness = Completeness.UNKNOWN

    def consider(self, found: Completeness) -> None:
        """How complete the words up to the present pause are; it is forgotten when the speaker goes on."""
        if self.state is State.PAUSING:
            self.completeness = self.patience.believes(found)

    def hear(self, probability: float, frame_ms: int, *, hushed: bool = False) -> Edge | None:
        """One frame and how likely it is a voice; `hushed`: it is too soft for one. Says when speech begins, `start_ms`
        late, and when it has ended."""
        before, pause_ms = self.state, self.now_ms - self._detected_ms
        sound = self._sound(probability, frame_ms, hushed=hushed and self.in_speech)
        self.state = TABLE[before].get(sound, before)
        if before is State.PAUSING and self.state is State.SPEAKING:
            self._went_on(pause_ms)
        if self.in_speech == (before in _IN_SPEECH):
            return None
        if self.in_speech:
            self._began()
            return Edge.BEGAN
        self._ended(sound)
        return Edge.ENDED

    def begin(self, onset_ms: int, voiced_ms: int) -> None:
        """Speech has begun: somebody else is sure of it, and still hears it."""
        self.state = State.SPEAKING
        self.onset_ms, self.voiced_ms, self.last_voice_ms = onset_ms, voiced_ms, self.now_ms
        self._detected_ms = self.now_ms
        self._began()

    def prompt_over(self) -> None:
        """A prompt was played to its end: what is said from now on answers it, and is not the rest of the last turn."""
        if self.state is State.QUIET:
            self._last = None

    def forget(self) -> None:
        """Drops an utterance that was going on, without an edge."""
        self.state = State.QUIET

    def _went_on(self, pause_ms: int) -> None:
        self.completeness = Completeness.UNKNOWN
        self.patience = self.patience.paused(pause_ms)

    def _began(self) -> None:
        last = self._last
        if last is not None and self.onset_ms - last.at_ms <= self.settings.patience.cut_within_ms:
            self.patience = self.patience.was_cut(self.onset_ms - last.voice_ms, believed=last.believed)

    def _ended(self, sound: Sound) -> None:
        self._last = None
        if sound is Sound.ENOUGH_SILENCE:
            self._last = _Closed(self.now_ms, self.last_voice_ms, self.completeness)
        self.patience = self.patience.closed()
        self.completeness = Completeness.UNKNOWN

    def _sound(self, probability: float, frame_ms: int, *, hushed: bool) -> Sound:
        detected = probability >= self._threshold()
        self.now_ms += frame_ms
        if detected:
            self._detected_ms = self.now_ms
        voiced = detected and not hushed
        if voiced:
            self._count_voice(frame_ms)
        if self.in_speech and self.now_ms - self.onset_ms >= self.settings.longest_ms:
            return Sound.TOO_LONG
        if voiced:
            return Sound.ENOUGH_VOICE if self.voiced_ms >= self.settings.start_ms else Sound.VOICE
        whole = self.completeness is Completeness.COMPLETE
        silent_since_ms = self.last_voice_ms if whole else self._detected_ms
        return Sound.ENOUGH_SILENCE if self.now_ms - silent_since_ms >= self._patience_ms() else Sound.SILENCE

    def _threshold(self) -> float:
        if self.in_speech and self._detected_ms == self.now_ms:
            return self.settings.silence_probability
        due = self.state is State.PAUSING and self.completeness is Completeness.OPEN
        return self.settings.due_probability if due else self.settings.speech_probability

    def _count_voice(self, frame_ms: int) -> None:
        if self.state is State.QUIET:
            self.onset_ms = self.now_ms - frame_ms
            self.voiced_ms = 0
        self.voiced_ms += frame_ms
        self.last_voice_ms = self.now_ms

    def _patience_ms(self) -> int:
        if not self.in_speech:
            return self.settings.gap_ms
        window = self._window
        silence_ms = {
            Completeness.COMPLETE: window.complete_ms,
            Completeness.UNKNOWN: window.normal_ms,
            Completeness.OPEN: window.open_ms,
        }[self.completeness]
        return self.patience.at_least(silence_ms, self.completeness)


@dataclass(frozen=True, slots=True)
class _Closed:
    """A turn that a silence ended: when, where its voice had ended, and what was believed of it."""

    at_ms: int
    voice_ms: int
    believed: Completeness
