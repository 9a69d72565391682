"""Plays the three recorded callers through the service, in real time and over real sockets, and writes the report."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Console

from telephony.assembly.world import World
from telephony.demo.keep_up import keep_up
from telephony.demo.lines import LINES
from telephony.demo.make_clips import CALLS
from telephony.demo.report import PlayedCall, write
from telephony.demo.show import Show
from telephony.demo.stage import Played, Stage, open_stage
from telephony.errors import ConfigError
from telephony.settings import Settings, load
from telephony.sim.cast import Cast, of_fixture
from telephony.sim.fixture import Fixture
from telephony.sim.fixture import load as load_fixture
from telephony.sim.serving import listen

TOGETHER = ("balance", "callback")  # nobody is at work yet, which the second is about
THEN = "dispute"  # somebody is
NO_NUMBER = {"callback": "no_number"}  # what a caller plays instead whose line shows no number
APART_SECONDS = 3.0  # between two callers who ring at about the same time


def run_demo(*, config: Path, out: Path, line: str, serve: bool, console: Console) -> Path:
    """The report's page. With `serve` it then keeps the desk up, with callers for it, until interrupted."""
    if line not in LINES:
        raise ConfigError(f"--line: one of {', '.join(LINES)} expected, got {line!r}")
    settings = load(config)
    if serve:
        listen(settings.service.port).close()  # a port in use is said now, not once three calls were played
    out.mkdir(parents=True, exist_ok=True)
    console.print(f"[bold]{line}[/] {LINES[line].about}")
    page = asyncio.run(_play_all(settings, line, out, console))
    if serve:
        console.print(f"[bold]{page}[/]", soft_wrap=True)
        asyncio.run(keep_up(settings, LINES[line], out=out, console=console))
    return page


async def _play_all(settings: Settings, line: str, out: Path, console: Console) -> Path:
    instead = {} if LINES[line].shows_number else NO_NUMBER
    together = [_fixture(instead.get(name, name)) for name in TOGETHER]
    then = _fixture(THEN)
    with console.status("opening") as status:
        world = World(
            bank=":memory:", progress=lambda done, total: status.update(f"rendering prompts: {done} of {total}")
        )
        opening = open_stage(settings, LINES[line], world, folder=out / "records", with_agents=True)
        stage = await opening.__aenter__()
    try:
        with Show(console, titles=stage.names) as show:
            stage.watch(show.on)
            played = await _two_then_one(stage, [_cast(call, out) for call in together], _cast(then, out))
    finally:
        await opening.__aexit__(None, None, None)
    titles = {call.name: call.title for call in (*together, then)}
    with console.status("writing the report"):
        return write([_as_played(one, titles, out) for one in played], out, line=LINES[line].about)


async def _two_then_one(stage: Stage, together: Sequence[Cast], then: Cast) -> Sequence[Played]:
    async with asyncio.TaskGroup() as tasks:
        first = tasks.create_task(stage.play(together[0]))
        await asyncio.sleep(APART_SECONDS)
        second = tasks.create_task(stage.play(together[1]))
    third = await stage.play(then)
    return first.result(), third, second.result()


def _as_played(one: Played, titles: Mapping[str, str], out: Path) -> PlayedCall:
    recording = out / f"{one.cast.name}.wav"
    one.heard.save(recording)
    return PlayedCall(one.cast.name, titles[one.cast.name], one.records, recording)


def _fixture(name: str) -> Fixture:
    return load_fixture(CALLS / f"{name}.toml")


def _cast(call: Fixture, out: Path) -> Cast:
    return of_fixture(call, cache=out / "clips")
