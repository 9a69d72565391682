"""A walk through every page, signed in as each who may: axe looks at each view, light and dark, and pictures are taken.

The desk service is whole, its calls are scripted: the same walk gives the same pictures.
"""

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import uvicorn

from telephony.access import Role, Who
from telephony.access.directory import Credentials
from telephony.access.parts import open_access
from telephony.desk import DeskDeps, Desks, DeskSettings, create_desk
from telephony.desk.pages import PAGES
from telephony.desk.reviews import ReviewDoor
from telephony.events import Heard
from telephony.lines.webrtc import WebRtcLine
from telephony.rules import RulesRoom
from telephony.sim.browser import with_loopback
from tests.desk.asking import Asking
from tests.desk.axe import violations
from tests.desk.chromium import NewPage, open_browser, sees, shot
from tests.desk.counted import counts
from tests.desk.earlier import past
from tests.desk.floor import Floor
from tests.desk.helped import helped
from tests.desk.house import SAM
from tests.desk.office import SimulatedOffice
from tests.reviews import house as reviews
from tests.reviews.house import flush, told
from tests.rules.bench import Bench
from tests.sim.story import business

STAFF = {"ana": "Ana Ruiz", "ben": "Ben Okafor", "sam": "Sam Reyes"}
WALL = 1_790_000_000.0
UPSET = "I sent that form last week and nobody has called me back"
ANA = Who("ana", frozenset({Role.AGENT}))
NO_LINK = "responded with a status of 4"  # the welcome page without an invitation
SCHEMES = ("dark", "light")  # light last: it is what the next picture shows
LONG_SECONDS = 600.0  # a telephone rings on while axe looks
HOLD = "when does the check I deposited yesterday clear and why is there a hold on my check"


class WholeDesk:
    def __init__(self, port: int, review: ReviewDoor, rules: RulesRoom) -> None:
        clock = asyncio.get_running_loop().time
        self.url = f"http://127.0.0.1:{port}"
        self.office, self.desks, self.asking = SimulatedOffice(wall=WALL), Desks(clock=clock), Asking(clock)
        self.asking.side = replace(
            self.asking.side, caller=lambda: "Dana Whitfield", words=lambda turn: "could you take that fee off again"
        )
        self.line = WebRtcLine(ringer=self.desks)
        self.floor = Floor(clock, self.line, names=STAFF)
        access = open_access(
            agents={person.id: STAFF[person.id] for person in self.office.agents()},
            credentials=Credentials(one_click=True), demo=(SAM,), clock=clock, wall=time.time,
        )  # fmt: skip
        deps = DeskDeps(
            office=self.office, phone=self.line, desks=self.desks, access=access, clock=clock,
            settings=DeskSettings(business="Harbor Lane Credit Union"), wall=self.floor.parts, asked=self.asking.rooms,
            copilot=helped(self.desks, self.office.note), counts=counts(), earlier=past(), review=review,
            rules=rules,
        )  # fmt: skip
        self.app = create_desk(deps)

    def fills_the_floor(self) -> None:
        self.floor.fills(20, who="Maria Keller", said=UPSET)


@asynccontextmanager
async def whole_desk(folder: Path) -> AsyncIterator[WholeDesk]:
    with reviews.room(folder / "reviews") as reviewed:
        reviewed.had(told("c-1", flush))
        reviewed.resolved("c-2")
        titles = {name: intent.title for name, intent in business().intents.items()}
        review = ReviewDoor(reviewed.reviews, titles, lambda call, start_ms, end_ms: b"RIFF")
        listener = socket.create_server(("127.0.0.1", 0))
        async with _served(
            WholeDesk(listener.getsockname()[1], review, Bench(folder / "rules").room), listener
        ) as desk:
            yield desk


@asynccontextmanager
async def _served(desk: WholeDesk, listener: socket.socket) -> AsyncIterator[WholeDesk]:
    server = uvicorn.Server(uvicorn.Config(desk.app, log_level="warning", lifespan="off"))
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    with with_loopback():
        try:
            yield desk
        finally:
            await desk.line.close()
            server.should_exit = True
            await serving


@dataclass
class Walk:
    """`found`: view → what axe holds against it. `opened`: the paths that were looked at."""

    found: dict[str, list[str]] = field(default_factory=dict)
    opened: set[str] = field(default_factory=set)

    async def looks(self, page, view: str) -> None:
        await shot(page, view)
        for scheme in SCHEMES:
            await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            self.found[f"{view}, {scheme}"] = await violations(page)
        self.opened.add(await page.evaluate("location.pathname"))


async def walk(folder: Path) -> Walk:
    seen = Walk()
    async with whole_desk(folder) as desk, open_browser(folder, expects=NO_LINK) as new_page:
        await _strangers(desk, new_page, seen)
        await _agent(desk, new_page, seen)
        await _supervisor(desk, new_page, seen)
        await _caller(desk, new_page, seen)
    return seen


async def _strangers(desk: WholeDesk, new_page: NewPage, seen: Walk) -> None:
    page = await new_page()
    for path, view, words in (("/", "first-page", "Agent desk"), ("/sign-in", "sign-in", "Who are you?")):
        await page.goto(f"{desk.url}{path}")
        await sees(page, "main", words)
        await seen.looks(page, view)
    await page.goto(f"{desk.url}/welcome#{'x' * 20}")
    await sees(page, "main", "")
    await seen.looks(page, "welcome")
    await page.close()


async def _agent(desk: WholeDesk, new_page: NewPage, seen: Walk) -> None:
    """One call, from the empty desk to the wrap-up, with a colleague's yes asked for beside it."""
    page = await new_page()
    await page.goto(f"{desk.url}/desk")
    await sees(page, "#people", STAFF["ana"])
    await page.keyboard.press("Enter")
    await sees(page, "#idle-title", "You are away")
    await page.keyboard.press("p")
    await sees(page, "#idle-title", "Ready for the next call")
    await seen.looks(page, "desk-ready")

    await desk.line.dial("agent:ana", ring_seconds=LONG_SECONDS, call="c1", attempt="a1")
    desk.office.offer("ana")
    await sees(page, "#brief-parts", "I never bought anything at that shop")
    await sees(page, "#lines", "I sent that form")
    await seen.looks(page, "desk")
    await page.keyboard.press("a")
    await sees(page, "#talk-name", "Maria Keller")
    desk.office.tell("c1", 80_000, Heard(9, "caller", HOLD, 0.9, 79_000, 80_000, "scripted"))
    await sees(page, "#prompts", "working days")
    await page.keyboard.press("k")
    await page.keyboard.type("what does an outgoing wire cost")
    await page.keyboard.press("Enter")
    await sees(page, "#answer", "Outgoing wire: 20 dollars")
    await page.keyboard.press("Escape")
    await seen.looks(page, "desk-talking")
    await page.keyboard.press("h")
    await page.keyboard.press("h")
    await sees(page, "#wrapup-name", "Maria Keller")
    await seen.looks(page, "desk-wrap-up")
    for key in ("g", "r", "i", "f"):  # yes to each question
        await page.keyboard.press(key)
    await page.wait_for_selector("#idle", state="visible")
    await desk.asking.propose()
    await sees(page, "#asked", "getting a fee back")
    await seen.looks(page, "desk-asked")
    desk.asking.room.withdraw(desk.asking.side.id, "k1", "cancelled")


async def _supervisor(desk: WholeDesk, new_page: NewPage, seen: Walk) -> None:
    """Every page of theirs, as the first page lists them."""
    page = await new_page()
    await page.goto(f"{desk.url}/sign-in")
    await page.get_by_label(STAFF["sam"]).check()
    await page.keyboard.press("Enter")
    await sees(page, "#you", STAFF["sam"])
    await seen.looks(page, "first-page-signed-in")
    desk.fills_the_floor()
    ready = {"/approvals": ("#asked-list", "getting a fee back"), "/wall": ("#calls", "Maria Keller"),
             "/numbers": ("#figures", "Service level")}  # fmt: skip
    for path in await page.eval_on_selector_all(
        "#doors a", "links => links.map((link) => new URL(link.href).pathname)"
    ):
        await page.goto(f"{desk.url}{path}")
        await page.wait_for_load_state("networkidle")
        if path == "/approvals":  # over the limit, so that a supervisor is asked at once
            await sees(page, "#asked-list", "Nothing waits")
            desk.asking.room.present.came(ANA)
            await desk.asking.propose("90.00")
        await sees(page, *ready.get(path, ("h1", "")))
        if path == "/wall":
            await page.keyboard.press("ArrowDown")
            await sees(page, "#lines", UPSET)
        await seen.looks(page, path.strip("/"))


async def _caller(desk: WholeDesk, new_page: NewPage, seen: Walk) -> None:
    page = await new_page()
    await page.goto(f"{desk.url}/call")
    await sees(page, "h1", "Harbor Lane")
    await seen.looks(page, "caller-before")
    await page.click("#call")
    leg = await asyncio.wait_for(anext(aiter(desk.line.arrivals())), 45)
    await asyncio.wait_for(leg.media(), 45)
    await sees(page, "#state", "You are connected")
    for at_ms, (speaker, text) in enumerate(SAID):
        leg.tell({"type": "caption", "speaker": speaker, "text": text, "at_ms": at_ms * 4000})
    await sees(page, "#captions", SAID[-1][1])
    await seen.looks(page, "caller")
    await page.goto("about:blank")


SAID = (
    ("system", "Welcome to Harbor Lane Credit Union. I'm an automated assistant. How can I help?"),
    ("caller", "there's a charge on my card I never made"),
    ("system", "I'm sorry to hear that. How much was the charge?"),
    ("caller", "eighty four dollars, and I'd rather talk to somebody"),
    (
        "system",
        "I'm getting someone in cards and disputes. I'll tell them: you want to dispute 84 dollars. Is that right?",
    ),
)


def every_page() -> set[str]:
    """Of the desk, with those that need no role."""
    return {page.path for page in PAGES} | {"/", "/sign-in", "/welcome", "/call"}
