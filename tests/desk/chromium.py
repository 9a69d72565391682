"""Debian's Chromium, headless, with a microphone that plays a file: what browser tests share."""

import io
import os
import shutil
import warnings
import wave
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aioice.ice
import numpy as np
import pytest
from PIL import Image

Page = Any  # playwright's, which is imported only where a browser is
NewPage = Callable[[], Awaitable[Page]]

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
needs_chromium = pytest.mark.skipif(
    not Path(CHROME).exists(), reason=f"no browser at {CHROME}: install chromium or set CHROME"
)


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


def is_trouble(said) -> bool:
    """Errors on the page's console, but for the ring tone's on a machine without a sound device."""
    return said.type == "error" and not said.text.startswith("The AudioContext encountered an error")


@asynccontextmanager
async def open_browser(
    folder: Path, *, refused: bool = False, expects: str = "", voice: Path | None = None
) -> AsyncIterator[NewPage]:
    """Opens pages, each as a person of their own; any error on one fails the test, but those that a test `expects`.

    `refused`: nobody allows the microphone. `voice`: what it hears, over and over, on each page (.wav)."""
    from playwright.async_api import async_playwright

    flags = [*FLAGS, f"--use-file-for-fake-audio-capture={voice or voice_file(folder)}"]
    if refused:
        flags.remove("--use-fake-ui-for-media-stream")
    troubles: list[str] = []

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROME, headless=True, args=flags)

        async def page() -> Page:
            page = await browser.new_page(viewport={"width": 1280, "height": 720})
            page.on("pageerror", lambda error: troubles.append(str(error)))
            page.on("console", lambda said: troubles.append(said.text) if is_trouble(said) else None)
            return page

        yield page
        await browser.close()
    unexpected = [trouble for trouble in troubles if not expects or expects not in trouble]
    assert not unexpected, unexpected


@asynccontextmanager
async def open_page(folder: Path, *, refused: bool = False, expects: str = "") -> AsyncIterator[Page]:
    """A page in a browser of its own."""
    async with open_browser(folder, refused=refused, expects=expects) as page:
        yield await page()


async def shot(page, name: str) -> None:
    """Pictures for whoever asks for them (SHOTS=folder)."""
    if folder := os.environ.get("SHOTS"):
        picture = Image.open(io.BytesIO(await page.screenshot()))
        picture.quantize(256).save(f"{folder}/{name}.png", optimize=True)  # a third of the size: text and few colours


async def sign_in(page, url: str, name: str) -> None:
    """By the one-click sign-in of the demo, whose first agent is `name`; then available."""
    await page.goto(f"{url}/desk")
    await sees(page, "#people", name)
    await page.keyboard.press("Enter")
    await sees(page, "#idle-title", "You are away")
    await page.keyboard.press("p")
    await sees(page, "#idle-title", "Ready for the next call")


async def sees(page, selector: str, text: str) -> None:
    from playwright.async_api import expect

    await expect(page.locator(selector)).to_contain_text(text, timeout=45_000)
