"""`demo` and `replay`: recorded callers through the whole service."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from telephony.commands.terminal import WRONG, Channel, ConfigFolder, out, said_in_words

commands = typer.Typer()


class Pace(StrEnum):
    REAL = "real"
    FAST = "fast"


@commands.command()
def demo(
    serve: Annotated[bool, typer.Option("--serve", help="Then keep the desk up, with calls to answer.")] = False,
    line: Annotated[
        str, typer.Option(help="What the recorded callers ring on: twilio, asterisk or browser.")
    ] = "twilio",
    config: ConfigFolder = None,
    to: Annotated[Path, typer.Option("--out", help="Folder of the report.")] = Path("build/demo"),
) -> None:
    """Plays three recorded callers through the service in real time and writes a report."""
    with said_in_words():
        from telephony import logs

        logs.set_up("ERROR")

        from telephony.demo.run import run_demo
        from telephony.settings import config_folder

        page = run_demo(config=config_folder(config), out=to, line=line, serve=serve, console=out)
        out.print(f"[bold]{page}[/]", soft_wrap=True)


@commands.command()
def replay(
    calls: Annotated[list[Path], typer.Argument(metavar="CALL...", help="Audio files, or call fixtures (.toml).")],
    config: ConfigFolder = None,
    to: Annotated[Path, typer.Option("--out", help="Folder for <name>.jsonl and <name>.wav.")] = Path("build/replay"),
    pace: Annotated[
        Pace, typer.Option(help="fast: time is the audio's own and stands still for the engines.")
    ] = Pace.FAST,
    channel: Annotated[Channel, typer.Option(help="The caller's side of a two-channel recording.")] = Channel.LEFT,
    prosody_weight: Annotated[
        float | None, typer.Option(min=0, max=1, help="Weight of the voice in judging frustration.")
    ] = None,
) -> None:
    """Puts recorded calls through the whole pipeline: each gives a journal, a two-channel recording and a summary."""
    failed = False
    for call in calls:
        try:
            with said_in_words():
                _replay(call, config, to, pace, channel, prosody_weight)
        except typer.Exit:
            failed = True  # said already; the other calls are still worth replaying
    if failed:
        raise typer.Exit(WRONG)


def _replay(
    call: Path, config: Path | None, to: Path, pace: Pace, channel: Channel, prosody_weight: float | None
) -> None:
    from telephony import logs

    logs.set_up()

    from telephony.replay import replay as run
    from telephony.settings import config_folder
    from telephony.summary import newest, summary

    with out.status(f"{call.name}: opening") as status:
        replayed = run(
            call,
            config=config_folder(config),
            out=to,
            pace=pace.value,
            channel=channel.value,
            prosody_weight=prosody_weight,
            on_record=lambda record: status.update(f"{call.name}: {newest(record)}"),
        )
    out.print(summary(replayed.name, replayed.records))
    speed = replayed.seconds / replayed.wall_seconds if replayed.wall_seconds else 0.0
    out.print(f"{replayed.seconds:.1f} s of call in {replayed.wall_seconds:.1f} s ({speed:.1f} times real time)")
    out.print(f"{replayed.journal}\n{replayed.wav}", soft_wrap=True)
