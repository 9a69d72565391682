"""`callbacks`, `fallback` and `dialling`: what an operator looks at or switches while the service runs."""

from enum import StrEnum
from typing import Annotated

import typer

from telephony.commands.terminal import ConfigFolder, err, out, said_in_words

commands = typer.Typer()


class Switch(StrEnum):
    ON = "on"
    OFF = "off"


@commands.command()
def callbacks(
    config: ConfigFolder = None,
    cancel: Annotated[str | None, typer.Option(metavar="PROMISE", help="The promise to take back, as listed.")] = None,
) -> None:
    """Lists the promised call backs that are still to be kept."""
    with said_in_words():
        from telephony import logs

        logs.set_up()

        from telephony import promised

        if cancel is not None:
            taken = promised.cancel(config, cancel)
            out.print(f"{taken.handoff}: taken back; the number ending in {taken.number[-4:]} is not rung for it")
        else:
            out.print(promised.listed(config))


@commands.command()
def fallback(config: ConfigFolder = None) -> None:
    """Prints the TwiML that connects callers while Warmline cannot: put it where Twilio's fallback URL points."""
    with said_in_words():
        from telephony import logs

        logs.set_up()

        from telephony.assembly.carriers import fallback_document
        from telephony.settings import config_folder, load
        from voice.dialogue.load import load_business

        settings = load(config_folder(config))
        if not settings.lines.twilio.fallback_number:
            err.print(
                "[lines.twilio] fallback_number is not set: callers hear a sentence, nobody answers", markup=False
            )
        typer.echo(fallback_document(settings, load_business(settings.business.folder)))


@commands.command()
def dialling(
    turn: Annotated[Switch | None, typer.Argument(help="Without it, says how it stands.")] = None,
    config: ConfigFolder = None,
    why: Annotated[str, typer.Option(help="Said in the journal of every call that is refused a dial.")] = "by hand",
) -> None:
    """Switches the dialling of agents' telephones off or on, at once and for a running service too."""
    with said_in_words():
        from telephony import logs

        logs.set_up()

        from telephony import dialling as guard
        from telephony.settings import config_folder, load

        settings = load(config_folder(config))
        switch = settings.service.records_folder / guard.SWITCH_FILE
        if turn is not None:
            guard.turn(switch, on=turn is Switch.ON, why=why)
        off = guard.switched_off(switch)
        if not settings.dialling.enabled:
            out.print("dialling is off: [dialling] enabled = false", markup=False)
        else:
            out.print("dialling is on" if off is None else f"dialling is off: {off}", markup=False, soft_wrap=True)
