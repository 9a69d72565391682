"""`train`: what the intents' examples teach."""

from pathlib import Path
from typing import Annotated

import typer

from telephony.commands.terminal import ConfigFolder, out, said_in_words

commands = typer.Typer()


@commands.command()
def train(
    labelled: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", help="CSV, TSV, JSON or JSON lines; without it, the configuration's intents."),
    ] = None,
    text: Annotated[str, typer.Option(help="Column or key of the sentence.")] = "text",
    label: Annotated[str, typer.Option(help="Column or key of its intent.")] = "intent",
    outside: Annotated[
        list[str] | None, typer.Option(help="A label whose sentences are none of the intents; may be repeated.")
    ] = None,
    to: Annotated[Path | None, typer.Option("--out", help="Where the fitted arrays go (.npz).")] = None,
    config: ConfigFolder = None,
) -> None:
    """Fits the intents in seconds and says how well examples that were held out are found, which intents are taken for
    each other, and whether confidences mean what they say."""
    with said_in_words():
        from telephony import logs

        logs.set_up("ERROR")

        from telephony import training
        from telephony.settings import config_folder, load
        from telephony.training.run import save
        from telephony.training.terminal import shown

        settings = load(config_folder(config))
        with out.status("fitting"):
            if labelled is None:
                trained = training.of_business(settings)
            else:
                trained = training.of_file(labelled, settings, text=text, label=label, outside=outside or ())
        for part in shown(trained):
            out.print(part, soft_wrap=True, markup=False) if isinstance(part, str) else out.print(part)
        if to is not None:
            save(trained, to)
            out.print(f"kept in {to}", markup=False, soft_wrap=True)
