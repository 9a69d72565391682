"""What is usual on a line: the middle and a high quantile of a head's scores on ordinary turns.

A fixed threshold does not travel between lines (4.4 of the understanding page), a quantile does: scores count by how
far they stand above what callers of this very line usually show.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

HIGH = 0.975  # quantile that counts as high: one turn in forty, so that calibrated alarms stay below 5 % [the goal]
LEAST = 1e-6
# Turns of one caller are alike, so a quantile of few calls is far off: of 35 real calls, halves calibrated each other
# to 1 and to 15 % of judged turns. So calls are drawn anew, and high is what 95 % of the draws keep to.
SURE = 0.95
_DRAWS, _SEED = 400, 7


@dataclass(frozen=True, slots=True)
class Scale:
    median: float
    high: float

    def __post_init__(self) -> None:
        if not (np.isfinite(self.median) and np.isfinite(self.high) and self.high > self.median):
            raise ValueError(f"a high quantile above the median expected, got {self.high} and {self.median}")

    @classmethod
    def of(cls, scores: npt.ArrayLike) -> "Scale":
        """Raises `ValueError` where the scores do not differ."""
        median, high = np.quantile(np.asarray(scores, float), (0.5, HIGH))
        return cls(float(median), float(high))

    @classmethod
    def of_calls(cls, calls: Sequence[Sequence[float]]) -> "Scale":
        """From scores call by call, with a high quantile that few calls do not make too low. Raises `ValueError`."""
        told = [np.asarray(call, float) for call in calls if len(call)]
        if not told:
            raise ValueError("scores of at least one call expected, got none")
        dice = np.random.default_rng(_SEED)
        drawn = dice.integers(len(told), size=(_DRAWS, len(told)))
        highs = [np.quantile(np.concatenate([told[at] for at in draw]), HIGH) for draw in drawn]
        return cls(float(np.median(np.concatenate(told))), float(np.quantile(highs, SURE)))

    def placed(self, score: float) -> float:
        """0 at the median of ordinary turns, 1 at their high quantile."""
        return (score - self.median) / max(self.high - self.median, LEAST)
