"""A real browser loses its network, is reloaded, or is taken over by another one: the call goes on."""

import asyncio
from pathlib import Path

import pytest

from telephony.leg import LegState
from telephony.lines import webrtc_leg
from tests.desk.chromium import HEARD, needs_chromium, open_browser, open_page, sees, shot
from tests.desk.house import House
from tests.desk.media import Meter, playing_tone

pytestmark = needs_chromium


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine may need longer than the ten seconds that a page has to come back."""
    monkeypatch.setattr(webrtc_leg, "AWAY_SECONDS", 40.0)


CUT = "() => window.warmlinePhone.connection.close()"
OFFLINE = "net::ERR_INTERNET_DISCONNECTED"


async def on_the_phone(page) -> None:
    await page.wait_for_function("() => window.warmlinePhone?.state === 'on'", timeout=45_000)


async def hears(page) -> None:
    """The far end's sound arrives over the connection there is now."""
    await page.wait_for_function(f"async () => (await ({HEARD})()) > 0.01", timeout=45_000)


async def takes_the_call(house: House, page):
    await house.signs_in(page)
    leg = await house.offers(page)
    await page.keyboard.press("a")
    await sees(page, "#talk-name", "Maria Keller")
    return leg, await asyncio.wait_for(leg.media(), 45)


async def test_an_agent_who_loses_the_network_for_some_seconds_is_back_in_the_same_call(house: House, tmp_path: Path):
    async with open_page(tmp_path, expects=OFFLINE) as page:
        leg, transport = await takes_the_call(house, page)
        meter = Meter()
        async with playing_tone(transport, meter):
            await hears(page)
            await page.context.set_offline(True)
            await page.evaluate(CUT)
            await sees(page, "#talk-alert", "Your sound is lost")
            await sees(page, "#talk-alert-timer", "s left")
            await shot(page, "lost")
            assert leg.away and leg.state is LegState.ANSWERED
            await page.context.set_offline(False)
            await on_the_phone(page)
            await page.wait_for_selector("#talk-alert", state="hidden")
            await hears(page)
            meter.heard.clear()
            await asyncio.wait_for(meter.until(level_dbfs=-50), 45)
            assert leg.state is LegState.ANSWERED and not leg.away
            assert await leg.media() is transport


async def test_a_reload_in_the_middle_of_a_call_goes_on_with_it(house: House, page):
    leg, transport = await takes_the_call(house, page)
    page.on("dialog", lambda dialog: asyncio.ensure_future(dialog.accept()))
    async with playing_tone(transport, Meter()):
        await page.reload()
        await on_the_phone(page)
        await hears(page)
        await sees(page, "#talk-name", "Maria Keller")
        assert leg.state is LegState.ANSWERED


async def test_of_two_browsers_of_one_agent_the_newest_has_the_call_and_the_other_is_told(house: House, tmp_path: Path):
    async with open_browser(tmp_path) as new_page:
        first, second = await new_page(), await new_page()
        leg, transport = await takes_the_call(house, first)
        async with playing_tone(transport, Meter()):
            await second.goto(f"{house.url}/desk")
            await sees(second, "#people", "Ana Ruiz")
            await second.keyboard.press("Enter")
            await sees(first, "#note", "You signed in at another desk")
            await shot(first, "taken-over")
            await on_the_phone(second)
            await hears(second)
            await sees(second, "#talk-name", "Maria Keller")
            assert await first.evaluate("() => window.warmlinePhone === undefined")  # it shows the sign-in page
            assert leg.state is LegState.ANSWERED


async def test_a_caller_who_loses_the_network_for_some_seconds_is_back_in_the_same_call(house: House, tmp_path: Path):
    async with open_page(tmp_path, expects=OFFLINE) as page:
        await page.goto(f"{house.url}/call")
        await page.click("#call")
        leg = await house.called()
        meter = Meter()
        async with playing_tone(await asyncio.wait_for(leg.media(), 45), meter):
            await hears(page)
            await page.context.set_offline(True)
            await page.evaluate(CUT)
            await sees(page, "#state", "Your connection is lost")
            await shot(page, "caller-lost")
            leg.tell({"type": "caption", "speaker": "system", "text": "Are you there?", "at_ms": 0})
            await page.context.set_offline(False)
            await on_the_phone(page)
            await sees(page, "#captions", "Are you there?")
            await hears(page)
            meter.heard.clear()
            await asyncio.wait_for(meter.until(level_dbfs=-50), 45)
            assert leg.state is LegState.ANSWERED


async def test_a_caller_who_comes_back_too_late_is_told_that_the_call_is_over(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(webrtc_leg, "AWAY_SECONDS", 0.5)
    async with open_page(tmp_path, expects="409") as page:
        await page.goto(f"{house.url}/call")
        await page.click("#call")
        leg = await house.called()
        async with playing_tone(await asyncio.wait_for(leg.media(), 45), Meter()):
            await hears(page)
            await page.evaluate(CUT)
            await asyncio.wait_for(leg.ended(), 45)
            await sees(page, "#notice", "This call is over already.")
            await sees(page, "#state", "The call has ended.")
