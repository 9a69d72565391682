"""The wall in a real browser: one screen for twenty calls, alerts first, every act by its key, names as text."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
import uvicorn

from telephony.access.directory import Credentials
from telephony.access.parts import open_access
from telephony.desk import DeskDeps, Desks, create_desk
from telephony.lines.webrtc import WebRtcLine
from telephony.supervision.modes import CONFERENCE
from tests.desk.axe import violations
from tests.desk.chromium import needs_chromium, open_browser, sees, shot
from tests.desk.floor import Floor
from tests.desk.house import SAM
from tests.desk.office import PEOPLE, SimulatedOffice
from voice.events import Judged

pytestmark = needs_chromium


class WallHouse:
    """A desk service with a wall, its calls scripted, its browser line real."""

    def __init__(self, port: int) -> None:
        loop = asyncio.get_running_loop()
        desks = Desks(clock=loop.time)
        self.line = WebRtcLine(ringer=desks)
        self.floor = Floor(loop.time, self.line)
        agents = {person.id: person.name for person in PEOPLE}
        access = open_access(
            agents=agents, credentials=Credentials(one_click=True), demo=(SAM,), clock=loop.time, wall=time.time
        )
        deps = DeskDeps(
            office=SimulatedOffice(), phone=self.line, desks=desks, access=access, clock=loop.time,
            wall=self.floor.parts,
        )  # fmt: skip
        self.url = f"http://127.0.0.1:{port}"
        self.server = uvicorn.Server(uvicorn.Config(create_desk(deps), log_level="warning", lifespan="off"))

    async def opens(self, page) -> None:
        await page.goto(f"{self.url}/wall")
        await page.get_by_label("Sam Reyes").check()
        await page.keyboard.press("Enter")
        await page.wait_for_url(f"{self.url}/wall")
        await sees(page, "#calls-count", str(len(self.floor.records)))

    async def did(self, *what: str) -> None:
        async with asyncio.timeout(30):
            while what not in self.floor.room.did:
                self.floor.room.news.clear()
                await self.floor.room.news.wait()


@pytest_asyncio.fixture
async def wall_house(only_loopback: None) -> AsyncIterator[WallHouse]:
    listener = socket.create_server(("127.0.0.1", 0))
    house = WallHouse(listener.getsockname()[1])
    serving = asyncio.create_task(house.server.serve(sockets=[listener]))
    yield house
    await house.line.close()
    house.server.should_exit = True
    await serving


async def test_a_supervisor_finds_the_upset_call_follows_it_and_takes_part_by_keyboard_alone(
    wall_house: WallHouse, tmp_path: Path
) -> None:
    wall_house.floor.fills(20)
    async with open_browser(tmp_path, expects="409") as new_page:
        page = await new_page()
        await wall_house.opens(page)
        first = page.locator("#calls tr").first
        await sees(page, "#calls tr:first-child th", "Maria <i>Keller</i> ••31")
        await sees(page, "#calls tr:first-child .look", "Upset, 74 %: said “ridiculous”")
        await sees(page, "#approvals", "Credit of 25.00")
        await sees(page, "#queues", "Disputes")
        await shot(page, "wall-first")
        fits = await page.evaluate(
            "() => { const s = document.getElementById('calls-scroll'); return s.scrollHeight <= s.clientHeight }"
        )
        assert fits  # twenty calls, 1280 by 720
        wide = await page.evaluate("() => document.documentElement.scrollWidth <= 1280")
        assert wide
        assert await violations(page) == []

        await page.keyboard.press("ArrowDown")
        await sees(page, "#chosen-who", "Maria <i>Keller</i> ••31")
        await sees(page, "#lines", "This is <b>ridiculous</b>, I sent that form last week")
        assert await first.get_attribute("aria-current") == "true"
        wall_house.floor.says("c0", "are you still there?")
        await sees(page, "#lines", "are you still there?")
        await shot(page, "wall")

        await page.keyboard.press("l")
        await wall_house.did("sam", "listen", "c0")
        await sees(page, "#chosen-mode", "listening")
        (leg,) = wall_house.line._legs.values()
        await asyncio.wait_for(leg.media(), 30)

        await page.keyboard.press("w")
        await page.keyboard.type("we refund it today")
        await page.keyboard.press("Enter")
        await wall_house.did("sam", "whisper say", "c0", "we refund it today")
        await sees(page, "#whispered", "Whispered.")
        await page.keyboard.press("Escape")
        await page.keyboard.press("p")
        await wall_house.did("sam", "whisper person", "c0", "")

        wall_house.floor.room.refuses = CONFERENCE
        await page.keyboard.press("b")
        await sees(page, "#notice", CONFERENCE)
        wall_house.floor.room.refuses = ""
        await page.keyboard.press("Escape")
        await page.keyboard.press("t")
        await sees(page, "#sure", "The assistant is let go, and you talk with Maria <i>Keller</i> ••31.")
        assert await violations(page) == []
        await page.keyboard.press("Enter")
        await wall_house.did("sam", "take_over", "c0")
        await sees(page, "#leave", "Give back")
        await page.keyboard.press("x")
        await wall_house.did("sam", "leave", "")


async def test_alerts_alone_are_read_out_and_a_call_that_ends_goes(wall_house: WallHouse, tmp_path: Path) -> None:
    wall_house.floor.fills(5)
    async with open_browser(tmp_path) as new_page:
        page = await new_page()
        await page.emulate_media(color_scheme="dark", reduced_motion="reduce")
        await wall_house.opens(page)
        assert await page.locator("#said-to-reader").text_content() == ""
        wall_house.floor.tells("c4", Judged(3, 0.3, ("louder",), {}))
        wall_house.floor.tells("c3", Judged(3, 0.8, ("louder",), {}))
        await sees(page, "#said-to-reader", "+12025550003: Upset, 80 %: louder")
        assert "c4" not in (await page.locator("#said-to-reader").text_content() or "")
        wall_house.floor.ends("c3")
        await sees(page, "#calls-count", "4")
        assert await violations(page) == []
        await shot(page, "wall-dark")
        await page.set_viewport_size({"width": 820, "height": 1180})
        assert await violations(page) == []
        await shot(page, "wall-tablet")


async def test_who_is_no_supervisor_is_told_so(wall_house: WallHouse, tmp_path: Path) -> None:
    async with open_browser(tmp_path, expects="403") as new_page:
        page = await new_page()
        await page.goto(f"{wall_house.url}/wall")
        await page.get_by_label("Ana Ruiz").check()
        await page.keyboard.press("Enter")
        await page.wait_for_url(f"{wall_house.url}/wall")
        await sees(page, "#notice", "This is for a supervisor. You are an agent.")
