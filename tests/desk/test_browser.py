"""An agent's whole call in a real browser, hands on the keyboard: sign in, brief, accept, talk, wrap up."""

import asyncio
import os
import shutil
import socket
import warnings
import wave
from collections.abc import AsyncIterator
from pathlib import Path

import aioice.ice
import numpy as np
import pytest
import pytest_asyncio
import uvicorn

from telephony.desk import Credentials, DeskDeps, Desks, create_desk
from telephony.leg import LegEnded, LegState
from telephony.lines.webrtc import WebRtcLeg, WebRtcLine
from tests.desk.media import Meter, play_tone
from tests.desk.office import DRAFT, SimulatedOffice

CHROME = os.environ.get("CHROME") or shutil.which("chromium") or "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
    "--allow-loopback-in-peer-connection",
]
HEARD = """async () => {
  const stats = [...(await window.warmlinePhone.connection.getStats()).values()];
  return stats.find((r) => r.type === "inbound-rtp")?.totalAudioEnergy ?? 0;
}"""

if not Path(CHROME).exists():
    warnings.warn(
        f"the desk's browser test needs Chromium: {CHROME} is not there; install it or set CHROME", stacklevel=1
    )
pytestmark = pytest.mark.skipif(
    not Path(CHROME).exists(), reason=f"no browser at {CHROME}: install chromium or set CHROME"
)


class House:
    """The desk service with its browser line, on a free port of this machine."""

    def __init__(self, port: int) -> None:
        loop = asyncio.get_running_loop()
        self.office = SimulatedOffice()
        self.desks = Desks(clock=loop.time)
        self.line = WebRtcLine(ringer=self.desks)
        deps = DeskDeps(
            office=self.office,
            phone=self.line,
            desks=self.desks,
            credentials=Credentials(one_click=True),
            clock=loop.time,
        )
        self.url = f"http://127.0.0.1:{port}"
        config = uvicorn.Config(create_desk(deps), log_level="warning", lifespan="off")
        self.server = uvicorn.Server(config)


def voice_file(folder: Path) -> Path:
    """Two seconds that sound like speech to a browser's noise filter: a buzz in syllables."""
    rate = 48_000
    t = np.arange(2 * rate) / rate
    buzz = sum(np.sin(2 * np.pi * 140 * k * t) / k for k in range(1, 25))
    syllables = np.clip(np.sin(2 * np.pi * 4 * t), 0, 1) ** 0.5
    path = folder / "agent.wav"
    with wave.open(str(path), "wb") as out:
        out.setparams((1, 2, rate, 0, "NONE", ""))
        out.writeframes((buzz * syllables * 6000).astype(np.int16).tobytes())
    return path


@pytest.fixture
def only_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """aioice leaves 127.0.0.1 out; here it is the only way, so that nothing leaves the machine."""
    monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda use_ipv4, use_ipv6: ["127.0.0.1"])


@pytest_asyncio.fixture
async def house(only_loopback: None) -> AsyncIterator[House]:
    listener = socket.create_server(("127.0.0.1", 0))
    house = House(listener.getsockname()[1])
    serving = asyncio.create_task(house.server.serve(sockets=[listener]))
    yield house
    await house.line.close()
    house.server.should_exit = True
    await serving


def is_trouble(said) -> bool:
    """Errors on the page's console, but for the ring tone's on a machine without a sound device."""
    return said.type == "error" and not said.text.startswith("The AudioContext encountered an error")


@pytest_asyncio.fixture
async def page(house: House, tmp_path: Path) -> AsyncIterator[object]:
    from playwright.async_api import async_playwright

    flags = [*FLAGS, f"--use-file-for-fake-audio-capture={voice_file(tmp_path)}"]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROME, headless=True, args=flags)
        page = await browser.new_page(viewport={"width": 1280, "height": 720})
        troubles: list[str] = []
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("console", lambda said: troubles.append(said.text) if is_trouble(said) else None)
        yield page
        await browser.close()
    assert not troubles


async def shot(page, name: str) -> None:
    """Pictures for whoever asks for them (SHOTS=folder)."""
    if folder := os.environ.get("SHOTS"):
        await page.screenshot(path=f"{folder}/{name}.png")


async def sees(page, selector: str, text: str) -> None:
    from playwright.async_api import expect

    await expect(page.locator(selector)).to_contain_text(text, timeout=10_000)


async def test_an_agent_takes_a_call_with_the_keyboard_alone(house: House, page):
    keyboard, office = page.keyboard, house.office
    await page.goto(f"{house.url}/desk")
    await sees(page, "#people", "Ben <b>Okafor</b>")
    await shot(page, "1-sign-in")
    await keyboard.press("Enter")
    await sees(page, "#idle-title", "You are away")
    await keyboard.press("p")
    await sees(page, "#idle-title", "Ready for the next call")
    await shot(page, "2-ready")

    leg = await house.line.dial("agent:ana", ring_seconds=20, call="c1", attempt="a1")
    office.offer("ana")
    await sees(page, "#offer-name", "Maria Keller")
    await sees(page, "#brief-parts", "I never bought anything at that shop")
    await sees(page, "#lines", "I sent that form")
    assert not office.accepted.is_set() and leg.state is LegState.RINGING
    await shot(page, "3-offer")

    meter = Meter()
    await keyboard.press("a")
    playing = asyncio.create_task(play_tone(await asyncio.wait_for(leg.media(), 10), meter))
    await asyncio.wait_for(office.accepted.wait(), 10)
    await sees(page, "#talk-name", "Maria Keller")
    await page.wait_for_function(f"async () => (await ({HEARD})()) > 0.01", timeout=10_000)
    await shot(page, "4-talking")
    await asyncio.wait_for(meter.until(level_dbfs=-50), 10)
    await keyboard.press("m")
    await sees(page, "#talk-state", "Muted")
    await keyboard.press("m")

    await keyboard.press("h")
    await sees(page, "#hang-up-text", "Once more to hang up")
    await keyboard.press("h")
    await sees(page, "#wrapup-name", "Maria Keller")
    assert await asyncio.wait_for(leg.ended(), 5) is LegEnded.HUNG_UP
    playing.cancel()
    await shot(page, "5-wrap-up")
    await keyboard.press("1")
    await keyboard.press("f")
    await sees(page, "#idle-title", "Ready for the next call")
    assert ("wrap_up", "ana", "c1", "dispute_opened", DRAFT) in office.did


async def test_declining_takes_a_key_for_the_reason(house: House, page):
    await page.goto(f"{house.url}/desk")
    await sees(page, "#people", "Ana Ruiz")
    await page.keyboard.press("Enter")
    await sees(page, "#idle-title", "You are away")
    house.office.offer("ana", caller="<img src=x onerror=alert(1)>", on_desk=False)
    await sees(page, "#offer-name", "<img src=x onerror=alert(1)>")
    await page.keyboard.press("d")
    await shot(page, "6-decline")
    await page.keyboard.press("2")
    await sees(page, "#idle-title", "Ready")
    assert ("decline", "ana", "o-c1", "On a break") in house.office.did


async def test_a_caller_rings_in_from_the_browser_hears_us_and_presses_keys(house: House, page):
    await page.goto(f"{house.url}/call")
    await page.click("#call")
    leg = await asyncio.wait_for(anext(aiter(house.line.arrivals())), 10)
    assert isinstance(leg, WebRtcLeg)
    meter = Meter()
    playing = asyncio.create_task(play_tone(await asyncio.wait_for(leg.media(), 10), meter))
    await sees(page, "#state", "You are connected")
    leg.tell({"type": "caption", "speaker": "system", "text": "This is an <automated> assistant.", "at_ms": 0})
    await sees(page, "#captions", "This is an <automated> assistant.")
    await page.keyboard.press("0")
    await asyncio.wait_for(meter.until(level_dbfs=-50, keys=["0"]), 10)
    await shot(page, "7-caller")
    await page.goto("about:blank")
    assert await asyncio.wait_for(leg.ended(), 5) is LegEnded.HUNG_UP
    playing.cancel()
