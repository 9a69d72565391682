"""Sentences as vectors of length 1, by a small BERT that CTranslate2 runs in int8 on one thread.

Two milliseconds a sentence [measured: understanding page 2.3]. It knows what words mean, which letters do not show;
letters survive misheard words better, so `models/intent.py` joins both.
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from ctranslate2 import Encoder
from tokenizers import Tokenizer

from models.encoder_weights import TOKENIZER, converted

MOST_TOKENS = 128  # what the published model was trained with; a caller's turn has twenty
BATCH = 64

Vectors = npt.NDArray[np.float32]


class SentenceEncoder:
    """The mean of the last layer over a sentence's tokens. Implements `models.intent.Encoder`."""

    def __init__(self, folder: Path, *, threads: int = 1) -> None:
        """`folder` holds the published config, weights and tokenizer. Raises `WeightsError`."""
        model = converted(folder)
        self._encoder = Encoder(str(model), device="cpu", compute_type="int8", intra_threads=threads)
        self._tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(MOST_TOKENS)
        with (model / "model.bin").open("rb") as file:
            self._name = f"minilm {hashlib.file_digest(file, 'sha256').hexdigest()[:8]}"

    @property
    def name(self) -> str:
        """Which weights: part of a fitted model's fingerprint."""
        return self._name

    def encode(self, texts: Sequence[str]) -> Vectors:
        """A row a text. Texts of one length go together, so that no padding enters a mean."""
        tokens = [encoded.ids for encoded in self._tokenizer.encode_batch(list(texts))]
        rows = np.zeros((len(tokens), 0), np.float32)
        order = sorted(range(len(tokens)), key=lambda at: len(tokens[at]))
        for group in _groups(order, tokens):
            states = np.array(self._encoder.forward_batch([tokens[at] for at in group]).last_hidden_state)
            if rows.shape[1] == 0:
                rows = np.zeros((len(tokens), states.shape[2]), np.float32)
            means = states.mean(axis=1)
            rows[group] = means / np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-9)
        return rows


def _groups(order: Sequence[int], tokens: Sequence[Sequence[int]]) -> list[list[int]]:
    groups: list[list[int]] = []
    for at in order:
        last = groups[-1] if groups else []
        if last and len(last) < BATCH and len(tokens[last[0]]) == len(tokens[at]):
            last.append(at)
        else:
            groups.append([at])
    return groups
