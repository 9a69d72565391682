"""The command line. Each command imports what it needs when it runs, so that `--help` is quick."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from models.errors import ModelError
from telephony.errors import TelephonyError
from voice.errors import VoiceError

WRONG = 2  # exit code of every error said in words; 1 is left to checks that found something

app = typer.Typer(
    name="warmline",
    help="Answers the telephone, talks with callers on this machine alone, and brings in a person with a brief.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,  # locals may hold callers' words
)
weights = typer.Typer(help="Weights of the bigger engines: what there is, and fetching it.", no_args_is_help=True)
app.add_typer(weights, name="models")
simulated = typer.Typer(help="Stand-ins of carriers, to try a configuration against.", no_args_is_help=True)
app.add_typer(simulated, name="simulate")
calibration = typer.Typer(help="Proofs by measuring, on recordings of one's own.", no_args_is_help=True)
app.add_typer(calibration, name="calibrate")

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)

ConfigFolder = Annotated[
    Path | None,
    typer.Option("--config", help="Folder of settings and business. Default: $WARMLINE_CONFIG, else ./config."),
]


class Pace(StrEnum):
    REAL = "real"
    FAST = "fast"


class Channel(StrEnum):
    LEFT = "left"
    RIGHT = "right"


class Switch(StrEnum):
    ON = "on"
    OFF = "off"


@app.callback()
def main() -> None:
    os.environ.setdefault("HF_HUB_OFFLINE", "1")  # no model hub is asked unless `models fetch` asks it


@app.command()
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


@app.command()
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


@app.command()
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


@app.command()
def check(
    config: ConfigFolder = None,
    measure: Annotated[
        bool,
        typer.Option("--measure", help="First time Whisper's sizes here (a minute or two), to propose one."),
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


@app.command()
def callbacks(
    config: ConfigFolder = None,
    cancel: Annotated[str | None, typer.Option(metavar="PROMISE", help="Take this one back; nobody rings.")] = None,
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


@app.command()
def fallback(config: ConfigFolder = None) -> None:
    """Prints the TwiML that connects callers while Warmline cannot: put it where Twilio's fallback URL points."""
    with said_in_words():
        from telephony import logs

        logs.set_up()

        from telephony.carriers import fallback_document
        from telephony.settings import config_folder, load
        from voice.dialogue.load import load_business

        settings = load(config_folder(config))
        if not settings.lines.twilio.fallback_number:
            err.print(
                "[lines.twilio] fallback_number is not set: callers hear a sentence, nobody answers", markup=False
            )
        typer.echo(fallback_document(settings, load_business(settings.business.folder)))


@app.command()
def dialling(
    turn: Annotated[Switch | None, typer.Argument(help="Without it, says how it stands.")] = None,
    config: ConfigFolder = None,
    why: Annotated[str, typer.Option(help="Said in the journal of every call that is refused a dial.")] = "by hand",
) -> None:
    """Switches the dialling of agents' telephones off or on, at once and for a running service too."""
    with said_in_words():
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


@weights.command("list")
def models_list(config: ConfigFolder = None) -> None:
    """Every set of weights: size, licence, source, and whether it is here."""
    with said_in_words():
        from telephony import logs

        logs.set_up()

        from telephony.weights import listed

        out.print(listed(config))


@weights.command("fetch")
def models_fetch(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="NAME...", help="Which; without a name, those advised.")
    ] = None,
    config: ConfigFolder = None,
) -> None:
    """Downloads weights, goes on where a broken download stopped, and verifies them. Nothing else here downloads."""
    os.environ.pop("HF_HUB_OFFLINE", None)
    with said_in_words():
        from telephony import logs

        logs.set_up()

        from telephony.weights import fetch

        fetch(config, names or [], console=out)


@calibration.command("stt", epilog="Exit 1 when no short window may be used.")
def calibrate_stt(
    recordings: Annotated[
        Path | None, typer.Argument(metavar="[RECORDINGS]", help="A folder. Default: the demo's few callers.")
    ] = None,
    weights: Annotated[
        str | None, typer.Option(help="Whisper's weights, by their folder's name. Default: those in use.")
    ] = None,
    windows: Annotated[str, typer.Option(help="Seconds, such as 5,8. Default: every short one of the settings.")] = "",
    channel: Annotated[Channel, typer.Option(help="The speaker's side of two-channel recordings.")] = Channel.LEFT,
    config: ConfigFolder = None,
) -> None:
    """Finds which of Whisper's short windows lose no words on your recordings, and records it: they are used from then.

    RECORDINGS holds utterances of up to 12 s (wav, flac, mp3, ogg; any rate) and their words, in one of two ways:
    a .txt of the same name beside each file, where a subfolder is a speaker; or a manifest.csv with the columns file
    and text and, where you have them, speaker, and start and end in seconds of one utterance in a longer recording.

    One channel is taken as it is. Of two, --channel says which holds the speaker: left is the caller in Warmline's own
    recordings and in Twilio's dual ones; where your recorder puts the agent left, say right.

    A window is safe when at least 30 utterances (100 words) fit it, it costs at most half a point of word error, no
    single speaker 2 points, and no digit.
    """
    with said_in_words():
        from telephony import logs

        logs.set_up()

        from telephony.calibrate import calibrate, seconds, table
        from telephony.settings import config_folder, load

        with out.status("opening") as status:
            found = calibrate(
                load(config_folder(config)),
                recordings,
                weights=weights,
                windows=seconds(windows),
                channel=channel.value,
                progress=lambda done, of: status.update(f"{done} of {of} utterances"),
            )
        out.print(table(found))
        out.print(f"CPU an utterance: {found.cpu_ms_short:.0f} ms, {found.cpu_ms_full:.0f} ms in 30 s")
        if found.left_out:
            out.print(f"{found.left_out} utterances left out: they fit none of these windows")
        kept = "the record of your own recordings stays" if found.record is None else f"recorded in {found.record}"
        out.print(kept, soft_wrap=True, markup=False)
        if not found.safe:
            raise typer.Exit(1)


@simulated.command("twilio", epilog="Exit 1 when the service broke Twilio's contract.")
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
    api_url = "http://127.0.0.1:8090" of lines.twilio; agents with line = "twilio" and a number as their address.

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


@app.command()
def bench(
    full: Annotated[bool, typer.Option("--full", help="The long measurements too.")] = False,
    only: Annotated[
        list[str] | None, typer.Option(help="Measurements to run, by name; may be repeated. A wrong name lists them.")
    ] = None,
) -> None:
    """Measures, and writes build/bench.json. Needs a checkout, since it measures with the tests' own data."""
    import subprocess
    import sys

    if not Path("tests/bench/__main__.py").is_file():
        err.print("[red]tests/bench: a checkout of Warmline expected in the current folder[/]")
        raise typer.Exit(WRONG)
    picked = [part for name in only or [] for part in ("--only", name)]
    command = [sys.executable, "-m", "tests.bench", *(["--full"] if full else []), *picked]
    raise typer.Exit(subprocess.run(command, check=False).returncode)


@contextmanager
def said_in_words() -> Iterator[None]:
    """An error of ours is said in red, a line each, without a stack."""
    try:
        yield
    except (TelephonyError, VoiceError, ModelError) as error:
        for line in str(error).splitlines() or [type(error).__name__]:
            err.print(line, style="red", markup=False, soft_wrap=True)
        raise typer.Exit(WRONG) from error
