"""What each measurement is handed, and what it is: a module with `rows(context)`."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tests.bench.writer import Row, Samples

ROOT = Path(__file__).parents[2]
SEED = 7


@dataclass(frozen=True, slots=True)
class Context:
    samples: Samples
    folder: Path  # for what a measurement leaves beside its samples
    full: bool  # take the time
    seed: int = SEED


class Measurement(Protocol):
    def rows(self, context: Context) -> Sequence[Row]: ...
