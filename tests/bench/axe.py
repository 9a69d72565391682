"""What axe-core holds against WCAG 2.2 AA: every page, the desk in its states, the caller's page, light and dark."""

import asyncio
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.bench.context import Context
from tests.bench.writer import Row
from tests.desk.chromium import CHROME
from tests.desk.everywhere import every_page, walk

IDS = ("axe_violations",)


def rows(context: Context) -> Sequence[Row]:
    if not Path(CHROME).exists():
        pytest.skip(f"no browser at {CHROME}: install chromium or set CHROME")
    with tempfile.TemporaryDirectory() as folder:
        seen = asyncio.run(walk(Path(folder)))
    held = [f"{view}: {one}" for view, wrong in seen.found.items() for one in wrong]
    missed = sorted(every_page() - seen.opened)
    note = f"{len(seen.found) // 2} views of {len(seen.opened)} pages, each light and dark, in Chromium"
    note += f"; not opened: {', '.join(missed)}" if missed else ""
    note += f"; {'; '.join(held[:5])}" if held else ""
    return [
        context.samples.row(
            IDS[0], [float(len(wrong)) for wrong in seen.found.values()], "sum", unit="violations", goal="= 0",
            of="rules of WCAG 2.2 AA that a view breaks, by axe-core", note=note,
        )
    ]  # fmt: skip
