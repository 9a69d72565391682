"""From a call's score to a level that means what it says: the chance that a listener calls this caller frustrated.

Isotonic: a score that stands higher never gives a lower level, and nothing else is assumed. Fitted by pooling adjacent
violators (Ayer et al. 1955); between the pools' middles the level runs straight.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
SMOOTHING = 1.0  # turns of the base rate that every pool is mixed with, so that no few turns say never or always


@dataclass(frozen=True, slots=True)
class Level:
    """Knots of a curve that never falls."""

    scores: tuple[float, ...]
    levels: tuple[float, ...]

    def __post_init__(self) -> None:
        rising = all(np.diff(self.scores) > 0) and all(np.diff(self.levels) >= 0)
        inside = all(0 <= level <= 1 for level in self.levels)
        if not (self.scores and len(self.scores) == len(self.levels) and rising and inside):
            raise ValueError(f"rising scores with levels in 0..1 that never fall expected, got {self}")

    def of(self, score: float) -> float:
        """The level of a score; beyond the knots the nearest one's. A score that is no number is none at all."""
        return float(np.interp(score if np.isfinite(score) else 0.0, self.scores, self.levels))

    @classmethod
    def fit(cls, scores: npt.ArrayLike, truths: npt.ArrayLike) -> "Level":
        """Raises `ValueError` for nothing to fit."""
        score, truth = np.round(np.asarray(scores, float), 3), np.asarray(truths, float)
        if len(score) == 0 or len(score) != len(truth):
            raise ValueError(f"a truth for every score expected, got {len(score)} scores and {len(truth)} truths")
        kept, first = np.unique(score, return_inverse=True)
        counts = np.bincount(first).astype(float)
        means = np.bincount(first, weights=truth) / counts
        pools = pooled(means, counts)
        weights = np.array([counts[start:end].sum() for start, end, _ in pools])
        middles = np.array([np.average(kept[start:end], weights=counts[start:end]) for start, end, _ in pools])
        values = np.array([value for _, _, value in pools])
        smoothed = (values * weights + SMOOTHING * truth.mean()) / (weights + SMOOTHING)
        again = pooled(smoothed, weights)
        levels = np.concatenate([np.full(end - start, value) for start, end, value in again])
        return cls(tuple(middles.tolist()), tuple(np.round(levels, 4).tolist()))


def pooled(values: Floats, weights: Floats) -> list[tuple[int, int, float]]:
    """Neighbours that fall are joined at their mean until none does: (start, end, value) of each pool."""
    pools: list[tuple[int, int, float, float]] = []
    for at, (value, weight) in enumerate(zip(values.tolist(), weights.tolist(), strict=True)):
        pool = (at, at + 1, value, weight)
        while pools and pools[-1][2] >= pool[2]:
            start, _, before, heavy = pools.pop()
            total = heavy + pool[3]
            pool = (start, pool[1], (before * heavy + pool[2] * pool[3]) / total, total)
        pools.append(pool)
    return [(start, end, value) for start, end, value, _ in pools]


def calibration_error(levels: npt.ArrayLike, truths: npt.ArrayLike, bins: int = 10) -> float:
    """Expected calibration error: how far levels lie from what was true, over equally wide bins."""
    level, truth = np.asarray(levels, float), np.asarray(truths, float)
    which = np.minimum((level * bins).astype(int), bins - 1)
    parts = [which == one for one in np.unique(which)]
    return float(sum(abs(level[part].mean() - truth[part].mean()) * part.mean() for part in parts))
