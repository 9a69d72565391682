"""What is fitted of an intent model: arrays and words alone, saved in one file without pickle, and how they score.

Each head is linear in the n-grams and, where there is a sentence encoder, in its vector: the two shares are added.
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

from models.errors import WrongContent
from models.intent_gate import Evidence, Gate, nearest
from models.ngrams import Ngrams, Rows, Sparse

Floats = npt.NDArray[np.floating]
Vectors = npt.NDArray[np.float32]

FORMAT = 1


@dataclass(frozen=True, slots=True)
class IntentHeads:
    names: tuple[str, ...]
    ngrams: Ngrams
    rows: Rows  # examples that say how near an utterance is
    weights: Vectors  # (n-grams, intents + 1): last the one that parts all of them from the rest
    bias: Floats
    temperature: float
    gate: Gate
    cross_validated: float  # accuracy on held-out examples while fitting
    encoder_weights: Vectors | None = None  # (width of the encoder, intents + 1)
    encoder_rows: Vectors | None = None  # the vectors of `rows`

    def evidence(self, vector: Sparse, embedded: Vectors | None) -> Evidence:
        """Scores of one utterance, from its n-grams and its sentence vector."""
        columns, values = vector
        scores: Floats = values @ self.weights[columns] + self.bias
        near = nearest(self.rows.cosines(vector)[None])
        if embedded is None or self.encoder_weights is None or self.encoder_rows is None:
            return Evidence(scores[None, :-1], scores[-1:], near)
        meant = embedded @ self.encoder_weights
        scores = scores + meant
        close = nearest((self.encoder_rows @ embedded)[None])
        return Evidence(scores[None, :-1], scores[-1:], near, meant[None, :-1], close)


def save(heads: IntentHeads, fingerprint: str, path: Path) -> None:
    """One .npz of arrays, the words of it as JSON inside; in place only when whole."""
    words = {
        "format": FORMAT,
        "fingerprint": fingerprint,
        "names": heads.names,
        "ngrams": sorted(heads.ngrams.columns, key=heads.ngrams.columns.__getitem__),
        "numbers": [heads.temperature, heads.gate.threshold, heads.cross_validated],
    }
    arrays: dict[str, Any] = {
        "words": np.frombuffer(json.dumps(words).encode(), np.uint8),
        "rarity": heads.ngrams.rarity,
        "weights": heads.weights,
        "bias": heads.bias,
        "gate": heads.gate.weights,
        "row_starts": heads.rows.starts,
        "row_columns": heads.rows.columns,
        "row_values": heads.rows.values,
    }
    if heads.encoder_weights is not None and heads.encoder_rows is not None:
        arrays |= {"encoder_weights": heads.encoder_weights, "encoder_rows": heads.encoder_rows}
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
    temperature, threshold, cross_validated = words["numbers"]
    return IntentHeads(
        names=tuple(words["names"]),
        ngrams=ngrams,
        rows=Rows.of([(columns[part], values[part]) for part in parts], len(ngrams.columns)),
        weights=arrays["weights"],
        bias=arrays["bias"],
        temperature=temperature,
        gate=Gate(arrays["gate"], threshold),
        cross_validated=cross_validated,
        encoder_weights=arrays.get("encoder_weights"),
        encoder_rows=arrays.get("encoder_rows"),
    )
