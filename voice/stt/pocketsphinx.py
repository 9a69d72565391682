"""The recogniser without a download: pocketsphinx, whose wheel carries an acoustic model and a dictionary.

It hears only what the state expects: each state's sentences become a small trigram model. Its acoustic model knows
voices up to 6.8 kHz while a telephone ends at 3.4, so faint noise fills the dead band (see `NOISE_SEED`).
"""

import logging
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue

import numpy as np
import numpy.typing as npt
import pocketsphinx as engine

from voice.audio import FRAME_MS, FRAME_SAMPLES, RATE, Pcm
from voice.errors import EngineUnavailable, RecogniserFailed
from voice.resample import resample
from voice.stt import Languages, Recogniser, Recognition, Word
from voice.stt.guards import Guard, judge_constrained
from voice.stt.language_model import arpa, pronounceable, words_of
from voice.stt.pronounce import dictionary_text, pronunciations

log = logging.getLogger(__name__)

NAME = "pocketsphinx"
_HZ = 16_000  # of the acoustic model in the wheel
_DECODER_FRAME_MS = 10
_SHORT_WORDS = 2
NOISE_SEED = 0  # the same utterance gives the same text, every time


@dataclass(frozen=True, slots=True)
class Settings:
    """What is heard with less confidence than the bar is no text at all (no-match for the dialogue). All that is above
    is handed on with its confidence: the dialogue decides whether to ask back. A right single word is often unsure, a
    right sentence hardly ever. The two bars refuse 74 of 125 utterances that were meant for another business.
    """

    reject_word_below: float = 0.2  # one or two words: refuses none of 164 digits that were right
    reject_sentence_below: float = 0.5  # three and more: refuses none of 100 commands
    noise_floor_db: float = -35.0  # under the voice; right of 100 commands: 89, 88 at -40, 82 at -30 and without
    language_weight: float = 6.5  # the engine's own default; 9 and 12 gave nothing


def open(settings: Settings, languages: Languages) -> Recogniser:
    """Compiles every state's model now, so that a call never waits for one. Raises EngineUnavailable."""
    models = _compile(languages)
    return PocketsphinxRecogniser(settings, models)


@dataclass(frozen=True, slots=True)
class _Models:
    """Files that all decoders read; the folder goes when the last of them has gone."""

    folder: tempfile.TemporaryDirectory[str]
    dictionary: Path
    languages: Mapping[str, Path]


class PocketsphinxRecogniser:
    """Takes a decoder for each utterance: 7.5 MB each, as many as ever worked at the same time."""

    def __init__(self, settings: Settings, models: _Models) -> None:
        self._settings = settings
        self._models = models
        self._idle: SimpleQueue[engine.Decoder] = SimpleQueue()
        self._idle.put(self._new_decoder())  # a model that cannot be read fails here, not in a call

    def transcribe(self, pcm: Pcm, language: str) -> Recognition:
        if language not in self._models.languages:
            known = ", ".join(sorted(self._models.languages)) or "none"
            raise RecogniserFailed(f"{NAME} expected one of the states it was opened with ({known}), got {language!r}")
        from_ms, voice = _voiced_part(pcm)
        if not len(voice):
            return Recognition("", 0.0, NAME, refused=Guard.SILENCE)
        with self._decoder() as decoder:
            words = self._decode(decoder, voice, language)
        return self._judge([_moved(word, from_ms, len(pcm) * 1000 // RATE) for word in words], pcm)

    def _decode(self, decoder: engine.Decoder, voice: Pcm, language: str) -> list[Word]:
        decoder.activate_search(language)
        decoder.reinit_feat()  # else its estimate of noise and voice is still the last caller's; 70 µs
        decoder.start_utt()
        try:
            sound = _with_noise_floor(resample(voice, RATE, _HZ), self._settings.noise_floor_db)
            decoder.process_raw(sound.tobytes(), full_utt=True)
        finally:
            decoder.end_utt()
        return list(_words(decoder)) if decoder.hyp() is not None else []

    def _judge(self, words: Sequence[Word], pcm: Pcm) -> Recognition:
        text = " ".join(word.text for word in words)
        confidence = float(np.mean([word.confidence for word in words])) if words else 0.0
        short = len(words) <= _SHORT_WORDS
        guard = judge_constrained(text, pcm)
        if not guard and confidence < (
            self._settings.reject_word_below if short else self._settings.reject_sentence_below
        ):
            guard = Guard.CONFIDENCE
        if guard:
            return Recognition("", confidence, NAME, refused=guard)
        return Recognition(text, confidence, NAME, tuple(words))

    @contextmanager
    def _decoder(self) -> Iterator[engine.Decoder]:
        try:
            decoder = self._idle.get_nowait()
        except Empty:
            decoder = self._new_decoder()
        try:
            yield decoder
        except RuntimeError as failure:  # what the engine raises; its decoder may be half way, so it is not kept
            raise RecogniserFailed(f"{NAME} failed on an utterance: {failure}") from failure
        self._idle.put(decoder)

    def _new_decoder(self) -> engine.Decoder:
        decoder = engine.Decoder(
            samprate=_HZ,
            lm=None,
            dict=str(self._models.dictionary),
            lw=self._settings.language_weight,
            loglevel="FATAL",
        )
        for name, path in self._models.languages.items():
            decoder.add_lm(name, engine.NGramModel(decoder.config, decoder.logmath, str(path)))
        return decoder


# --- models ----------------------------------------------------------------------------------------------------


def _compile(languages: Languages) -> _Models:
    sentences = {name: _sayable(name, wanted) for name, wanted in languages.items()}
    words = {word for said in sentences.values() for sentence in said for word in sentence}
    spoken, guessed = pronunciations(words, dictionary=Path(engine.get_model_path("en-us/cmudict-en-us.dict")))
    if guessed:
        log.warning("%s: not in the dictionary, sound guessed from spelling: %s", NAME, ", ".join(guessed))
    folder = tempfile.TemporaryDirectory(prefix="warmline-pocketsphinx-")
    dictionary = Path(folder.name, "words.dict")
    dictionary.write_text(dictionary_text(spoken), encoding="utf-8")
    paths: dict[str, Path] = {}
    for number, (name, said) in enumerate(sentences.items()):
        paths[name] = Path(folder.name, f"{number}.arpa")
        paths[name].write_text(arpa(said), encoding="utf-8")
    return _Models(folder, dictionary, paths)


def _sayable(language: str, wanted: Sequence[str]) -> list[list[str]]:
    """The state's sentences as words; one with a figure or a foreign letter is left out, with a warning."""
    sayable: list[list[str]] = []
    for sentence in wanted:
        words = words_of(sentence)
        if words and all(pronounceable(word) for word in words):
            sayable.append(words)
        else:
            log.warning("%s: state %r, sentence left out, it has no words to say: %r", NAME, language, sentence)
    if not sayable:
        raise EngineUnavailable(f"{NAME}: state {language!r} expects no sentence that can be spoken, got {wanted!r}")
    return sayable


# --- sound ----------------------------------------------------------------------------------------------------

_LOUD_WITHIN = 10 ** (-30 / 20)  # a frame belongs to the voice when it is at most 30 dB below the loudest
_MARGIN_FRAMES = 160 // FRAME_MS
"""Silence around the voice. Without any, 200 single digits were heard at .57, with 150 ms at .82, with 300 at .78;
seconds of it shift the engine's cepstral mean, and commands fall from .85 to .66."""


def _frame_levels(pcm: Pcm, samples: int) -> npt.NDArray[np.float32]:
    frames = pcm[: len(pcm) // samples * samples].reshape(-1, samples).astype(np.float32)
    levels: npt.NDArray[np.float32] = np.sqrt(np.mean(frames * frames, axis=1))
    return levels


def _voiced_part(pcm: Pcm) -> tuple[int, Pcm]:
    """The voice with a margin on both sides, silent where the sound ends; and where that begins (ms, may be < 0)."""
    levels = _frame_levels(pcm, FRAME_SAMPLES)
    if not len(levels) or levels.max() < 1:
        return 0, pcm[:0]
    loud = np.flatnonzero(levels >= levels.max() * _LOUD_WITHIN)
    first = int(loud[0]) - _MARGIN_FRAMES
    after = int(loud[-1]) + 1 + _MARGIN_FRAMES
    inside = pcm[max(0, first) * FRAME_SAMPLES : after * FRAME_SAMPLES]
    before_it = np.zeros(max(0, -first) * FRAME_SAMPLES, np.int16)
    behind_it = np.zeros(max(0, (after - first) * FRAME_SAMPLES - len(before_it) - len(inside)), np.int16)
    return first * FRAME_MS, np.concatenate((before_it, inside, behind_it))


def _with_noise_floor(pcm: Pcm, below_db: float) -> Pcm:
    levels = _frame_levels(pcm, _HZ * FRAME_MS // 1000)
    if not len(levels):
        return pcm
    voiced = levels[levels >= levels.max() * 0.1]  # within 20 dB of the loudest
    floor = float(np.sqrt(np.mean(voiced * voiced))) * 10 ** (below_db / 20)
    noise = np.random.default_rng(NOISE_SEED).standard_normal(len(pcm), dtype=np.float32) * floor
    return np.clip(np.rint(pcm + noise), -32768, 32767).astype(np.int16)


def _words(decoder: engine.Decoder) -> Iterator[Word]:
    """Without the engine's marks: `<sil>` and the like are no words, `(2)` tells the second pronunciation."""
    for heard in decoder.seg():
        text = heard.word.partition("(")[0]
        if text and text[0] not in "<[":
            start_ms, end_ms = heard.start_frame * _DECODER_FRAME_MS, (heard.end_frame + 1) * _DECODER_FRAME_MS
            yield Word(text, start_ms, end_ms, min(1.0, float(heard.prob)))


def _moved(word: Word, by_ms: int, longest_ms: int) -> Word:
    """On the utterance's own clock, and inside it."""
    start_ms, end_ms = (min(max(0, at_ms + by_ms), longest_ms) for at_ms in (word.start_ms, word.end_ms))
    return Word(word.text, start_ms, end_ms, word.confidence)
