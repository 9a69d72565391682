"""What is fitted of an intent model: arrays and words alone, saved in one file without pickle, and how they score.

A head is a share for each taught text: an utterance scores by how alike it is to each, in letters (n-grams) and, where
there is a sentence encoder, in meaning. Likeness counts more than its cosine says: two texts that share half their
letters are less than half alike [measured, BANKING77: .914 against .861 with plain cosines and least squares].
"""

import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from models import linear
from models.errors import WrongContent
from models.intent_gate import Evidence, Gate, nearest
from models.ngrams import Ngrams, Rows, Sparse

Floats = npt.NDArray[np.floating]
Vectors = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.intp]

FORMAT = 4
NARROW = 3.0  # of the Gaussian [measured: 3 and 5 alike, 8 worse]


@dataclass(frozen=True, slots=True)
class Letters:
    """How n-grams count. `weight`: beside meaning; `squares`: how much of the cosine is squared."""

    weight: float
    squares: float


@dataclass(frozen=True, slots=True)
class IntentHeads:
    names: tuple[str, ...]
    ngrams: Ngrams
    rows: Rows  # the taught texts
    examples: Numbers  # those of them that are our examples as written: they say how near an utterance is
    shares: Vectors  # (rows, intents + 1): last the head that parts all of them from the rest
    bias: Floats
    letters: Letters
    temperature: float
    lapse: float  # of sure answers that are wrong all the same
    gate: Gate
    cross_validated: float  # accuracy on held-out examples while fitting
    vectors: Vectors | None = None  # of the rows, where there is an encoder

    def chances(self, logits: Floats, *, prior: Floats | float = 0.0) -> Floats:
        """Calibrated; over the last axis. `prior`: added to the logits after temperature."""
        found = linear.softmax(logits / self.temperature + prior)
        calibrated: Floats = (1 - self.lapse) * found + self.lapse / found.shape[-1]
        return calibrated

    def evidence(self, vector: Sparse, embedded: Vectors | None) -> Evidence:
        """Scores of one utterance, from its n-grams and its sentence vector."""
        cosines = self.rows.cosines(vector)
        scores: Floats = _times(self.shares.T, by_letters(cosines, self.letters)) + self.bias
        near = nearest(cosines[self.examples][None])
        if embedded is None or self.vectors is None:
            return Evidence(scores[None, :-1], scores[-1:], near)
        close = _times(self.vectors, embedded)
        meant = _times(self.shares.T, by_meaning(close))
        scores = scores + meant
        return Evidence(scores[None, :-1], scores[-1:], near, meant[None, :-1], nearest(close[self.examples][None]))


def _times(matrix: Vectors, vector: Floats) -> Floats:
    """Not by BLAS: for one utterance its threads cost more than they save, 10 ms on busy cores [measured]."""
    product: Floats = np.einsum("ij,j->i", matrix, vector.astype(np.float32))
    return product


def by_letters(cosines: Floats, letters: Letters) -> Floats:
    """Likeness of n-grams: cosines and their squares, so that it is an inner product as heads need it."""
    kind = cosines.dtype.type
    squares = kind(letters.squares)
    likeness: Floats = cosines * (1 - squares + squares * cosines) * kind(letters.weight)
    return likeness


def by_meaning(cosines: Floats) -> Floats:
    """Likeness of sentence vectors: a Gaussian of their distance."""
    likeness: Floats = np.exp(NARROW * (cosines - 1))
    return likeness


def save(heads: IntentHeads, fingerprint: str, path: Path) -> None:
    """One .npz of arrays, the words of it as JSON inside; in place only when whole."""
    words = {
        "format": FORMAT,
        "fingerprint": fingerprint,
        "names": heads.names,
        "ngrams": sorted(heads.ngrams.columns, key=heads.ngrams.columns.__getitem__),
        "numbers": [
            heads.letters.weight,
            heads.letters.squares,
            heads.temperature,
            heads.lapse,
            heads.gate.threshold,
            heads.cross_validated,
        ],
    }
    arrays: dict[str, Any] = {
        "words": np.frombuffer(json.dumps(words).encode(), np.uint8),
        "rarity": heads.ngrams.rarity,
        "shares": heads.shares,
        "examples": heads.examples,
        "bias": heads.bias,
        "gate": heads.gate.weights,
        "row_starts": heads.rows.starts,
        "row_columns": heads.rows.columns,
        "row_values": heads.rows.values,
    }
    if heads.vectors is not None:
        arrays["vectors"] = heads.vectors
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    with part.open("wb") as file:
        np.savez(file, **arrays)
    part.replace(path)


def load(path: Path) -> tuple[IntentHeads, str]:
    """The heads and their fingerprint. Raises FileNotFoundError, or WrongContent for any other file."""
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        words = json.loads(arrays["words"].tobytes())
        if words["format"] != FORMAT:
            raise ValueError(f"format {words['format']}")
        return _heads(words, arrays), str(words["fingerprint"])
    except (ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile) as error:
        raise WrongContent(f"{path}: a saved intent model of format {FORMAT} expected, got {error}") from error


def _heads(words: Mapping[str, Any], arrays: Mapping[str, npt.NDArray[Any]]) -> IntentHeads:
    ngrams = Ngrams({gram: column for column, gram in enumerate(words["ngrams"])}, arrays["rarity"])
    starts, columns, values = arrays["row_starts"], arrays["row_columns"], arrays["row_values"]
    parts = [slice(begin, end) for begin, end in pairwise(starts)]
    weight, squares, temperature, lapse, threshold, cross_validated = words["numbers"]
    return IntentHeads(
        names=tuple(words["names"]),
        ngrams=ngrams,
        rows=Rows.of([(columns[part], values[part]) for part in parts], len(ngrams.columns)),
        examples=arrays["examples"],
        shares=arrays["shares"],
        bias=arrays["bias"],
        letters=Letters(weight, squares),
        temperature=temperature,
        lapse=lapse,
        gate=Gate(arrays["gate"], threshold),
        cross_validated=cross_validated,
        vectors=arrays.get("vectors"),
    )
