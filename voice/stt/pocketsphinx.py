"""The recogniser without a download: pocketsphinx, whose wheel carries an acoustic model and a dictionary.

It hears only what the state expects: each state's sentences become a small trigram model. Its acoustic model knows
clean voices up to 6.8 kHz while a telephone ends at 3.4, so a net guesses what those would have been
(`models/phone_cepstra.py`).
"""

import logging
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue

import numpy as np
import pocketsphinx as engine

from models import phone_cepstra
from voice.audio import RATE, Pcm
from voice.errors import EngineUnavailable, RecogniserFailed
from voice.resample import resample
from voice.stt import Languages, Recogniser, Recognition, Word
from voice.stt.guards import Guard, judge_constrained
from voice.stt.language_model import arpa, pronounceable, words_of
from voice.stt.pronounce import dictionary_text, pronunciations
from voice.stt.voiced import voiced_part

log = logging.getLogger(__name__)

NAME = "pocketsphinx"
_DECODER_FRAME_MS = 10
_SHORT_WORDS = 2
_SENTENCE_SAMPLES = RATE  # a second with its margins; 120 digits of people: .64 through the net, .78 without it


@dataclass(frozen=True, slots=True)
class Settings:
    """What is heard with less confidence than its bar is no text at all (no-match for the dialogue). All that is above
    is handed on with its confidence: the dialogue decides whether to ask back. A right single word is often unsure, a
    right sentence hardly ever; and what stops where no sentence of the state does was hardly meant for it.
    """

    reject_word_below: float = 0.2  # one or two words; 0.3 and 0.4 kept out nothing more of what was meant for others
    reject_sentence_below: float = 0.62  # three and more
    reject_fragment_below: float = 0.9  # "can i get a"; chosen on 70 commands and 100 utterances meant for others
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
    last_words: Mapping[str, frozenset[str]]  # of each language's sentences


class PocketsphinxRecogniser:
    """Takes a decoder for each utterance: 7.5 MB each, as many as ever worked at the same time."""

    def __init__(self, settings: Settings, models: _Models) -> None:
        self._settings = settings
        self._models = models
        self._cepstra = phone_cepstra.shipped()
        self._idle: SimpleQueue[engine.Decoder] = SimpleQueue()
        self._idle.put(self._new_decoder())  # a model that cannot be read fails here, not in a call

    def transcribe(self, pcm: Pcm, language: str) -> Recognition:
        if language not in self._models.languages:
            known = ", ".join(sorted(self._models.languages)) or "none"
            raise RecogniserFailed(f"{NAME} expected one of the states it was opened with ({known}), got {language!r}")
        from_ms, voice = voiced_part(pcm)
        if not len(voice):
            return Recognition("", 0.0, NAME, refused=Guard.SILENCE)
        with self._decoder() as decoder:
            words = self._decode(decoder, voice, language)
        return self._judge([_moved(word, from_ms, len(pcm) * 1000 // RATE) for word in words], pcm, language)

    def _decode(self, decoder: engine.Decoder, voice: Pcm, language: str) -> list[Word]:
        decoder.activate_search(language)
        decoder.reinit_feat()  # else its estimate of noise and voice is still the last caller's; 70 µs
        decoder.start_utt()
        try:
            heard = phone_cepstra.plain if len(voice) < _SENTENCE_SAMPLES else self._cepstra
            cepstra = heard(resample(voice, RATE, phone_cepstra.RATE))
            decoder.process_cep(cepstra.tobytes(), full_utt=True)
        finally:
            decoder.end_utt()
        return list(_words(decoder)) if decoder.hyp() is not None else []

    def _judge(self, words: Sequence[Word], pcm: Pcm, language: str) -> Recognition:
        text = " ".join(word.text for word in words)
        confidence = float(np.mean([word.confidence for word in words])) if words else 0.0
        guard = judge_constrained(text, pcm)
        if not guard and confidence < self._bar(words, language):
            guard = Guard.CONFIDENCE
        if guard:
            return Recognition("", confidence, NAME, refused=guard)
        return Recognition(text, confidence, NAME, tuple(words))

    def _bar(self, words: Sequence[Word], language: str) -> float:
        if words[-1].text not in self._models.last_words[language]:
            return self._settings.reject_fragment_below
        short = len(words) <= _SHORT_WORDS
        return self._settings.reject_word_below if short else self._settings.reject_sentence_below

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
            samprate=phone_cepstra.RATE,
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
    last_words = {name: frozenset(sentence[-1] for sentence in said) for name, said in sentences.items()}
    return _Models(folder, dictionary, paths, last_words)


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


# --- words ------------------------------------------------------------------------------------------------------


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
