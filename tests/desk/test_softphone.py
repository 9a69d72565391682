"""The softphone in a real browser: hold, hand back, devices, ringing, no microphone, no path."""

import asyncio
from pathlib import Path

import aioice.ice
import pytest

from telephony.leg import LegEnded, LegState
from tests.desk.chromium import needs_chromium, open_page, sees, shot
from tests.desk.house import PHONE_NUMBER, House

pytestmark = needs_chromium

SENDING = "() => window.warmlinePhone.connection.getSenders()[0].track.getSettings().deviceId"


async def talks(house: House, page):
    """Ana talks with Maria Keller; her leg."""
    await house.signs_in(page)
    leg = await house.offers(page)
    await page.keyboard.press("a")
    await sees(page, "#talk-name", "Maria Keller")
    await asyncio.wait_for(leg.media(), 45)
    return leg


async def test_a_caller_on_hold_is_not_forgotten(house: House, page):
    await talks(house, page)
    await page.keyboard.press("o")
    await sees(page, "#talk-alert", "On hold")
    await sees(page, "#talk-alert-timer", "0:0")
    await sees(page, "#hold-text", "Take back")
    await shot(page, "hold")
    await page.keyboard.press("o")
    await page.wait_for_selector("#talk-alert", state="hidden")
    assert [did for did in house.office.did if did[0] == "hold"] == [("hold", "ana", "on"), ("hold", "ana", "off")]


async def test_a_caller_is_handed_back_with_the_agents_notes(house: House, page):
    leg = await talks(house, page)
    await page.keyboard.press("b")
    await page.keyboard.type("book a visit for Tuesday (b, o and h are letters here)")
    await shot(page, "hand-back")
    await page.keyboard.press("Control+Enter")
    await sees(page, "#wrapup-name", "Maria Keller")
    assert ("hand_back", "ana", "book a visit for Tuesday (b, o and h are letters here)") in house.office.did
    assert await asyncio.wait_for(leg.ended(), 45) is LegEnded.HUNG_UP


async def test_microphone_and_speaker_are_chosen_in_the_call_and_remembered(house: House, page):
    await talks(house, page)
    await page.click("#sound summary")
    await sees(page, "#microphones", "Fake Audio Input 2")
    await page.select_option("#microphones", label="Fake Audio Input 2")
    await page.select_option("#speakers", label="Fake Audio Output 1")
    microphone = await page.input_value("#microphones")
    await page.wait_for_function(f"wanted => ({SENDING})() === wanted", arg=microphone)
    speaker = await page.input_value("#speakers")
    await page.wait_for_function("wanted => document.getElementById('voice').sinkId === wanted", arg=speaker)
    await shot(page, "devices")
    page.on("dialog", lambda dialog: asyncio.ensure_future(dialog.accept()))
    await page.reload()
    await page.wait_for_function("() => window.warmlinePhone?.state === 'on'")
    assert await page.evaluate(SENDING) == microphone
    assert await page.input_value("#speakers") == speaker


async def test_an_offer_rings_to_be_heard_and_seen(house: House, page):
    await page.add_init_script(
        "window.tones = 0; const make = AudioContext.prototype.createOscillator;"
        "AudioContext.prototype.createOscillator = function () { window.tones += 1; return make.call(this); };"
        "Object.defineProperty(AudioContext.prototype, 'state', { get: () => 'running' });"  # no sound device here
    )
    await house.signs_in(page)
    await house.offers(page)
    assert (await page.title()).startswith("☎ Maria Keller")
    await page.wait_for_function("() => window.tones >= 2")
    await page.keyboard.press("l")
    await sees(page, "#talk-name", "Hearing the brief")
    rung = await page.evaluate("() => window.tones")
    await page.wait_for_function("() => window.warmlinePhone.state === 'on'")
    assert await page.evaluate("() => window.tones") == rung


async def test_an_agent_whose_microphone_is_blocked_is_told_what_to_do_and_may_decline(house: House, tmp_path: Path):
    async with open_page(tmp_path, refused=True) as page:
        await house.signs_in(page)
        await sees(page, "#notice", "The microphone is blocked")
        leg = await house.offers(page)
        await page.keyboard.press("a")
        await sees(page, "#notice", "Allow it")
        await sees(page, "#notice", "press D")
        await shot(page, "blocked")
        assert leg.state is LegState.RINGING and not house.office.accepted.is_set()
        await page.keyboard.press("d")
        await page.keyboard.press("3")
        await sees(page, "#idle-title", "Ready")
        assert ("decline", "ana", "o-c1", "Audio trouble") in house.office.did


async def test_a_phone_that_rings_while_the_agent_is_still_asked_for_the_microphone_is_answered(house: House, page):
    await house.signs_in(page)
    house.office.offer("ana")
    await sees(page, "#offer-name", "Maria Keller")
    await page.evaluate(
        "() => { const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);"
        "const allowed = new Promise((resolve) => { window.allow = resolve; });"
        "navigator.mediaDevices.getUserMedia = async (what) => {"
        "  window.asked = true; await allowed; return ask(what); }; }"
    )
    await page.keyboard.press("a")
    await page.wait_for_function("() => window.asked")
    leg = await house.rings()
    await page.evaluate("() => window.allow()")
    await sees(page, "#talk-name", "Maria Keller")
    await asyncio.wait_for(leg.media(), 45)


async def test_a_caller_whose_microphone_is_blocked_is_given_the_telephone_number(house: House, tmp_path: Path):
    async with open_page(tmp_path, refused=True) as page:
        await page.goto(f"{house.url}/call")
        await page.click("#call")
        await sees(page, "#notice", "The microphone is blocked")
        await sees(page, "#notice", PHONE_NUMBER)
        await shot(page, "caller-blocked")
        assert await page.is_enabled("#call")


async def test_without_a_way_for_the_sound_the_page_says_so_and_the_leg_has_failed(
    house: House, page, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda use_ipv4, use_ipv6: [])
    await page.goto(f"{house.url}/call")
    await page.click("#call")
    leg = await house.called()
    assert await asyncio.wait_for(leg.ended(), 45) is LegEnded.FAILED
    await sees(page, "#notice", "No sound path")
    await sees(page, "#notice", PHONE_NUMBER)
