"""Whisper by faster-whisper, from a folder of weights on this machine; nothing is ever downloaded here.

The encoder's window is the cost: 30 s takes twenty times as long as 5 s. A short window is used only where a record
beside the weights says that it was measured and costs no words (`window = "gated"`); see `ShortWindow`.
"""

import hashlib
import json
import logging
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Literal, Protocol

import ctranslate2
import numpy as np
import numpy.typing as npt
from faster_whisper import WhisperModel

from voice.audio import RATE, Pcm, duration_ms
from voice.errors import AudioError, EngineUnavailable, RecogniserFailed
from voice.resample import resample
from voice.stt import Languages, Recogniser, Recognition
from voice.stt.guards import Limits, Scores, Verdict, judge, token_cap
from voice.stt.language_model import words_of

log = logging.getLogger(__name__)

NAME = "whisper"
_HZ = 16_000  # what the model was trained on; faster-whisper assumes it without asking
_NEEDED = ("model.bin", "config.json", "tokenizer.json")  # without tokenizer.json the library would go and fetch one
GATE_FILE = "window-gate.json"


@dataclass(frozen=True, slots=True)
class Settings:
    folder: Path  # of a CTranslate2 model
    device: Literal["auto", "cpu", "cuda"] = "auto"
    compute_type: str = "auto"  # float16 on a GPU, else int8: half the time of float32, a quarter of the file
    workers: int = 2  # utterances at a time, as many as the pool has workers; one a core is best
    threads: int = 1  # of one utterance; a second one helps `small` only
    window: Literal["gated", "short", "full"] = "gated"  # "short" is for measuring what the gate asks
    spoken_language: str = "en"
    hotword_letters: int = 200  # of the state's words, as a hint; each token of it costs decoding time
    limits: Limits = field(default_factory=Limits)


def open(settings: Settings, languages: Languages) -> Recogniser:
    """Loads the weights, once for all who ask. Raises EngineUnavailable when the folder is not a usable model."""
    missing = [name for name in _NEEDED if not (settings.folder / name).is_file()]
    if missing:
        raise EngineUnavailable(
            f"{NAME} expected a folder with {', '.join(_NEEDED)} at {settings.folder}, missing: {', '.join(missing)};"
            f" `warmline models fetch` brings the weights, or name another folder in the settings"
        )
    model = _load(settings.folder, settings.device, settings.compute_type, settings.workers, settings.threads)
    return WhisperRecogniser(settings, model, languages, short=_may_be_short(settings))


# --- the window -----------------------------------------------------------------------------------------------------

_full_window: ContextVar[bool] = ContextVar("full_window", default=True)


class ShortWindow(WhisperModel):  # type: ignore[misc]  # faster-whisper ships no types
    """Encodes as much of the 30 s window as there is sound, in a few lengths, with a margin of silence.

    `transcribe` pads every utterance to 3000 frames of exact zeros; their number tells where the sound ends, so the
    shared model needs nothing to remember. Whether the whole window is wanted is the calling thread's own variable.
    """

    BUCKETS = (500, 800, 1000, 1500, 3000)  # frames of 10 ms; below 5 s words are lost
    MARGIN = 250  # less silence than 2.5 s at the end, and the decoder repeats or invents

    def encode(self, features: npt.NDArray[np.float32]) -> ctranslate2.StorageView:
        if _full_window.get():
            return super().encode(features)
        spoken = int(np.flatnonzero(features.any(axis=0))[-1]) + 1
        frames = next(bucket for bucket in self.BUCKETS if bucket >= min(self.BUCKETS[-1], spoken + self.MARGIN))
        return super().encode(np.ascontiguousarray(features[:, :frames]))


@contextmanager
def _window(*, full: bool) -> Iterator[None]:
    token = _full_window.set(full)
    try:
        yield
    finally:
        _full_window.reset(token)


def _may_be_short(settings: Settings) -> bool:
    if settings.window != "gated":
        return settings.window == "short"
    record = settings.folder / GATE_FILE
    if not record.is_file():
        return False
    passed = json.loads(record.read_text(encoding="utf-8"))
    asked = {**gate_key(settings.folder), "passed": True}
    if all(passed.get(key) == value for key, value in asked.items()):
        return True
    log.warning("%s: %s is of other weights or windows, or did not pass: the full window is used", NAME, record)
    return False


def gate_key(weights: Path) -> dict[str, object]:
    """What a gate record must agree with to count: these very weights, buckets and margin."""
    with (weights / "model.bin").open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {"sha256": digest, "buckets": list(ShortWindow.BUCKETS), "margin": ShortWindow.MARGIN}


@cache
def _load(weights: Path, device: str, compute_type: str, workers: int, threads: int) -> ShortWindow:
    if device == "auto":
        device = "cuda" if ctranslate2.get_cuda_device_count() else "cpu"
    if compute_type == "auto":
        compute_type = "float16" if device == "cuda" else "int8"
    try:
        return ShortWindow(
            str(weights),
            device=device,
            compute_type=compute_type,
            cpu_threads=threads,
            num_workers=workers,
            local_files_only=True,
        )
    except (RuntimeError, ValueError, OSError) as failure:
        raise EngineUnavailable(f"{NAME} cannot load {weights} ({device}, {compute_type}): {failure}") from failure


# --- one utterance --------------------------------------------------------------------------------------------------


class _Segment(Protocol):
    """What faster-whisper says of one window."""

    text: str
    tokens: Sequence[int]
    avg_logprob: float
    no_speech_prob: float
    compression_ratio: float


@dataclass(frozen=True, slots=True)
class _Decoded:
    text: str
    scores: Scores


class WhisperRecogniser:
    """Shares one model with all others; holds only words of the states."""

    def __init__(self, settings: Settings, model: ShortWindow, languages: Languages, *, short: bool) -> None:
        self._settings = settings
        self._model = model
        self._short = short
        self._expected = {name: frozenset(plain(s) for s in sentences) for name, sentences in languages.items()}
        self._hotwords = _hotwords(languages, letters=settings.hotword_letters)

    def transcribe(self, pcm: Pcm, language: str) -> Recognition:
        if pcm.dtype != np.int16 or pcm.ndim != 1:
            raise AudioError(f"{NAME} expected int16 mono samples at 8 kHz, got {pcm.dtype} {pcm.shape}")
        if not len(pcm):
            return Recognition("", 0.0, NAME)
        sound = resample(pcm, RATE, _HZ).astype(np.float32) / 32768.0
        decoded, verdict = self._decode(sound, pcm, language, full=not self._short)
        if verdict is Verdict.SUSPICIOUS and self._short:
            decoded, verdict = self._decode(sound, pcm, language, full=True)
        if verdict is not Verdict.KEEP:  # suspicious in the full window too: rather nothing than something invented
            return Recognition("", 0.0, NAME)
        return Recognition(decoded.text, min(1.0, math.exp(decoded.scores.avg_logprob)), NAME)

    def _decode(
        self, sound: npt.NDArray[np.float32], pcm: Pcm, language: str, *, full: bool
    ) -> tuple[_Decoded, Verdict]:
        speech_ms = duration_ms(pcm)
        cap = token_cap(speech_ms)
        try:
            with _window(full=full):
                segments, _ = self._model.transcribe(
                    sound,
                    language=self._settings.spoken_language,
                    beam_size=1,
                    temperature=0.0,  # no ladder of six decodes: it is what makes the slowest calls slow
                    condition_on_previous_text=False,
                    without_timestamps=True,
                    max_new_tokens=cap,
                    hotwords=self._hotwords.get(language),
                    no_speech_threshold=None,  # the library drops silently; `guards` judges in the open
                    log_prob_threshold=None,
                    compression_ratio_threshold=None,
                )
                decoded = _together(list(segments), cap=cap, speech_ms=speech_ms)
        except (RuntimeError, ValueError) as failure:
            raise RecogniserFailed(f"{NAME} failed on {speech_ms} ms of speech: {failure}") from failure
        expected = self._expected.get(language, frozenset())
        return decoded, judge(decoded.text, decoded.scores, expected=expected, limits=self._settings.limits)


def _together(segments: Sequence[_Segment], *, cap: int, speech_ms: int) -> _Decoded:
    """Usually one segment: an utterance is shorter than the window. The worst score of several counts."""
    text = plain(" ".join(segment.text for segment in segments))
    scores = Scores(
        avg_logprob=min((segment.avg_logprob for segment in segments), default=-math.inf),
        no_speech_prob=max((segment.no_speech_prob for segment in segments), default=1.0),
        compression_ratio=max((segment.compression_ratio for segment in segments), default=0.0),
        tokens=max((len(segment.tokens) for segment in segments), default=0),
        token_cap=cap,
        speech_ms=speech_ms,
    )
    return _Decoded(text, scores)


def plain(text: str) -> str:
    """Lower case without punctuation; "$1,250.50" is "1250.50 dollars", since a point inside a number is a digit's."""
    text = re.sub(r"(?<=\d),(?=\d{3})", "", text.lower().replace("’", "'"))
    text = re.sub(r"\$\s*(\d+(?:\.\d+)?)", r"\1 dollars", text).replace("%", " percent")
    return " ".join(re.findall(r"\d+(?:[.:]\d+)*|[^\W\d_]+(?:'[^\W\d_]+)*", text))


def _hotwords(languages: Languages, *, letters: int) -> Mapping[str, str]:
    """A state's rarest words first: they are what a general model does not guess by itself."""
    hints: dict[str, str] = {}
    for name, sentences in languages.items():
        words = [word for sentence in sentences for word in words_of(sentence) if len(word) > 3]
        rarest = sorted(dict.fromkeys(words), key=lambda word: (words.count(word), -len(word)))
        chosen: list[str] = []
        for word in rarest:
            if sum(len(w) + 1 for w in chosen) + len(word) <= letters:
                chosen.append(word)
        if chosen:
            hints[name] = " ".join(chosen)
    return hints
