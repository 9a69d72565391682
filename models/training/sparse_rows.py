"""Texts as rows of a sparse matrix, with the two products by which `models/linear.py` fits a head and no others."""

from collections.abc import Iterable, Mapping, Sequence
from typing import cast

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]


def sparse_rows(texts: Iterable[Sequence[Sequence[str]]], columns: Mapping[str, int]) -> Floats:
    """`texts`: the groups of grams of each; a group's known grams weigh 1 / sqrt of how many they are. `columns`: gram
    → its column. For `linear.fit`, which asks for these two products alone."""
    return cast(Floats, SparseRows(texts, columns))


class SparseRows:
    """One row a text, one column a gram."""

    def __init__(self, texts: Iterable[Sequence[Sequence[str]]], columns: Mapping[str, int]) -> None:
        rows = [[[columns[gram] for gram in group if gram in columns] for group in text] for text in texts]
        groups = [(at, known) for at, row in enumerate(rows) for known in row if known]
        counts = np.array([len(known) for _, known in groups], np.intp)
        self.shape, self.dtype = (len(rows), len(columns)), np.dtype(np.float64)
        self._rows = np.repeat(np.array([at for at, _ in groups], np.intp), counts)
        self._columns = np.array([column for _, known in groups for column in known], np.intp)
        self._values = np.repeat(1 / np.sqrt(counts), counts)

    def __matmul__(self, weights: Floats) -> Floats:
        return self._summed(self._rows, self._columns, weights, self.shape[0])

    @property
    def T(self) -> "Transposed":  # noqa: N802 - as arrays call it
        return Transposed(self)

    def transposed(self, errors: Floats) -> Floats:
        return self._summed(self._columns, self._rows, errors, self.shape[1])

    def _summed(self, into: Places, of: Places, what: Floats, size: int) -> Floats:
        return np.stack([np.bincount(into, self._values * column[of], minlength=size) for column in what.T], axis=1)


class Transposed:
    def __init__(self, rows: SparseRows) -> None:
        self._rows = rows

    def __matmul__(self, errors: Floats) -> Floats:
        return self._rows.transposed(errors)
