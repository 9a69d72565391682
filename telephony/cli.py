"""The command line: assembled from the groups in telephony/commands."""

import os

import typer

from telephony.commands import (
    backtest,
    bench,
    calibration,
    calls,
    exporting,
    operating,
    serving,
    simulation,
    training,
    users,
    weights,
)

app = typer.Typer(
    name="warmline",
    help="Answers the telephone, talks with callers on this machine alone, and brings in a person with a brief.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,  # locals may hold callers' words
)
for group in (serving, calls, exporting, training, backtest, operating, bench):
    app.add_typer(group.commands)
app.add_typer(weights.commands, name="models")
app.add_typer(simulation.commands, name="simulate")
app.add_typer(calibration.commands, name="calibrate")
app.add_typer(users.commands, name="users")


@app.callback()
def main() -> None:
    os.environ.setdefault("HF_HUB_OFFLINE", "1")  # no model hub is asked unless `models fetch` asks it
