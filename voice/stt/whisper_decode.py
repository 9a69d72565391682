"""Sound to text and scores: features of exactly the window's length, then CTranslate2's encoder and greedy decoder.

faster-whisper's `transcribe` pads everything to 30 s and keeps its scores to itself. Here the window is the caller's
choice, several utterances share one decode, and every score is computed in the open. In the full window the text is
the one that `transcribe` gives with the same options.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import ctranslate2
import numpy as np
from faster_whisper.tokenizer import Tokenizer
from faster_whisper.transcribe import get_suppressed_tokens

from voice.audio import RATE, Pcm
from voice.resample import resample
from voice.stt.guards import compression_ratio
from voice.stt.log_mel import Floats, LogMel
from voice.stt.whisper_window import frames

HZ = 16_000  # what the model was trained on; faster-whisper assumes it without asking
_LONGEST = 448  # positions of the decoder: prompt and text together
HINT_STEP = 8  # tokens: hints are cut to a multiple, so that utterances of different states can share a decode


@dataclass(frozen=True, slots=True)
class Look:
    """One utterance in one window. Looks with the same `shape` can be decoded together."""

    features: Floats  # (mels, frames of the window)
    prompt: tuple[int, ...]
    cap: int  # most tokens of text

    @property
    def shape(self) -> tuple[int, int]:
        return self.features.shape[-1], len(self.prompt)


@dataclass(frozen=True, slots=True)
class Decoded:
    text: str  # as the model writes it
    tokens: int
    avg_logprob: float  # of a token, the end counted as one: faster-whisper's own reckoning
    no_speech_prob: float
    compression_ratio: float


class Decoder:
    """Shares one model with all others and changes nothing in it."""

    def __init__(self, model: Any, *, spoken_language: str) -> None:
        self._model = model
        self._extract = LogMel(model.feature_extractor)
        self._words = Tokenizer(
            model.hf_tokenizer, model.model.is_multilingual, task="transcribe", language=spoken_language
        )
        self._suppressed = list(get_suppressed_tokens(self._words, [-1]))
        self._plain = (*self._words.sot_sequence, self._words.no_timestamps)

    def hint(self, words: str, most: int) -> tuple[int, ...]:
        """A prompt that makes these words likelier, of at most `most` tokens."""
        tokens = self._words.encode(" " + words) if words else []
        tokens = tokens[: min(most, len(tokens)) // HINT_STEP * HINT_STEP]
        return (self._words.sot_prev, *tokens, *self._plain) if tokens else self._plain

    def look(self, sound: Floats, window_s: float, *, prompt: tuple[int, ...], cap: int) -> Look:
        """`sound`: float mono 16 kHz. Padded as the library does: log-mel of exact zeros up to the window's end."""
        wanted = frames(window_s)
        heard = self._extract(sound)[:, :wanted]
        features = np.zeros((heard.shape[0], wanted), np.float32)
        features[:, : heard.shape[1]] = heard
        return Look(features, prompt, min(cap, _LONGEST // 2, _LONGEST - len(prompt)))

    def decode(self, looks: Sequence[Look], *, exactly: int | None = None) -> list[Decoded]:
        """All `looks` have one `shape`. `exactly`: so many tokens are decoded whatever they say, to measure the cost.

        Each text is the one its look would have alone: a decode goes on to the longest cap, and what is beyond a
        look's own is cut. Raises RuntimeError or ValueError as CTranslate2 does.
        """
        features = ctranslate2.StorageView.from_array(np.stack([look.features for look in looks]))
        prompt = len(looks[0].prompt)
        cap = exactly or max(look.cap for look in looks)
        end = [self._words.eot] if exactly else []
        results = self._model.model.generate(
            features,
            [list(look.prompt) for look in looks],
            beam_size=1,
            max_length=max(2 * cap, prompt + cap),  # it decodes at most min(max_length / 2, max_length - prompt)
            suppress_tokens=[*self._suppressed, *end],
            return_scores=True,
            return_no_speech_prob=True,
        )
        return [self._decoded(result, exactly or look.cap) for look, result in zip(looks, results, strict=True)]

    def _decoded(self, result: Any, cap: int) -> Decoded:
        told = list(result.sequences_ids[0])
        whole = result.scores[0] * len(told)  # the score is a mean over the tokens without the end
        text = self._words.decode(told[:cap]).strip()
        avg = whole / (len(told) + 1)
        no_speech = result.no_speech_prob
        return Decoded(
            text, len(told[:cap]), avg if math.isfinite(avg) else -math.inf, no_speech, compression_ratio(text)
        )


def sound_of(pcm: Pcm) -> Floats:
    """Telephone sound as the model wants it."""
    return resample(pcm, RATE, HZ).astype(np.float32) / 32768.0
