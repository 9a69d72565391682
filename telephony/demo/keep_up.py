"""The desk kept up for whoever looks at it: callers ring while somebody is available, a few at a time.

A newcomer is never long without a caller, and never drowned in them.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from itertools import cycle
from pathlib import Path

from rich.console import Console

from telephony.access.roles import Role
from telephony.demo.lines import LineKind
from telephony.demo.make_clips import CALLS
from telephony.demo.show import Show
from telephony.demo.stage import Stage, open_stage
from telephony.service import published
from telephony.settings import PersonSettings, Settings
from telephony.sim.cast import Cast, of_fixture
from telephony.sim.fixture import load
from telephony.sim.serving import HOST

CALLERS = ("desk", "fee", "dispute")  # wants a person; needs somebody's yes; grows angry, for the wall
TOGETHER = 2
APART_SECONDS = 20.0  # from one caller's ring to the next one's: the first is offered or waits for a yes by then

GUIDE = """\
[bold]The desk: {url}[/]  Sign in as {name}, whose pages are all of these here; Ctrl-C ends it.
  1  Agent desk: P makes you available, and a caller rings. Read the brief, A takes the call; speak if you like.
  2  K asks the co-pilot, say “what does an outgoing wire cost”. H twice hangs up; 1 and F wrap up.
  3  Then a caller wants a fee back: “Waiting for you” on your desk asks for your yes, as does the page Approvals.
  4  In a second tab the Wall shows the next callers, one of them growing angry; Numbers how the line has served.
  5  Review has the calls so far to be judged. Who wants Sam, the supervisor, beside {first}: in a private window.
  You may call as well: {url}/call"""


async def keep_up(settings: Settings, kind: LineKind, *, out: Path, console: Console) -> None:
    """Until interrupted. Whoever signs in finds the calls that were played before, too: their records are the same,
    and with them what was learned from reviews.
    """
    port, folder = settings.service.port, out / "records"
    own = settings.service.model_copy(update={"records_folder": folder})
    world = replace(published(settings.model_copy(update={"service": own})), bank=":memory:")
    opening = open_stage(one_for_all(settings), kind, world, folder=folder, with_agents=False, port=port)
    async with opening as stage:
        console.print(guide(settings, f"http://{HOST}:{port}"), highlight=False, soft_wrap=True)
        with Show(console, titles=stage.names) as show:
            stage.watch(show.on)
            await ring_on(stage, [cast(name, out) for name in CALLERS])


def guide(settings: Settings, url: str) -> str:
    name = settings.agents[0].name
    return GUIDE.format(url=url, name=name, first=name.split()[0])


def one_for_all(settings: Settings) -> Settings:
    """The first agent judges and supervises as well, so that one browser is enough to see everything; and nobody is
    turned away because that browser, which runs beside the service here, keeps the machine busy.

    Only here: settings from a file that name one person twice are refused.
    """
    agent = settings.agents[0]
    also = PersonSettings(id=agent.id, name=agent.name, roles=(Role.SUPERVISOR, Role.REVIEWER))
    people = (*settings.desk.demo_people, also)
    desk = settings.desk.model_copy(update={"demo_sign_in": True, "demo_people": people})
    admission = replace(settings.admission, by_load=False)
    return settings.model_copy(update={"desk": desk, "admission": admission})


def cast(name: str, out: Path) -> Cast:
    """The caller alone: who answers sits at the desk."""
    played = of_fixture(load(CALLS / f"{name}.toml"), cache=out / "clips")
    return replace(played, agents={}, wraps_up={})


async def ring_on(stage: Stage, casts: Sequence[Cast]) -> None:
    """Each in turn, for ever: two at once, and the next only while somebody is available."""
    lines = asyncio.Semaphore(TOGETHER)

    async def ring(caller: Cast) -> None:
        try:
            await stage.play(caller)
        finally:
            lines.release()

    async with asyncio.TaskGroup() as calls:
        for caller in cycle(casts):
            await lines.acquire()
            await stage.somebody_available()
            calls.create_task(ring(caller), name=f"demo caller {caller.name}")
            await asyncio.sleep(APART_SECONDS)
