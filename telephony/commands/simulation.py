"""`simulate`: stand-ins of carriers."""

from pathlib import Path
from typing import Annotated

import typer

from telephony.commands.terminal import ConfigFolder, out, said_in_words

commands = typer.Typer(help="Stand-ins of carriers, to try a configuration against.", no_args_is_help=True)


@commands.command("twilio", epilog="Exit 1 when the service broke Twilio's contract.")
def simulate_twilio(
    calls: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[CALL...]", help="Call fixtures (.toml) or audio files. Default: the demo's callers."),
    ] = None,
    config: ConfigFolder = None,
    agent: Annotated[
        list[str] | None,
        typer.Option(help="AGENT=BEHAVIOUR, or BEHAVIOUR for all, at their numbers. A wrong one lists them."),
    ] = None,
    trouble: Annotated[
        list[str] | None, typer.Option(help="What the carrier does wrong; may be repeated. A wrong one lists them.")
    ] = None,
    caller_leaves: Annotated[
        str | None, typer.Option(metavar="STAGE[:SECONDS]", help="ringing, answered, prompted, keyed or joined.")
    ] = None,
    apart: Annotated[float, typer.Option(min=0, help="Seconds between two callers.")] = 3.0,
    fallback: Annotated[
        Path | None, typer.Option(help="The document that your VoiceFallbackUrl would serve, as a file.")
    ] = None,
) -> None:
    """Rings a running service as Twilio would, without an account, and says what happened.

    1. In warmline.toml: public_url of the service; enabled, account_sid (AC and any 32 hex digits), number and
    api_url = "http://127.0.0.1:8090" of lines.twilio; agents with line = "twilio" and a number as their address;
    demo_sign_in = false and a PIN for each agent.

    2. `warmline serve`, with any word in the token's environment variable. Agents make themselves available at the
    desk, else callers hear that nobody is free.

    3. `warmline simulate twilio`, with the same settings and the same variable.
    """
    with said_in_words():
        import asyncio

        from telephony import logs

        logs.set_up("ERROR")

        from telephony.settings import config_folder, load
        from telephony.sim.cast import of_call
        from telephony.sim.simulate import DEMO_CALLS, plan, simulate

        settings = load(config_folder(config))
        cache = settings.service.records_folder / "clips"
        casts = [of_call(call, cache=cache) for call in calls or DEMO_CALLS]
        planned = plan(
            casts, agents=agent or (), troubles=trouble or (), leaves=caller_leaves, apart_seconds=apart,
            fallback=fallback,
        )  # fmt: skip
        told = asyncio.run(simulate(settings, planned, lambda line: out.print(str(line), markup=False, soft_wrap=True)))
        out.print(f"calls: {len(told.calls)}; violations of the carrier's contract: {len(told.violations)}")
        for violation in told.violations:
            out.print(violation, style="red", markup=False, soft_wrap=True)
        if told.violations:
            raise typer.Exit(1)
