"""Writes measurements down so that each can be checked: a row's value is recomputed from the samples it names.

A sample file is JSON: {"samples": [...], "of": "what one sample is"}. A row says by which statistic its value comes
from them; a row that was not measured is there with a null and a reason, never absent.
"""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path


class Mismatch(Exception):
    """A value that its own samples do not give."""


def percentile(share: float) -> Callable[[Sequence[float]], float]:
    """Nearest rank: a value that was really measured."""
    return lambda samples: sorted(samples)[max(0, math.ceil(share * len(samples)) - 1)]


STATISTICS: Mapping[str, Callable[[Sequence[float]], float]] = {
    "p50": percentile(0.50),
    "p95": percentile(0.95),
    "p99": percentile(0.99),
    "max": max,
    "min": min,
    "mean": lambda samples: sum(samples) / len(samples),
    "share": lambda samples: sum(1 for sample in samples if sample) / len(samples),
    "sum": sum,
}
LEAST = {"p95": 20, "p99": 100}
"""Samples below which a percentile is only the maximum by another name."""


@dataclass(frozen=True, slots=True)
class Row:
    """`ratio`: value to peer's value. `raw`: the sample file, relative to the bench's folder."""

    id: str
    value: float | None
    unit: str
    goal: str
    peer: str | None = None
    peer_value: float | None = None
    ratio: float | None = None
    n: int = 0
    raw: str | None = None
    note: str = ""
    statistic: str | None = None

    def __post_init__(self) -> None:
        if self.value is None and not self.note:
            raise ValueError(f"{self.id}: a reason expected for a row without a value, got none")
        if self.value is not None and (self.raw is None or self.statistic not in STATISTICS):
            raise ValueError(f"{self.id}: samples and one of {sorted(STATISTICS)} expected for a value")


@dataclass(frozen=True, slots=True)
class Header:
    commit: str
    machine: str
    seed: int
    config: str


class Samples:
    """Keeps the samples of rows in `folder`/raw, and makes the rows from them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        (folder / "raw").mkdir(parents=True, exist_ok=True)

    def row(
        self, id: str, samples: Sequence[float], statistic: str, *, unit: str, goal: str, of: str,
        peer: str | None = None, peer_value: float | None = None, note: str = "",
    ) -> Row:  # fmt: skip
        """Raises `ValueError` for too few samples: then it is `unmeasured`."""
        if len(samples) < LEAST.get(statistic, 1):
            raise ValueError(
                f"{id}: at least {LEAST.get(statistic, 1)} samples expected for {statistic}, got {len(samples)}"
            )
        raw = f"raw/{id}.json"
        kept = [round(float(sample), 6) for sample in samples]
        (self._folder / raw).write_text(json.dumps({"samples": kept, "of": of}), encoding="utf-8")
        value = round(STATISTICS[statistic](kept), 6)
        ratio = round(value / peer_value, 4) if peer_value else None
        return Row(id, value, unit, goal, peer, peer_value, ratio, len(kept), raw, note, statistic)


def unmeasured(id: str, *, unit: str, goal: str, why: str) -> Row:
    return Row(id, None, unit, goal, note=why)


def write(path: Path, header: Header, rows: Sequence[Row]) -> None:
    """Writes `path` once every row agrees with its samples. Raises `Mismatch`; then nothing is written."""
    ids = [row.id for row in rows]
    if doubles := sorted({one for one in ids if ids.count(one) > 1}):
        raise Mismatch(f"each row once expected, got {', '.join(doubles)} more than once")
    for row in rows:
        verify(row, path.parent)
    table = {"header": asdict(header), "rows": [asdict(row) for row in rows]}
    part = path.with_suffix(".part")
    part.write_text(json.dumps(table, indent=2) + "\n", encoding="utf-8")
    part.replace(path)


def check(path: Path) -> None:
    """Recomputes every row of a written bench. Raises `Mismatch`."""
    for fields in json.loads(path.read_text(encoding="utf-8"))["rows"]:
        verify(Row(**fields), path.parent)


def verify(row: Row, folder: Path) -> None:
    if row.value is None or row.raw is None or row.statistic is None:
        return
    try:
        samples = json.loads((folder / row.raw).read_text(encoding="utf-8"))["samples"]
    except (OSError, ValueError, KeyError) as error:
        raise Mismatch(f"{row.id}: samples expected in {row.raw}, got {error!r}") from error
    if len(samples) != row.n:
        raise Mismatch(f"{row.id}: {row.n} samples expected in {row.raw}, got {len(samples)}")
    again = round(STATISTICS[row.statistic](samples), 6)
    if not math.isclose(again, row.value, rel_tol=1e-6, abs_tol=1e-6):
        raise Mismatch(f"{row.id}: {row.statistic} of {row.raw} is {again}, the row says {row.value}")
