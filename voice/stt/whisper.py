"""Whisper by CTranslate2, from a folder of weights on this machine: short windows, one greedy decode, open scores.

An utterance is decoded in the shortest window that these weights bear (`whisper_window`). A text that a guard finds
suspicious is looked at once more in the full window where time remains; what fails then is refused, not guessed.
"""

import logging
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from voice.audio import RATE, Pcm, duration_ms
from voice.errors import AudioError, EngineUnavailable, RecogniserFailed
from voice.stt import Languages, Recognition
from voice.stt.expected import Expected, expectations, plain
from voice.stt.guards import Guard, Judgement, Limits, Scores, Verdict, audible_ms, judge, token_cap
from voice.stt.log_mel import Floats
from voice.stt.whisper_decode import Decoded, Decoder, Look, sound_of
from voice.stt.whisper_weights import NAME, Device, Machine, Place, open_weights, place, unavailable
from voice.stt.whisper_window import FULL_SECONDS, Choice, Windows, safe_windows

log = logging.getLogger(__name__)

_LONGEST_MS = int(FULL_SECONDS * 1000)


@dataclass(frozen=True, slots=True)
class Settings:
    folder: Path  # of a CTranslate2 model
    device: Device = "auto"
    compute_type: str = "auto"  # float16 on a GPU, else int8
    workers: int = 2  # utterances at a time, as many as the pool has workers; one a core is best
    threads: int = 1  # of one utterance; a second one helps `small` only [measured]
    window: Choice = "gated"  # "short" is for measuring what the gate asks
    windows: Windows = field(default_factory=Windows)
    gate_folder: Path | None = None  # where a gate record lies when the weights' folder may not be written
    retry_seconds: float = 2.0  # the longest that a second look may take; half of a recogniser's deadline
    spoken_language: str = "en"
    hint_tokens: int = 24  # of the state's rarest words; 16 cost 12 ms of a base decode, 48 cost 20 [measured]
    limits: Limits = field(default_factory=Limits)


def open(settings: Settings, languages: Languages, machine: Machine | None = None) -> "WhisperRecogniser":
    """Loads the weights, once for all who ask, and decodes once. Raises EngineUnavailable when they cannot be used."""
    machine = machine or Machine()
    at = place(settings.device, settings.compute_type, machine)
    model = open_weights(settings.folder, at, workers=settings.workers, threads=settings.threads, machine=machine)
    safe = safe_windows(settings.window, settings.folder, settings.windows, records=settings.gate_folder)
    decoder = Decoder(model, spoken_language=settings.spoken_language)
    try:
        full_s = _warmed_up(decoder, times=2 if safe else 1)
    except (RuntimeError, ValueError) as failure:  # CUDA's libraries are looked for at the first decode
        raise unavailable("cannot decode", at, failure) from failure
    if safe and full_s > settings.retry_seconds:
        log.info("%s: the full window takes %.1f s here: suspicious texts get no second look", NAME, full_s)
    looks_again = full_s <= settings.retry_seconds
    return WhisperRecogniser(settings, decoder, languages, at=at, safe=safe, looks_again=looks_again)


def _warmed_up(decoder: Decoder, *, times: int) -> float:
    """Seconds of a full window with a text of 16 tokens: the last of several, since the first also allocates."""
    took = 0.0
    for _ in range(times):
        began = time.perf_counter()
        decoder.decode([decoder.look(np.zeros(RATE, np.float32), FULL_SECONDS, prompt=decoder.hint("", 0), cap=16)])
        took = time.perf_counter() - began
    return took


@dataclass(frozen=True, slots=True)
class _Utterance:
    """What stays the same for both looks at it."""

    sound: Floats
    speech_ms: int
    audible_ms: int
    expected: Expected
    prompt: tuple[int, ...]

    @property
    def cap(self) -> int:
        return token_cap(self.speech_ms)


class WhisperRecogniser:
    """Shares one model with all others; holds only what the states expect."""

    def __init__(
        self,
        settings: Settings,
        decoder: Decoder,
        languages: Languages,
        *,
        at: Place,
        safe: frozenset[float],
        looks_again: bool,
    ) -> None:
        self._settings = settings
        self._decoder = decoder
        self._at = at
        self._safe = safe
        self._looks_again = looks_again
        self._expected = expectations(languages)
        self._prompts = {name: decoder.hint(one.hint, settings.hint_tokens) for name, one in self._expected.items()}
        self._no_hint = decoder.hint("", 0)

    def transcribe(self, pcm: Pcm, language: str) -> Recognition:
        heard = self.transcribe_together([(pcm, language)])[0]
        if isinstance(heard, Exception):
            raise heard
        return heard

    def transcribe_together(self, utterances: Sequence[tuple[Pcm, str]]) -> list[Recognition | Exception]:
        """Utterances of one window length share a decode, which reads the decoder's weights once for all of them."""
        heard: dict[int, Recognition | Exception] = {}
        asked: dict[int, _Utterance] = {}
        for number, (pcm, language) in enumerate(utterances):
            try:
                ready = self._ready(pcm, language)
            except AudioError as error:
                heard[number] = error
                continue
            if isinstance(ready, Guard):
                heard[number] = _refused(ready)
            else:
                asked[number] = ready
        looks = {number: self._look(one) for number, one in asked.items()}
        heard |= self._decided(asked, looks, again=self._looks_again)
        return [heard[number] for number in range(len(utterances))]

    def pay(self, pcm: Pcm, language: str, *, tokens: int) -> None:
        """The whole of a first look at `pcm` with a text of exactly `tokens` tokens, for measuring what it costs."""
        one = self._ready(pcm, language)
        if isinstance(one, _Utterance):
            self._decoder.decode([self._look(one)], exactly=tokens)

    def _ready(self, pcm: Pcm, language: str) -> _Utterance | Guard:
        if pcm.dtype != np.int16 or pcm.ndim != 1 or duration_ms(pcm) > _LONGEST_MS:
            most = f"at most {FULL_SECONDS:.0f} s"
            raise AudioError(f"{NAME} expected {most} of int16 mono samples at 8 kHz, got {pcm.dtype} {pcm.shape}")
        sounds = audible_ms(pcm)
        if sounds < self._settings.limits.audible_ms:
            return Guard.SILENCE
        expected = self._expected.get(language, Expected())
        prompt = self._prompts.get(language, self._no_hint)
        return _Utterance(sound_of(pcm), duration_ms(pcm), sounds, expected, prompt)

    def _look(self, one: _Utterance, window_s: float | None = None) -> Look:
        """In the shortest window that these weights bear, or in one that is named."""
        window_s = window_s or self._settings.windows.of(one.speech_ms / 1000, self._safe)
        return self._decoder.look(one.sound, window_s, prompt=one.prompt, cap=one.cap)

    def _decided(
        self, asked: dict[int, _Utterance], looks: dict[int, Look], *, again: bool
    ) -> dict[int, Recognition | Exception]:
        decided: dict[int, Recognition | Exception] = {}
        second: dict[int, Look] = {}
        for number, decoded in self._decoded(looks).items():
            if isinstance(decoded, Exception):
                decided[number] = decoded
                continue
            one = asked[number]
            judged = self._judged(one, decoded)
            if judged.verdict is Verdict.SUSPICIOUS and again:
                full = self._look(one, FULL_SECONDS)
                if full.shape != looks[number].shape:
                    second[number] = full
                    continue
            decided[number] = _recognition(one, decoded, judged)
        return decided | (self._decided(asked, second, again=False) if second else {})

    def _decoded(self, looks: dict[int, Look]) -> dict[int, Decoded | Exception]:
        """Those of one shape together."""
        found: dict[int, Decoded | Exception] = {}
        for shape in dict.fromkeys(look.shape for look in looks.values()):
            numbers = [number for number, look in looks.items() if look.shape == shape]
            try:
                together: Sequence[Decoded | Exception] = self._decoder.decode([looks[number] for number in numbers])
            except (RuntimeError, ValueError) as failure:
                together = [self._failed(shape[0], failure)] * len(numbers)
            found |= dict(zip(numbers, together, strict=True))
        return found

    def _failed(self, window_frames: int, failure: Exception) -> Exception:
        """A GPU that is full or lost stays so: that is an engine that is gone, not one bad utterance."""
        what = f"failed on a window of {window_frames * 10} ms"
        error: RecogniserFailed | EngineUnavailable = RecogniserFailed(f"{NAME} {what}: {failure}")
        if self._at.device == "cuda":
            error = unavailable(what, self._at, failure)
        error.__cause__ = failure
        return error

    def _judged(self, one: _Utterance, decoded: Decoded) -> Judgement:
        scores = Scores(
            avg_logprob=decoded.avg_logprob,
            no_speech_prob=decoded.no_speech_prob,
            compression_ratio=decoded.compression_ratio,
            tokens=decoded.tokens,
            token_cap=one.cap,
            speech_ms=one.speech_ms,
            audible_ms=one.audible_ms,
        )
        expected = one.expected
        return judge(
            plain(decoded.text), scores, expected=expected.sentences, hint=expected.hint, limits=self._settings.limits
        )


def _recognition(one: _Utterance, decoded: Decoded, judged: Judgement) -> Recognition:
    if judged.guard is not None:  # suspicious in the full window too: rather nothing than something invented
        return _refused(judged.guard)
    text = plain(decoded.text)
    return Recognition(text, min(1.0, math.exp(decoded.avg_logprob)) * one.expected.trust(text), NAME)


def _refused(guard: Guard) -> Recognition:
    return Recognition("", 0.0, NAME, refused=guard)
