"""How many cells of the failure matrix end in the right typed outcome: whole calls in virtual time, on three lines."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.context import Context
from tests.bench.writer import Row
from tests.calls.matrix.cells import branches, cells, play, wrong

IDS = ("handoff_matrix_right",)


def rows(context: Context) -> Sequence[Row]:
    right = {cell: _right(*cell) for cell in cells()}
    lines = Counter(line for _, line in right)
    missed = [f"{name} on {line}" for (name, line), so in right.items() if not so]
    note = f"{len(branches())} branches: " + ", ".join(f"{count} on {line}" for line, count in lines.items())
    return [
        context.samples.row(
            IDS[0], [float(so) for so in right.values()], "share", unit="of cells", goal="= 1.00",
            of="1 when one branch on one line ends as tests/calls/handoff_matrix.toml says, with nobody lost",
            note="; ".join([note, *(f"wrong: {one}" for one in missed)]),
        )
    ]  # fmt: skip


def _right(name: str, line: str) -> bool:
    with TemporaryDirectory() as folder:
        try:
            return not wrong(name, line, play(name, line, Path(folder)))
        except (AssertionError, TimeoutError):  # the story did not come that far
            return False
