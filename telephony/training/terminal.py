"""What was trained, for a terminal: the figures, the worst pairs, and what to do about them."""

from collections.abc import Iterator

from rich.console import RenderableType
from rich.table import Table

from telephony.training.examples import sizes
from telephony.training.run import Trained

PAIRS, WEAKEST = 10, 10  # shown of each


def shown(trained: Trained) -> Iterator[RenderableType]:
    report, given = trained.report, sizes(trained.examples)
    yield f"{trained.source}: {len(given)} intents, {given.total()} sentences, by {trained.model.how}"
    for note in trained.examples.notes:
        yield f"! {note}"
    yield (
        f"right on {report.tested} held-out sentences: {report.accuracy:.1%}; "
        f"calibration error {report.calibration_error:.3f}; {trained.seconds:.1f} s"
    )
    decided = report.decisions
    yield (
        f"of those {decided.accepted:.0%} would be acted on at once ({decided.accepted_right:.1%} of them rightly), "
        f"{decided.confirmed:.0%} confirmed first, {decided.asked_again:.0%} asked again"
    )
    yield _weakest(trained)
    if report.confusions:
        yield _pairs(trained)
    for pair in report.alike:
        yield (
            f"! {pair.wanted} and {pair.found} are too alike: {pair.times} of {pair.of} held-out sentences go over, as "
            f"{pair.example!r}; join them, or give both more sentences that differ"
        )


def _weakest(trained: Trained) -> Table:
    table = Table(title="found least often", title_justify="left", show_edge=False)
    table.add_column("intent")
    table.add_column("sentences", justify="right")
    table.add_column("found", justify="right")
    given = sizes(trained.examples)
    for name, share in sorted(trained.report.by_intent.items(), key=lambda one: one[1])[:WEAKEST]:
        table.add_row(name, str(given[name]), f"{share:.0%}")
    return table


def _pairs(trained: Trained) -> Table:
    table = Table(title="taken for each other", title_justify="left", show_edge=False)
    for column in ("wanted", "taken for", "times", "as"):
        table.add_column(column, justify="right" if column == "times" else "left")
    for pair in trained.report.confusions[:PAIRS]:
        table.add_row(pair.wanted, pair.found, f"{pair.times} of {pair.of}", pair.example)
    return table
