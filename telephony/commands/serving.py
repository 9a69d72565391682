"""`serve` and `check`: the service, and whether it could serve."""

from typing import Annotated

import typer

from telephony.commands.terminal import ConfigFolder, out, said_in_words

commands = typer.Typer()


@commands.command()
def serve(
    config: ConfigFolder = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on, instead of the settings'.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65_535, help="Port, instead of the settings'.")] = None,
) -> None:
    """Answers calls and serves the agents' desk, until interrupted."""
    with said_in_words():
        import asyncio

        import uvloop

        from telephony import logs

        logs.set_up("INFO")  # before pipecat is imported, which greets

        from telephony.ports import must_be_free
        from telephony.service import serve as run
        from telephony.settings import config_folder, load

        folder = config_folder(config)
        settings = load(folder)
        where = {key: value for key, value in (("host", host), ("port", port)) if value is not None}
        settings = settings.model_copy(update={"service": settings.service.model_copy(update=where)})
        must_be_free(settings.service.host, settings.service.port)
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(run(settings, config=folder, ready=None))


@commands.command()
def check(
    config: ConfigFolder = None,
    measure: Annotated[
        bool,
        typer.Option(
            "--measure", help="Times Whisper's sizes on this machine first (a minute or two), and proposes one."
        ),
    ] = False,
) -> None:
    """Says what would run and why: settings, engines, ports, secrets, agents, disk. Exit 1 when it could not serve."""
    with said_in_words():
        from telephony import logs

        logs.set_up()

        from telephony.check import examine, table
        from telephony.settings import config_folder, load

        if measure:
            from telephony.measuring import measure as time_sizes

            with out.status("measuring") as status:
                time_sizes(load(config_folder(config)), progress=status.update)
        findings = examine(config_folder(config))
        out.print(table(findings))
        if any(finding.prevents for finding in findings):
            raise typer.Exit(1)
