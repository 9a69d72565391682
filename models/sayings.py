"""What a sentence is about, learned from sentences: a wish for a person, one of six topics for a person, or neither.

One linear head over words, pairs, triples and pieces of words, beside the wordings of a rule, which are surer but know
only what somebody thought of.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from models.linear import softmax
from models.ngrams import words

SHIPPED = Path(__file__).with_name("data") / "sayings.npz"
NOTHING = "nothing"
PERSON = "person"
CLASSES = (NOTHING, PERSON, "legal", "complaint", "fraud", "bereavement", "vulnerable", "churn")
MOST_WORDS = 60  # of one utterance; it learned from sentences of at most 30
_PIECES = (3, 4, 5)  # letters

Floats = npt.NDArray[np.floating]


def grams(text: str) -> tuple[list[str], list[str]]:
    """Words, pairs, triples and pairs around a word; and pieces of words. Each once."""
    spoken = words(text)[:MOST_WORDS]
    line = ["^", *spoken, "$"]
    threes = list(zip(line, line[1:], line[2:], strict=False))
    whole = [f"w:{word}" for word in spoken]
    whole += [f"w:{one} {two}" for one, two in pairwise(line)]
    whole += [f"w:{one} {two} {three}" for one, two, three in threes]
    whole += [f"s:{one} {three}" for one, _, three in threes]
    padded = [f" {word} " for word in spoken]
    pieces = [f"c:{one[at : at + size]}" for one in padded for size in _PIECES for at in range(len(one) - size + 1)]
    return list(dict.fromkeys(whole)), list(dict.fromkeys(pieces))


@dataclass(frozen=True, slots=True)
class Sayings:
    """`weights`: (grams, classes)."""

    columns: Mapping[str, int]
    weights: npt.NDArray[np.float32]
    bias: npt.NDArray[np.float32]
    temperature: float

    @classmethod
    def load(cls, path: Path = SHIPPED) -> "Sayings":
        with np.load(path, allow_pickle=False) as arrays:
            names: list[str] = json.loads(arrays["grams"].tobytes())
            weights, bias = arrays["weights"].astype(np.float32), arrays["bias"].astype(np.float32)
            temperature = float(arrays["temperature"])
        return cls({name: column for column, name in enumerate(names)}, weights, bias, temperature)

    def logits(self, text: str) -> Floats:
        total = self.bias.astype(np.float64)
        for half in grams(text):
            known = [self.columns[gram] for gram in half if gram in self.columns]
            if known:
                total = total + self.weights[known].sum(axis=0) / np.sqrt(len(known))
        return total

    def chances(self, text: str) -> Mapping[str, float]:
        """The probability of each class."""
        return dict(zip(CLASSES, softmax(self.logits(text) / self.temperature).tolist(), strict=True))


@cache
def shipped() -> Sayings:
    return Sayings.load()


@lru_cache(maxsize=64)
def chances(text: str) -> Mapping[str, float]:
    """Of the shipped head; several rules look at one utterance."""
    return shipped().chances(text)
