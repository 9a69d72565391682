"""The recogniser without a download: pocketsphinx, whose wheel carries an acoustic model and a dictionary.

It hears only what the state expects: each state's sentences become a small trigram model. Where anything may be said,
what does not fit those is heard once more with how people talk to service lines (`open_language.py`). Its acoustic
model knows clean voices up to 6.8 kHz while a telephone ends at 3.4, so a net guesses what those would have been
(`models/phone_cepstra.py`).
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from math import log10
from pathlib import Path
from queue import Empty, SimpleQueue

import numpy as np
import pocketsphinx as engine

from models import phone_cepstra
from models.word_error_rate import word_errors
from voice.audio import RATE, Pcm
from voice.errors import RecogniserFailed
from voice.resample import resample
from voice.stt import Languages, Recogniser, Recognition, Word, short_answers
from voice.stt.guards import Guard, judge_constrained
from voice.stt.language_model import as_said
from voice.stt.pocketsphinx_models import NAME, Models, compiled
from voice.stt.voiced import voiced_part
from voice.turn_end import open_ended

_DECODER_FRAME_MS = 10
_SHORT_WORDS = 2
_SHORT_SAMPLES = RATE * 3 // 2  # with its margins: one or two words take no longer; a whole sentence of others' does
_LEAST_SCORE = 1e-300  # of a word's sound: what a float can still tell
_NEVER = 2.0  # no confidence is enough: only a second way of hearing that agrees
_ALTERNATIVES = 8  # of a number; the right one is among them, or far
_LOOKED_THROUGH = 100  # of the engine's guesses: most differ in silences and pronunciations only
_SENTENCE_SAMPLES = RATE  # a second with its margins; 120 digits of people: .64 through the net, .78 without it


@dataclass(frozen=True, slots=True)
class Settings:
    """What is heard with less confidence than its bar is no text at all (no-match for the dialogue). All that is above
    is handed on with its confidence: the dialogue decides whether to ask back. A right single word is often unsure, a
    right sentence hardly ever; and what stops at "a" or "my" was hardly meant for us.

    What is below is heard once more without the net, one order in eight. Two ways of hearing that agree are believed at
    much less: on what is meant for others they hardly ever do. Of 47 sentences that synthetic callers say to the demo's
    bank 44 are taken so instead of 37; of 100 orders 96, and of 80 orders that the bank hears 2.
    """

    reject_word_below: float = 0.2  # one or two words
    reject_sentence_below: float = 0.75  # three and more
    reject_number_below: float = 0.35  # where one of that length is expected: 1 of 150 right ones is below, and most
    # of what is heard into a number that is not whole
    reject_fragment_below: float = 0.9  # "can i get a"; chosen on 70 commands and 100 utterances meant for others
    alike: float = 0.75  # share of words that both ways have in common
    reject_open_below: float = 0.3  # three words and more where anything may be said: noise made none at all
    fits: float = 0.15  # log10 a frame by which what the business expects must match the sound better than anything
    # else to be believed in doubt; of 34 orders most have 0.3 to 0.6, of 26 open lines -0.2 to 0.2
    agreed_below: float = 0.4  # the surer of two that agree
    second_below: float = 0.7  # the second way alone; 27 of 80 utterances meant for others pass, at 0.8 24
    answered_below: float = 0.5  # the surer of two that agree on a yes or a no; at 0.4 "this is" was a yes
    answer_fits: float = -2.4  # log10 a frame that the better of the two must have
    answer_beats: float = 0.5  # what the state's whole language heard, when that was no surer
    language_weight: float = 6.5  # the engine's own default; 9 and 12 gave nothing


def open(settings: Settings, languages: Languages) -> Recogniser:
    """Compiles every state's model now, so that a call never waits for one. Raises EngineUnavailable."""
    models = compiled(languages)
    return PocketsphinxRecogniser(settings, models)


class PocketsphinxRecogniser:
    """Takes a decoder for each utterance: 32 MB each, 24 of them for open questions; as many as ever worked at once."""

    def __init__(self, settings: Settings, models: Models) -> None:
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
        plainly = len(voice) < _SENTENCE_SAMPLES
        with self._decoder() as decoder:
            expected = self._models.languages[language]
            heard = self._look(decoder, voice, expected, plainly=plainly)
            judged = self._judge(heard, voice)
            if judged.text and _in_number(heard):
                judged = replace(judged, alternatives=tuple(_others(decoder, judged.text)))
            if language in self._models.yes_or_no and len(voice) <= _SHORT_SAMPLES:
                judged = self._answered(decoder, judged, voice, self._models.yes_or_no[language])
            if language in self._models.open and judged.refused != Guard.SILENCE:
                judged = self._openly(decoder, heard, judged, voice, self._models.open[language])
            if judged.refused == Guard.CONFIDENCE and not plainly:
                again = self._look(decoder, voice, expected, plainly=True)
                judged = self._second(heard, again, voice) or judged
        moved = tuple(_moved(word, from_ms, len(pcm) * 1000 // RATE) for word in judged.words)
        return replace(judged, words=moved)

    def _openly(
        self, decoder: engine.Decoder, expected: Sequence[Word], judged: Recognition, voice: Pcm, anything: Path
    ) -> Recognition:
        """What the business expects, where it was surely said or matches the sound better; else whatever was said."""
        if judged.text and judged.confidence >= self._settings.reject_sentence_below:
            return judged
        fit = _fit(decoder)
        heard = self._look(decoder, voice, anything, plainly=len(voice) < _SENTENCE_SAMPLES)
        better = fit - _fit(decoder) >= self._settings.fits
        chosen = expected if expected and (better or self._agree(expected, heard)) else heard
        return self._judge(chosen, voice, sentence_below=self._settings.reject_open_below)

    def _answered(self, decoder: engine.Decoder, judged: Recognition, voice: Pcm, answers: Path) -> Recognition:
        """A plain yes or no that both ways of hearing find among common words; else what was heard before."""
        if judged.refused == Guard.SILENCE or (judged.text and judged.confidence >= self._settings.answer_beats):
            return judged
        found, fits = [], []
        for plainly in (True, False):
            found.append(self._look(decoder, voice, answers, plainly=plainly))
            fits.append(_fit(decoder))
        first, second = (short_answers.answer(_text(words)) for words in found)
        surer = max(found, key=_confidence)
        sure = _confidence(surer) >= self._settings.answered_below and max(fits) >= self._settings.answer_fits
        if not first or first != second or not sure or judge_constrained(_text(surer), voice):
            return judged
        return Recognition(_text(surer), _confidence(surer), NAME, tuple(surer))

    def _look(self, decoder: engine.Decoder, voice: Pcm, language: Path, *, plainly: bool) -> Sequence[Word]:
        decoder.activate_search(language.stem)
        decoder.reinit_feat()  # else its estimate of noise and voice is still the last caller's; 70 µs
        decoder.start_utt()
        try:
            cepstra = phone_cepstra.plain if plainly else self._cepstra
            frames = cepstra(resample(voice, RATE, phone_cepstra.RATE))
            decoder.process_cep(frames.tobytes(), full_utt=True)
        finally:
            decoder.end_utt()
        return list(_words(decoder)) if decoder.hyp() is not None else []

    def _judge(self, words: Sequence[Word], voice: Pcm, *, sentence_below: float | None = None) -> Recognition:
        """`sentence_below`: the bar of three words and more, instead of what the words themselves ask for."""
        text, confidence = _text(words), _confidence(words)
        guard = judge_constrained(text, voice)
        if not guard and confidence < self._bar(words, voice, sentence_below):
            guard = Guard.CONFIDENCE
        if guard:
            return Recognition("", confidence, NAME, refused=guard)
        return Recognition(text, confidence, NAME, tuple(words))

    def _second(self, first: Sequence[Word], second: Sequence[Word], voice: Pcm) -> Recognition | None:
        """What is believed of an utterance that was doubted once; None: nothing more than before."""
        surer = max(first, second, key=_confidence)
        if self._agree(first, second) and _confidence(surer) >= self._settings.agreed_below:
            return self._believed(surer, voice)
        if len(second) > _SHORT_WORDS and _confidence(second) >= self._settings.second_below:
            return self._believed(second, voice)
        return None

    def _agree(self, first: Sequence[Word], second: Sequence[Word]) -> bool:
        texts = [word.text for word in first], [word.text for word in second]
        return word_errors(*texts) <= (1 - self._settings.alike) * max(map(len, texts))

    def _believed(self, words: Sequence[Word], voice: Pcm) -> Recognition | None:
        text = _text(words)
        if not text or open_ended(text.split()) or judge_constrained(text, voice):
            return None
        return Recognition(text, _confidence(words), NAME, tuple(words))

    def _bar(self, words: Sequence[Word], voice: Pcm, sentence_below: float | None) -> float:
        if sentence_below is not None and len(words) > _SHORT_WORDS:
            return sentence_below
        if open_ended([word.text for word in words]):
            return self._settings.reject_fragment_below
        if _in_number(words):
            return self._settings.reject_number_below
        short = len(words) <= _SHORT_WORDS
        if short and len(voice) > _SHORT_SAMPLES:
            return _NEVER
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
        kinds = self._models.languages, self._models.open, self._models.yes_or_no
        for path in sorted({path for kind in kinds for path in kind.values()}):
            decoder.add_lm(path.stem, engine.NGramModel(decoder.config, decoder.logmath, str(path)))
        return decoder


# --- words ------------------------------------------------------------------------------------------------------


def _text(words: Sequence[Word]) -> str:
    return " ".join(as_said(word.text) for word in words)


def _in_number(words: Sequence[Word]) -> bool:
    """Whether a number of the expected length was heard."""
    return any("#" in word.text for word in words)


def _confidence(words: Sequence[Word]) -> float:
    return float(np.mean([word.confidence for word in words])) if words else 0.0


def _words(decoder: engine.Decoder) -> Iterator[Word]:
    """Without the engine's marks: `<sil>` and the like are no words, `(2)` tells the second pronunciation. Digits keep
    their place in a number until they are handed on."""
    for heard in decoder.seg():
        text = heard.word.partition("(")[0]
        if text and text[0] not in "<[":
            start_ms, end_ms = heard.start_frame * _DECODER_FRAME_MS, (heard.end_frame + 1) * _DECODER_FRAME_MS
            yield Word(text, start_ms, end_ms, min(1.0, float(heard.prob)))


def _fit(decoder: engine.Decoder) -> float:
    """How well what was heard matches the sound: log10 a frame, against the best that was looked at there."""
    segments = list(decoder.seg()) if decoder.hyp() is not None else []
    frames = segments[-1].end_frame + 1 if segments else 1
    return sum(log10(max(float(one.ascore), _LEAST_SCORE)) for one in segments) / frames


def _moved(word: Word, by_ms: int, longest_ms: int) -> Word:
    """On the utterance's own clock, and inside it."""
    start_ms, end_ms = (min(max(0, at_ms + by_ms), longest_ms) for at_ms in (word.start_ms, word.end_ms))
    return Word(as_said(word.text), start_ms, end_ms, word.confidence)


def _others(decoder: engine.Decoder, best: str) -> Iterator[str]:
    """Other numbers that may have been said, likeliest first."""
    known = {best}
    for hypothesis in islice(decoder.nbest(), _LOOKED_THROUGH):
        words = [word.partition("(")[0] for word in (hypothesis.hypstr or "").split()]
        text = " ".join(as_said(word) for word in words if word[0] not in "<[")
        if text in known or not any("#" in word for word in words):
            continue
        known.add(text)
        yield text
        if len(known) > _ALTERNATIVES:
            return
