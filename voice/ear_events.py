"""What an ear says of one leg's sound: speech that began, paused, went on and ended, and answers that did not come."""

from dataclasses import dataclass, field

from voice.audio import Pcm


@dataclass(frozen=True, slots=True)
class Segment:
    """One stretch of speech. `pcm` holds `pre_roll_ms` before `start_ms`, and up to the tail after `end_ms`."""

    pcm: Pcm = field(compare=False, repr=False)
    start_ms: int
    end_ms: int
    pre_roll_ms: int
    voiced_ms: int  # how much of it was voice
    over_prompt: bool = False


@dataclass(frozen=True, slots=True)
class SpeechBegan:
    """Somebody speaks, and a prompt that is playing shall stop. `at_ms` is the onset."""

    at_ms: int
    over_prompt: bool


@dataclass(frozen=True, slots=True)
class VoiceOverPrompt:
    """Voice over a prompt, not yet long enough to be speech; `on` false: it was none, nobody is speaking."""

    on: bool


@dataclass(frozen=True, slots=True)
class SpeechEnded:
    segment: Segment


@dataclass(frozen=True, slots=True)
class SpeechPaused:
    """Silence for as long as a segment's tail. `segment`: the whole utterance, if nothing more is said."""

    segment: Segment


@dataclass(frozen=True, slots=True)
class SpeechResumed:
    """The pause that was told of was none of the end."""


@dataclass(frozen=True, slots=True)
class SpeechGoesOn:
    """Speech that has not paused for a while. `segment`: what was said of it so far, without an end."""

    segment: Segment


@dataclass(frozen=True, slots=True)
class NoInput:
    """Nothing was said for the whole no-input time. Comes once for each prompt, expectation, key or utterance."""

    after_ms: int


EarEvent = VoiceOverPrompt | SpeechBegan | SpeechPaused | SpeechResumed | SpeechGoesOn | SpeechEnded | NoInput
