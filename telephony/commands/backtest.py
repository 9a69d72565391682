"""`backtest`: other escalation rules over calls that were had."""

from pathlib import Path
from typing import Annotated

import typer

from telephony.commands.terminal import Channel, ConfigFolder, err, out, said_in_words

commands = typer.Typer()

WORSE, UNDECIDED = 3, 4  # exit codes; 0: not worse, 2: said in words what is wrong

EPILOG = (
    "Exit 0: the new rules are not worse. 3: they are worse. 4: cannot be told. 2: something is wrong with the input."
)


@commands.command(epilog=EPILOG)
def backtest(
    calls: Annotated[
        list[Path],
        typer.Argument(
            metavar="CALL...", help="Journals (`export` writes them), call fixtures (.toml), recordings, or folders."
        ),
    ],
    rules: Annotated[
        list[Path] | None,
        typer.Option(help="Twice: the old rules, then the new ones. Once: the new ones, against those accepted last."),
    ] = None,
    labels: Annotated[
        Path | None,
        typer.Option(help="Truth of recorded calls: TOML or CSV with call, needs_person, by_turn (docs/backtest.md)."),
    ] = None,
    accept: Annotated[
        bool,
        typer.Option("--accept", help="Record the new rules as accepted, if they are not worse: `serve` runs them."),
    ] = False,
    accept_in: Annotated[
        Path | None,
        typer.Option(
            help="Folder for the accepted set. Default: rules/<hash> in the records folder; config/accepted is the one "
            "that ships."
        ),
    ] = None,
    to: Annotated[Path, typer.Option("--out", help="Folder of the page and of replayed calls.")] = Path(
        "build/backtest"
    ),
    channel: Annotated[Channel, typer.Option(help="The caller's side of a two-channel recording.")] = Channel.LEFT,
    config: ConfigFolder = None,
) -> None:
    """Runs old and new escalation rules over the same calls, and says whether the new ones are worse.

    A rule file takes the scope.toml that lies beside it, else the configuration's.
    """
    with said_in_words():
        from telephony import logs

        logs.set_up("ERROR")

        from telephony.backtest import backtest as run
        from telephony.backtest.compare import Verdict
        from telephony.backtest.terminal import shown
        from telephony.settings import config_folder

        with out.status("opening") as status:
            done = run(
                calls, config=config_folder(config), rules=rules or (), labels=labels, out=to, accept=accept,
                to=accept_in, channel=channel.value, progress=status.update,
            )  # fmt: skip
        for part in shown(done.comparison):
            out.print(part, soft_wrap=True)
        out.print(str(done.page), markup=False, soft_wrap=True)
        if done.accepted is not None:
            when = "from its next start, or once somebody lets them answer on its page /rules"
            out.print(f"accepted, in {done.accepted}: the service runs them {when}", soft_wrap=True)
        elif accept:
            err.print("not accepted", style="red")
        codes = {Verdict.NOT_WORSE: 0, Verdict.WORSE: WORSE, Verdict.UNDECIDED: UNDECIDED}
        raise typer.Exit(codes[done.comparison.verdict])
