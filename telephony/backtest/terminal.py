"""The back-test on the terminal: a table of both sets, the calls that changed, what is not known, and the verdict."""

from collections.abc import Iterator

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from telephony.backtest import told
from telephony.backtest.compare import Comparison, Verdict

COLOURS = {Verdict.NOT_WORSE: "bold green", Verdict.WORSE: "bold red", Verdict.UNDECIDED: "bold yellow"}


def shown(comparison: Comparison) -> Iterator[RenderableType]:
    rows = told.rows(comparison)
    if rows:
        grid = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
        grid.add_column("")
        grid.add_column("old", justify="right")
        grid.add_column("new", justify="right")
        for row in rows:
            grid.add_row(row.name, row.old, row.new)
        yield grid
    changed = comparison.changed
    yield Text(f"{len(changed)} of {len(comparison.pairs)} calls changed", "bold")
    for pair in changed:
        yield Text(f"{pair.tape.name} ({told.change(pair)})")
        yield Text(f"  old: {told.reason(pair.old)}")
        yield Text(f"  new: {told.reason(pair.new)}")
    yield from (Text(one, "yellow") for one in told.limits(comparison))
    yield Text(told.verdict(comparison), COLOURS[comparison.verdict])
