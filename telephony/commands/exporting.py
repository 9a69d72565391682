"""`export`: journals of a service's calls as files."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from telephony.commands.terminal import ConfigFolder, out, said_in_words

commands = typer.Typer()

DAY = ["%Y-%m-%d"]


@commands.command()
def export(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="For <call>.jsonl; no file in it is overwritten.")],
    since: Annotated[
        datetime | None, typer.Option(formats=DAY, metavar="DATE", help="Calls of this day and later, as 2026-11-30.")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option(formats=DAY, metavar="DATE", help="Calls of this day and earlier.")
    ] = None,
    call: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="This call and no others; may be repeated.")
    ] = None,
    config: ConfigFolder = None,
) -> None:
    """Writes the journals of a service's calls to files, for `backtest`. The service may go on meanwhile.

    A day is the business's own. Calls whose journal is still open, or whose words retention has removed, are named and
    left out. Words are redacted as in the record; callers' numbers are not: keep the files as you keep the record.
    """
    with said_in_words():
        from telephony import logs

        logs.set_up()

        from telephony import exporting

        done = exporting.export(
            config, folder, since=since and since.date(), until=until and until.date(), calls=call or ()
        )
        for one in done.left_out:
            out.print(f"left out: {one.call}: {one.why}", markup=False, soft_wrap=True)
        out.print(f"{len(done.written)} journals in {folder}", markup=False, soft_wrap=True)
