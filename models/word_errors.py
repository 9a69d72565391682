"""Texts as a recogniser might have heard them: words replaced, lost and added.

The mix is the understanding page's (2.1): 60 % substitutions, half of them by a word that is spelled alike, 25 %
deletions, 15 % insertions. No acoustics: a stand-in until our own recogniser's errors are collected.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

from models.ngrams import words

SUBSTITUTED, DELETED = 0.60, 0.25  # the rest is inserted


class WordErrors:
    """Draws errors from the words of `texts`. The same seed gives the same errors."""

    def __init__(self, texts: Iterable[str], *, seed: int = 7) -> None:
        self._dice = np.random.default_rng(seed)
        counts = Counter(word for text in texts for word in words(text))
        self._words = sorted(counts)
        often = np.array([counts[word] for word in self._words], float)
        self._chances = often / often.sum() if len(often) else often
        self._by_piece: dict[str, list[int]] = {}
        for number, word in enumerate(self._words):
            for piece in _pieces(word):
                self._by_piece.setdefault(piece, []).append(number)
        self._neighbours: dict[str, list[str]] = {}

    def applied(self, text: str, rate: float) -> str:
        """`text` with about `rate` of its words wrong; never empty."""
        kept: list[str] = []
        spoken = words(text)
        for word in spoken:
            if self._dice.random() >= rate:
                kept.append(word)
                continue
            kind = self._dice.random()
            if kind < SUBSTITUTED:
                kept.append(self._other(word))
            elif kind >= SUBSTITUTED + DELETED:
                kept += [word, self._any()]
        return " ".join(kept or spoken[:1])

    def _other(self, word: str) -> str:
        neighbours = self._like(word)
        if neighbours and self._dice.random() < 0.5:
            return str(neighbours[int(self._dice.integers(len(neighbours)))])
        return self._any()

    def _any(self) -> str:
        return self._words[int(self._dice.choice(len(self._words), p=self._chances))] if self._words else "uh"

    def _like(self, word: str) -> Sequence[str]:
        if word not in self._neighbours:
            shared: Counter[int] = Counter()
            for piece in _pieces(word):
                shared.update(self._by_piece.get(piece, ()))
            own = len(_pieces(word))
            ranked = sorted(
                (
                    (2 * often / (own + len(_pieces(self._words[number]))), self._words[number])
                    for number, often in shared.items()
                    if self._words[number] != word
                ),
                reverse=True,
            )
            self._neighbours[word] = [other for likeness, other in ranked[:3] if likeness > 0.3]
        return self._neighbours[word]


def _pieces(word: str) -> set[str]:
    padded = f" {word} "
    return {padded[at : at + 2] for at in range(len(padded) - 1)}
