"""The Ear: one leg's audio in, what its party did with their voice out. Used in dialogue, and to listen in on a bridge.

It is pure: its clock is the audio it was fed. It keeps the sound of an utterance from 300 ms before its onset, holds
back what is said over a prompt that may not be interrupted, and counts the silence after a prompt. It tells of pauses
with the sound so far, cut just as the whole utterance is cut if nothing more comes: who recognises that at once has
the words when the turn is closed, and may say by then how complete they are.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from voice.audio import FRAME_MS, FRAME_SAMPLES, Pcm
from voice.bargein import Prompt, ducks, interrupts, stops
from voice.bargein import Settings as BargeInSettings
from voice.ear_events import (
    EarEvent,
    NoInput,
    Segment,
    SpeechBegan,
    SpeechEnded,
    SpeechGoesOn,
    SpeechPaused,
    SpeechResumed,
    VoiceOverPrompt,
)
from voice.echo import JUDGED_MS, Echo
from voice.endpoint import Edge, Endpoint, State
from voice.endpoint import Settings as EndpointSettings
from voice.errors import AudioError
from voice.events import Expect
from voice.hush import Hush
from voice.key_tone import LATEST_MS, only_keys
from voice.onset import Onset
from voice.turn_end import Completeness
from voice.vad import VoiceActivity


@dataclass(frozen=True, slots=True)
class Settings:
    endpoint: EndpointSettings = field(default_factory=EndpointSettings)
    bargein: BargeInSettings = field(default_factory=BargeInSettings)
    pre_roll_ms: int = 300  # a detector is sure 30-60 ms after the onset, and words begin softly before it
    tail_ms: int = 80  # silence kept after the last voice; 100 and 200 gave pocketsphinx not one order of 100 more
    hush_db: float = 30.0  # so far below the loud sounds of late is silence, whatever the detector hears ...
    hush_ms: int = 40  # ... after so much of it; 0: the detector alone is asked
    later_ms: int = 200  # of a pause that is told of later: in free speech, and where digits must be missing still
    digit_ms: int = 140  # of voice, at least, in a digit: the shortest of 600 [measured]
    partial_ms: int = 0  # of speech, from one telling of what goes on to the next; 0: none

    def __post_init__(self) -> None:
        """A pause is told of when the tail has been heard, and cut with all of it."""
        for shape, window in self.endpoint.windows().items():
            shortest = min(window.complete_ms, window.normal_ms, window.open_ms)
            if shortest < self.tail_ms:
                raise ValueError(f"stop windows of at least tail_ms = {self.tail_ms} expected, {shape} has {shortest}")


_MOST_HELD = 3  # utterances over one protected prompt; of more, the latest count


class Ear:
    """One leg's hearing. `feed` it every frame of the call, also while prompts play: its clock is the audio."""

    def __init__(self, *, vad: VoiceActivity, settings: Settings | None = None) -> None:
        self._vad = vad
        self._settings = settings or Settings()
        self.expected = Expect(language="person")  # what was last expected; at first, whatever calls for a person
        self._withheld = False
        self._withheld_until_ms = 0  # or since
        self._endpoint = Endpoint(self._settings.endpoint)
        self._rest = np.zeros(0, dtype=np.int16)  # less than a frame, when the line's frames are odd
        self._kept: deque[Pcm] = deque()  # whole frames up to now: the pre-roll, and the utterance that goes on
        self._sealed_ms = 0  # audio before this belongs to an earlier utterance
        self._prompt: Prompt | None = None
        self._prompt_ended_ms = 0
        self._over_prompt = False  # of the utterance that goes on
        self._announced = False  # its SpeechBegan was told
        self._echo = Echo()  # what was played of late
        self._no_voice = False  # nothing but that, or the sound of keys, was heard in the utterance that goes on
        rule = self._settings.bargein
        gap_ms = self._settings.endpoint.gap_ms
        self._onset = Onset(probability=rule.probability, gap_ms=gap_ms, before_ms=rule.before_ms)
        self._hush = Hush(drop_db=self._settings.hush_db, after_ms=self._settings.hush_ms)
        self._lowered = False  # a VoiceOverPrompt was told that has not been taken back
        self._early = False  # the utterance that goes on stops the prompt before the endpoint would be certain of it
        self._paused_at_ms: int | None = None  # where its voice had ended at the pause that was told of
        self._partial_at_ms = 0  # what went on was last told of
        self._held: deque[Segment] = deque(maxlen=_MOST_HELD)  # ended while the prompt could not be interrupted
        self._expects = False  # the no-input timer needs an expectation
        self._quiet_since_ms: int | None = None  # None: the no-input timer does not run
        self._through = False

    @property
    def now_ms(self) -> int:
        """Milliseconds of audio heard, in whole frames."""
        return self._endpoint.now_ms

    @property
    def bargein(self) -> BargeInSettings:
        return self._settings.bargein

    @property
    def awaits_answer(self) -> bool:
        """The no-input time runs."""
        return self._expects and self._quiet_since_ms is not None and self._prompt is None

    @property
    def speaking(self) -> bool:
        return self._endpoint.in_speech

    def feed(self, frame: Pcm) -> Sequence[EarEvent]:
        """The leg's next audio, int16 mono 8 kHz of any length; what happened in it, in order."""
        if frame.dtype != np.int16 or frame.ndim != 1:
            raise AudioError(f"the ear wants int16 mono samples in one dimension, got {frame.dtype} {frame.shape}")
        if not len(self._rest) and len(frame) == FRAME_SAMPLES:
            return self._hear(frame)
        self._rest = np.concatenate((self._rest, frame))
        events: list[EarEvent] = []
        while len(self._rest) >= FRAME_SAMPLES:
            whole, self._rest = self._rest[:FRAME_SAMPLES], self._rest[FRAME_SAMPLES:]
            events += self._hear(whole)
        return events

    def expect(self, expect: Expect) -> None:
        """What the mind expects next: sets the stop window, and starts the no-input time anew."""
        if self._withheld:
            expect = replace(expect, sensitive=True)
        if expect != self.expected:
            self._endpoint.expect(expect.shape)
        self.expected, self._expects = expect, True
        self._restart_no_input()

    def withhold(self, on: bool) -> None:
        """While on, all that is said and keyed is sensitive, whatever is expected. Twice changes nothing."""
        if on is not self._withheld:
            self._withheld, self._withheld_until_ms = on, self.now_ms
            self.expected = replace(self.expected, sensitive=on)

    def expected_of(self, segment: Segment) -> Expect:
        """What was expected of it: an utterance that began while all was withheld is sensitive to its end."""
        withheld = segment.start_ms < self._withheld_until_ms
        return replace(self.expected, sensitive=True) if withheld else self.expected

    def consider(self, start_ms: int, end_ms: int, completeness: Completeness) -> None:
        """How complete the utterance from `start_ms` is with the words up to the pause at `end_ms`: chooses the stop
        window. News of an earlier pause, or of a turn that is closed, changes nothing."""
        if (start_ms, end_ms) == (self._endpoint.onset_ms, self._endpoint.last_voice_ms):
            self._endpoint.consider(completeness)

    def listen_through(self) -> None:
        """From now on what is said over a prompt that may not be interrupted is told at once, and stops nothing."""
        self._through = True

    def played(self, pcm: Pcm) -> None:
        """What is being played now: it may come back."""
        self._echo.played(pcm, self.now_ms)

    def prompt_began(self, interruptible: bool) -> None:
        self._lowered = False
        self._prompt = Prompt(began_ms=self.now_ms, interruptible=interruptible)

    def prompt_ended(self) -> None:
        """Also when it was cut. The no-input time runs from the end of the last prompt."""
        self._prompt = None
        self._prompt_ended_ms = self.now_ms
        self._endpoint.prompt_over()
        self._restart_no_input()

    def key_pressed(self) -> None:
        """A key is an answer too: the no-input time starts anew."""
        self._restart_no_input()

    def wrote(self) -> bool:
        """The party writes instead of speaking, or is about to: the no-input time starts anew. Whether that stops a
        prompt: what may be interrupted by voice may be by writing."""
        self._restart_no_input()
        return self._prompt is not None and self._prompt.interruptible

    # --- one frame ------------------------------------------------------------------------------------------------

    def _hear(self, frame: Pcm) -> list[EarEvent]:
        probability = self._vad.probability(frame)
        self._onset.hear(frame, probability)
        edge = self._endpoint.hear(probability, FRAME_MS, hushed=self._hush.hear(self._onset.level))
        self._kept.append(frame)
        events: list[EarEvent] = []
        if edge is Edge.BEGAN:
            self._begin()
        elif edge is Edge.ENDED:
            self._end(events)
        self._tell_of_voice(events)
        self._tell_what_may_interrupt(events)
        self._tell_how_it_goes_on(events)
        self._count_silence(events)
        self._drop_old_frames()
        return events

    def _begin(self) -> None:
        self._announced = self._early = False
        self._no_voice = True  # until something else is heard: see _speaks_itself
        self._over_prompt = self._prompt is not None or self._endpoint.onset_ms < self._prompt_ended_ms
        self._quiet_since_ms = None
        self._paused_at_ms = None
        self._partial_at_ms = self._endpoint.onset_ms

    def _end(self, events: list[EarEvent]) -> None:
        segment = self._cut()
        self._sealed_ms = segment.end_ms
        self._restart_no_input()
        if self._announced:
            events.append(SpeechEnded(segment))
        elif segment.voiced_ms >= self._settings.bargein.speech_ms and not self._no_voice:
            self._held.append(segment)

    def _cut(self) -> Segment:
        heard = self._endpoint
        kept_from_ms = self.now_ms - len(self._kept) * FRAME_MS
        from_ms = max(heard.onset_ms - self._settings.pre_roll_ms, self._sealed_ms, kept_from_ms)
        until_ms = min(heard.last_voice_ms + self._settings.tail_ms, self.now_ms)
        frames = list(self._kept)[(from_ms - kept_from_ms) // FRAME_MS : (until_ms - kept_from_ms) // FRAME_MS]
        return Segment(
            pcm=np.concatenate(frames),
            start_ms=heard.onset_ms,
            end_ms=heard.last_voice_ms,
            pre_roll_ms=heard.onset_ms - from_ms,
            voiced_ms=heard.voiced_ms,
            over_prompt=self._over_prompt,
        )

    def _tell_what_may_interrupt(self, events: list[EarEvent]) -> None:
        """Speech is told of as soon as the barge-in rule lets it through: what had to wait, then what goes on."""
        heard = self._endpoint
        while self._held and self._may_interrupt(self._held[0].voiced_ms):
            segment = self._held.popleft()
            events += [SpeechBegan(segment.start_ms, self._stops(segment.over_prompt)), SpeechEnded(segment)]
        if not self.speaking or self._announced or not self._speaks_itself():
            return
        if self._early or self._may_interrupt(heard.voiced_ms):
            self._announced, self._lowered = True, False
            events.append(SpeechBegan(heard.onset_ms, self._stops(self._over_prompt)))

    def _tell_of_voice(self, events: list[EarEvent]) -> None:
        """Over a prompt voice counts earlier: the prompt is lowered, and stopped before the endpoint is certain."""
        voice, rule = self._onset, self._settings.bargein
        if self._lowered and not voice.voiced_ms and not self.speaking:
            self._lowered = False
            events.append(VoiceOverPrompt(on=False))
        if self._prompt is None or self.speaking or not voice.voiced:
            return
        voiced_ms, now_ms = voice.voiced_ms, self.now_ms
        stop = stops(rule, prompt=self._prompt, voiced_ms=voiced_ms, speech_ms=voice.speech_ms, now_ms=now_ms)
        duck = not self._lowered and ducks(rule, prompt=self._prompt, voiced_ms=voiced_ms, now_ms=now_ms)
        if not (stop or duck) or self._is_echo() or self._are_keys():
            return
        if stop:
            self._endpoint.begin(voice.at_ms, voiced_ms)
            self._begin()
            self._no_voice, self._early = False, True
        else:
            self._lowered = True
            events.append(VoiceOverPrompt(on=True))

    def _speaks_itself(self) -> bool:
        """Whether in this utterance anything was heard that we did not play, nor a key."""
        if self._no_voice and self._endpoint.state is State.SPEAKING:
            self._no_voice = self._is_echo() or self._are_keys() is not False
        return not self._no_voice

    def _are_keys(self) -> bool | None:
        return only_keys(self._latest(LATEST_MS))

    def _is_echo(self) -> bool:
        latest = self._latest(JUDGED_MS)
        return self._echo.is_all_of(latest, self.now_ms, share=self._settings.bargein.echo_share)

    def _latest(self, milliseconds: int) -> Pcm:
        return np.concatenate(list(self._kept)[-milliseconds // FRAME_MS :])

    def _stops(self, over_prompt: bool) -> bool:
        """Whether this speech shall stop what is playing."""
        protected = self._through and self._prompt is not None and not self._prompt.interruptible
        return over_prompt and not protected

    def _may_interrupt(self, voiced_ms: int) -> bool:
        if self._prompt is None:
            return True
        if self._through and not self._prompt.interruptible:
            return voiced_ms >= self._settings.bargein.speech_ms
        return interrupts(self._settings.bargein, prompt=self._prompt, voiced_ms=voiced_ms, now_ms=self.now_ms)

    def _tell_how_it_goes_on(self, events: list[EarEvent]) -> None:
        if not (self.speaking and self._announced):
            return
        heard = self._endpoint
        if self._paused_at_ms is not None and heard.state is State.SPEAKING:
            self._paused_at_ms = None
            events.append(SpeechResumed())
        if self._paused_at_ms is None and heard.pause_ms >= self._pause_to_tell_ms():
            self._paused_at_ms = heard.last_voice_ms
            events.append(SpeechPaused(self._cut()))
        elif heard.state is State.SPEAKING and 0 < self._settings.partial_ms <= self.now_ms - self._partial_at_ms:
            self._partial_at_ms = self.now_ms
            events.append(SpeechGoesOn(self._cut()))

    def _pause_to_tell_ms(self) -> int:
        """The tail, where this may be the end of an answer; later where more is likelier, or the window long anyway."""
        expected, settings = self.expected, self._settings
        missing = self._endpoint.voiced_ms < (expected.digits or 0) * settings.digit_ms
        return max(settings.tail_ms, settings.later_ms) if expected.shape == "free" or missing else settings.tail_ms

    def _count_silence(self, events: list[EarEvent]) -> None:
        if not self._expects or self._quiet_since_ms is None or self._prompt is not None:
            return
        quiet_ms = self.now_ms - self._quiet_since_ms
        if quiet_ms >= self.expected.no_input_ms and self._endpoint.state is State.QUIET:
            self._quiet_since_ms = None
            events.append(NoInput(quiet_ms))

    def _restart_no_input(self) -> None:
        self._quiet_since_ms = None if self.speaking else self.now_ms

    def _drop_old_frames(self) -> None:
        if self._endpoint.state is State.QUIET:
            while len(self._kept) > self._settings.pre_roll_ms // FRAME_MS:
                self._kept.popleft()
