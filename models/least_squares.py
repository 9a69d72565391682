"""Least squares with a ridge over a matrix of likenesses, by its Cholesky factor.

The factor of the first rows is the leading part of the factor of all: with held-out rows last, the head without them
costs nothing more.
"""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating]

BLOCK = 256  # rows that are solved at once; the rest is matrix products


def factor(likeness: Floats, ridge: float) -> Floats:
    """The lower triangle of `likeness + ridge`; `likeness` is overwritten."""
    likeness[np.diag_indices(len(likeness))] += likeness.dtype.type(ridge)
    lower: Floats = np.linalg.cholesky(likeness)
    return lower


def solve(lower: Floats, targets: Floats) -> Floats:
    """Shares of the first `len(targets)` rows, so that `(likeness + ridge) @ shares` is `targets`."""
    count = len(targets)
    found = targets.astype(lower.dtype)
    for begin in range(0, count, BLOCK):
        end = min(begin + BLOCK, count)
        rest = found[begin:end] - lower[begin:end, :begin] @ found[:begin]
        found[begin:end] = np.linalg.solve(lower[begin:end, begin:end], rest)
    return back(lower, found)


def back(lower: Floats, wanted: Floats) -> Floats:
    """The second half of it: what the transposed factor of the first `len(wanted)` rows turns into `wanted`."""
    count = len(wanted)
    found = wanted.astype(lower.dtype)
    for begin in reversed(range(0, count, BLOCK)):
        end = min(begin + BLOCK, count)
        rest = found[begin:end] - lower[end:count, begin:end].T @ found[end:]
        found[begin:end] = np.linalg.solve(lower[begin:end, begin:end].T, rest)
    return found
