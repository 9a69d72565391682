"""Whether words sound annoyed, learned from what people write: n-grams of one and two words under one linear head.

It hears what no list holds ("every month you rob me blind"). Comments are not calls, so its score counts only against
what is usual on the line: `Scale`, from callers of service lines or, better, from the deployment's own.
"""

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from models.frustration_scale import Scale
from models.ngrams import words

SHIPPED = Path(__file__).with_name("data") / "frustration_text.npz"
LEAST_WORDS = 3  # of an utterance: "no" and "four two" tell nothing
_NEGATIONS = frozenset({"not", "never", "without"})
_QUOTED = 3.0  # of the head's weight: "stupid" has 8, "people", which is no annoyed word by itself, 2


def grams(text: str) -> list[str]:
    """Words and neighbouring pairs, each once, in the order said; the two words after a negation are other words."""
    spoken: list[str] = []
    denied = 0
    for word in words(text):
        spoken.append(f"!{word}" if denied else word)
        denied = 2 if word in _NEGATIONS or word.endswith("n't") else max(0, denied - 1)
    return list(dict.fromkeys([*spoken, *(f"{one} {two}" for one, two in pairwise(spoken))]))


@dataclass(frozen=True, slots=True)
class TextHead:
    """`calm`: what the head makes of ordinary requests."""

    columns: Mapping[str, int]
    weights: npt.NDArray[np.float32]
    bias: float
    calm: Scale

    @property
    def fingerprint(self) -> str:
        """Says which head a score came from."""
        return f"{zlib.crc32(self.weights.tobytes()):08x}"

    @classmethod
    def shipped(cls, path: Path = SHIPPED) -> "TextHead":
        with np.load(path, allow_pickle=False) as arrays:
            names: list[str] = json.loads(str(arrays["grams"]))
            median, high, bias = (float(number) for number in arrays["numbers"])
            weights = arrays["weights"].astype(np.float32)
        columns = {name: column for column, name in enumerate(names)}
        return cls(columns, weights, bias, Scale(median, high))

    def score(self, text: str) -> float | None:
        """Log-odds of annoyance in the training set's terms; None where too little was said or nothing is known."""
        known = self._known(text)
        if not known:
            return None
        return float(self.weights[[column for _, column in known]].sum() / np.sqrt(len(known)) + self.bias)

    def strongest(self, text: str) -> str | None:
        """The word or pair that weighs most, None where none does by itself."""
        known = self._known(text)
        best = max(known, key=lambda one: self.weights[one[1]], default=None)
        return best[0] if best is not None and self.weights[best[1]] >= _QUOTED else None

    def _known(self, text: str) -> list[tuple[str, int]]:
        found = grams(text)
        if sum(" " not in gram for gram in found) < LEAST_WORDS:
            return []
        return [(gram, self.columns[gram]) for gram in found if gram in self.columns]
