"""How well an exported model hears: word errors over clips, in the short windows it was taught on."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import ctranslate2
import numpy as np
from faster_whisper import WhisperModel

from models.training.speech.callers import RATE, Clip
from models.training.speech.clips import waves
from models.training.speech.phrases import words_only
from models.training.speech.tokens import PLAIN, START
from models.word_error_rate import word_errors

MOST_TOKENS = 60


@dataclass(frozen=True, slots=True)
class Score:
    clips: int
    words: int
    errors: int
    exact: int

    @property
    def word_error(self) -> float:
        return self.errors / max(1, self.words)


class Listener:
    def __init__(self, folder: Path) -> None:
        self._model = WhisperModel(str(folder), device="cpu", compute_type="int8", local_files_only=True)
        tokens = self._model.hf_tokenizer
        self._prompt = [tokens.token_to_id(START), tokens.token_to_id(PLAIN)]

    def hear(self, clip: Clip) -> str:
        features = self._model.feature_extractor(waves([clip])[0])[None]
        heard = self._model.model.encode(ctranslate2.StorageView.from_array(np.ascontiguousarray(features)))
        said = self._model.model.generate(heard, [self._prompt], beam_size=1, max_length=MOST_TOKENS)
        return words_only(self._model.hf_tokenizer.decode(said[0].sequences_ids[0]))


def score(listener: Listener, clips: Sequence[Clip]) -> Score:
    words = errors = exact = 0
    for clip in clips:
        wanted, got = clip.text.split(), listener.hear(clip).split()
        words += len(wanted)
        errors += word_errors(wanted, got)
        exact += wanted == got
    return Score(len(clips), words, errors, exact)


def seconds(clips: Sequence[Clip]) -> float:
    return sum(len(clip.samples) for clip in clips) / RATE
