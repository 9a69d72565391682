"""Plays the three recorded callers through the service, in real time and over real sockets, and writes the report."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from telephony.demo.make_clips import CALLS
from telephony.demo.report import PlayedCall, write
from telephony.demo.show import Show
from telephony.demo.stage import Played, Stage, open_stage
from telephony.errors import ConfigError
from telephony.events import CallOffered
from telephony.journal import Record
from telephony.settings import Settings, load
from telephony.sim.cast import Cast, of_fixture
from telephony.sim.fixture import Fixture
from telephony.sim.fixture import load as load_fixture
from telephony.sim.serving import HOST

TOGETHER = ("balance", "callback")  # nobody is at work yet, which the second is about
THEN = "dispute"  # somebody is
AT_THE_DESK = "desk"  # rings when the demo is kept up
APART_SECONDS = 3.0  # between two callers who ring at about the same time
PAUSE_SECONDS = 20.0  # between two calls to a desk in the browser


def run_demo(*, config: Path, out: Path, line: str, serve: bool, console: Console) -> Path:
    """The report's page. With `serve` it then keeps the desk up, with callers who want a person, until interrupted."""
    if line != "twilio":
        raise ConfigError(f"--line: twilio expected, got {line!r}")
    settings = load(config)
    out.mkdir(parents=True, exist_ok=True)
    calls = {name: load_fixture(CALLS / f"{name}.toml") for name in (*TOGETHER, THEN)}
    page = asyncio.run(_play_all(settings, calls, out, console))
    if serve:
        console.print(f"[bold]{page}[/]", soft_wrap=True)
        asyncio.run(_keep_up(settings, load_fixture(CALLS / f"{AT_THE_DESK}.toml"), out, console))
    return page


async def _play_all(settings: Settings, calls: dict[str, Fixture], out: Path, console: Console) -> Path:
    records: list[Record] = []
    show = Show(console, titles={call.caller or "": name for name, call in calls.items()})
    casts = {name: of_fixture(call, cache=out / "clips") for name, call in calls.items()}

    def on_record(record: Record) -> None:
        records.append(record)
        show.on(record)

    with console.status("opening") as status:
        opening = open_stage(
            settings, folder=out / "records", on_telephones=True, on_record=on_record,
            progress=lambda done, total: status.update(f"rendering prompts: {done} of {total}"),
        )  # fmt: skip
        stage = await opening.__aenter__()
    try:
        with show:
            played = await _two_then_one(stage, casts)
    finally:
        await opening.__aexit__(None, None, None)
    with console.status("writing the report"):
        return write([_as_played(one, calls, records, out) for one in played], out)


async def _two_then_one(stage: Stage, casts: dict[str, Cast]) -> Sequence[Played]:
    async with asyncio.TaskGroup() as tasks:
        first = tasks.create_task(stage.play(casts[TOGETHER[0]]))
        await asyncio.sleep(APART_SECONDS)
        second = tasks.create_task(stage.play(casts[TOGETHER[1]]))
    third = await stage.play(casts[THEN])
    return first.result(), third, second.result()


def _as_played(one: Played, calls: dict[str, Fixture], records: Sequence[Record], out: Path) -> PlayedCall:
    number = one.cast.number
    call = next(r.call for r in records if isinstance(r.entry, CallOffered) and r.entry.caller == number)
    recording = out / f"{one.cast.name}.wav"
    one.call.save(recording)
    own = tuple(record for record in records if record.call == call)
    return PlayedCall(one.cast.name, calls[one.cast.name].title, own, recording)


async def _keep_up(settings: Settings, call: Fixture, out: Path, console: Console) -> None:
    """The desk, and a caller who needs a person whenever somebody is available at it."""
    show = Show(console, titles={call.caller or "": call.name})
    cast = of_fixture(call, cache=out / "clips")
    alone = Cast(cast.name, cast.number, cast.first, cast.second, {}, cast.stays_ms, {}, cast.truth)
    port = settings.service.port
    async with open_stage(
        settings, folder=out / "records", on_telephones=False, on_record=show.on, progress=lambda done, total: None,
        port=port,
    ) as stage:  # fmt: skip
        console.print(f"the desk: http://{HOST}:{port}; sign in, be available, and a caller rings; Ctrl-C ends")
        with show:
            while True:
                await stage.somebody_available()
                await stage.play(alone)
                await asyncio.sleep(PAUSE_SECONDS)
