"""Texts as sparse vectors: words 1-2 and characters 2-5 inside words, TF-IDF, each half of length 1.

Character n-grams keep most of a word that the recogniser half-heard; measured in 2.1 of the understanding page they
lose less to word errors than a sentence embedding.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating]
Sparse = tuple[npt.NDArray[np.intp], npt.NDArray[np.float32]]  # columns, values

MOST_WORDS = 400  # of one utterance; who speaks longer than three minutes without pause has said it by then
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")


def words(text: str) -> list[str]:
    """Lower-case words of `text`, digits as "0" each (which number it was matters to slots, not to the intent)."""
    plain = text.casefold().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    return [re.sub(r"\d", "0", word) for word in _WORD.findall(plain)[:MOST_WORDS]]


def grams(text: str) -> tuple[Counter[str], Counter[str]]:
    """Counts of word n-grams and of character n-grams; prefixes keep the two apart."""
    spoken = words(text)
    by_word = Counter(f"w:{word}" for word in spoken)
    by_word.update(f"w:{one} {two}" for one, two in pairwise(spoken))
    padded = [f" {word} " for word in spoken]
    pieces = [
        f"c:{word[at : at + size]}" for word in padded for size in range(2, 6) for at in range(len(word) - size + 1)
    ]
    return by_word, Counter(pieces)


@dataclass(frozen=True, slots=True)
class Ngrams:
    """The columns that training texts share, with how rare each is."""

    columns: dict[str, int]
    rarity: npt.NDArray[np.float32]

    @classmethod
    def of(cls, texts: Iterable[str], *, least_texts: int = 2) -> "Ngrams":
        """Keeps n-grams that occur in at least `least_texts` texts (all of them when the texts are very few)."""
        seen: Counter[str] = Counter()
        count = 0
        for text in texts:
            by_word, by_character = grams(text)
            seen.update(by_word.keys())
            seen.update(by_character.keys())
            count += 1
        least = least_texts if count >= 20 else 1
        kept = sorted(gram for gram, often in seen.items() if often >= least)
        rarity = np.log((1 + count) / (1 + np.array([seen[gram] for gram in kept], np.float32))) + 1
        return cls({gram: column for column, gram in enumerate(kept)}, rarity.astype(np.float32))

    def vector(self, text: str) -> Sparse:
        """Columns and values of one text; empty when it holds nothing known."""
        halves = [self._half(counts) for counts in grams(text)]
        columns = np.concatenate([columns for columns, _ in halves])
        values = np.concatenate([values for _, values in halves])
        length = float(np.sqrt((values * values).sum()))
        return columns, (values / length).astype(np.float32) if length > 0 else values

    def _half(self, counts: Counter[str]) -> Sparse:
        known = [(self.columns[gram], often) for gram, often in counts.items() if gram in self.columns]
        if not known:
            return np.zeros(0, np.intp), np.zeros(0, np.float32)
        columns = np.array([column for column, _ in known], np.intp)
        values = (1 + np.log(np.array([often for _, often in known], np.float32))) * self.rarity[columns]
        return columns, (values / np.sqrt((values * values).sum())).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Rows:
    """Many sparse vectors, held by row and by column."""

    width: int
    starts: npt.NDArray[np.intp]
    columns: npt.NDArray[np.intp]
    values: npt.NDArray[np.float32]
    column_starts: npt.NDArray[np.intp]
    column_rows: npt.NDArray[np.intp]
    column_values: npt.NDArray[np.float32]

    @classmethod
    def of(cls, vectors: Sequence[Sparse], width: int) -> "Rows":
        lengths = np.array([len(columns) for columns, _ in vectors], np.intp)
        columns = np.concatenate([columns for columns, _ in vectors]) if vectors else np.zeros(0, np.intp)
        values = np.concatenate([values for _, values in vectors]) if vectors else np.zeros(0, np.float32)
        rows = np.repeat(np.arange(len(vectors)), lengths)
        order = np.argsort(columns, kind="stable")
        ends = np.cumsum(np.bincount(columns, minlength=width))
        starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.intp)
        by_column = np.concatenate([[0], ends]).astype(np.intp)
        return cls(width, starts, columns, values, by_column, rows[order], values[order])

    def __len__(self) -> int:
        return len(self.starts) - 1

    def cosines(self, vector: Sparse) -> npt.NDArray[np.float64]:
        """Similarity of `vector` to every row."""
        columns, values = vector
        if len(columns) == 0:
            return np.zeros(len(self))
        places, counts = self._places(columns)
        weights = self.column_values[places] * np.repeat(values, counts)
        sums = np.bincount(self.column_rows[places], weights=weights, minlength=len(self))
        return sums.astype(np.float64)

    def chosen(self, which: npt.NDArray[np.intp]) -> "Rows":
        """Those rows alone, in that order."""
        parts = [slice(self.starts[row], self.starts[row + 1]) for row in which]
        return Rows.of([(self.columns[part], self.values[part]) for part in parts], self.width)

    def similarities(self, others: "Rows") -> npt.NDArray[np.float32]:
        """Of every row to every row of `others`: common columns by matrix product, rare ones by their few meetings."""
        often = np.diff(others.column_starts)
        common = often > max(len(others) // 50, 8)
        matrix: npt.NDArray[np.float32] = self._dense(common) @ others._dense(common).T
        for row in range(len(self)):
            span = slice(self.starts[row], self.starts[row + 1])
            rare = ~common[self.columns[span]]
            if not rare.any():
                continue
            places, counts = others._places(self.columns[span][rare])
            weights = others.column_values[places] * np.repeat(self.values[span][rare], counts)
            matrix[row] += np.bincount(others.column_rows[places], weights=weights, minlength=len(others))
        return matrix

    def _dense(self, kept: npt.NDArray[np.bool_]) -> npt.NDArray[np.float32]:
        """The kept columns as a plain matrix."""
        dense = np.zeros((len(self), int(kept.sum())), np.float32)
        renamed = np.cumsum(kept) - 1
        row_of = np.repeat(np.arange(len(self)), np.diff(self.starts))
        shown = kept[self.columns]
        dense[row_of[shown], renamed[self.columns[shown]]] = self.values[shown]
        return dense

    def combine(self, shares: Floats) -> npt.NDArray[np.float32]:
        """`rows.T @ shares`: one weight vector a column of shares; (width, columns of shares)."""
        result = np.zeros((self.width, shares.shape[1]), np.float32)
        row_of = np.repeat(np.arange(len(self)), np.diff(self.starts))
        for which in range(shares.shape[1]):
            weights = self.values * shares[row_of, which]
            result[:, which] = np.bincount(self.columns, weights=weights, minlength=self.width)
        return result

    def _places(self, columns: npt.NDArray[np.intp]) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
        starts = self.column_starts[columns]
        counts = self.column_starts[columns + 1] - starts
        ends = np.cumsum(counts)
        return np.repeat(starts - ends + counts, counts) + np.arange(ends[-1] if len(ends) else 0), counts
