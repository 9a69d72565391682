"""`bench`: the measurements of a checkout."""

from pathlib import Path
from typing import Annotated

import typer

from telephony.commands.terminal import WRONG, err

commands = typer.Typer()


@commands.command()
def bench(
    full: Annotated[bool, typer.Option("--full", help="The long measurements too.")] = False,
    only: Annotated[
        list[str] | None, typer.Option(help="Measurements to run, by name; may be repeated. A wrong name lists them.")
    ] = None,
) -> None:
    """Measures, and writes build/bench.json and build/bench.html. Needs a checkout, for its data."""
    import subprocess
    import sys

    if not Path("tests/bench/__main__.py").is_file():
        err.print("[red]tests/bench: a checkout of Warmline expected in the current folder[/]")
        raise typer.Exit(WRONG)
    picked = [part for name in only or [] for part in ("--only", name)]
    command = [sys.executable, "-m", "tests.bench", *(["--full"] if full else []), *picked]
    raise typer.Exit(subprocess.run(command, check=False).returncode)
