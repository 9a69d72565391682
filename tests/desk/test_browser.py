"""An agent's whole call in a real browser, hands on the keyboard: sign in, brief, accept, talk, wrap up."""

import asyncio

from telephony.being_said import BeingSaid
from telephony.events import Heard, Said
from telephony.leg import LegEnded, LegState
from tests.desk.chromium import HEARD, needs_chromium, sees, shot
from tests.desk.house import House
from tests.desk.media import Meter, playing_tone
from tests.desk.office import DRAFT

pytestmark = needs_chromium


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
    async with playing_tone(await asyncio.wait_for(leg.media(), 45), meter):
        await asyncio.wait_for(office.accepted.wait(), 45)
        await sees(page, "#talk-name", "Maria Keller")
        await page.wait_for_function(f"async () => (await ({HEARD})()) > 0.01", timeout=45_000)
        await shot(page, "4-talking")
        await asyncio.wait_for(meter.until(level_dbfs=-50), 45)
        await keyboard.press("m")
        await sees(page, "#talk-state", "Muted")
        await asyncio.wait_for(meter.falls_silent(), 45)
        await keyboard.press("m")

        await keyboard.press("h")
        await sees(page, "#hang-up-text", "Once more to hang up")
        await keyboard.press("h")
        await sees(page, "#wrapup-name", "Maria Keller")
        assert await asyncio.wait_for(leg.ended(), 45) is LegEnded.HUNG_UP
    await shot(page, "5-wrap-up")
    await keyboard.press("1")
    await keyboard.press("f")
    await sees(page, "#idle-title", "Ready for the next call")
    assert ("wrap_up", "ana", "c1", "dispute_opened", DRAFT) in office.did


async def test_an_alarm_of_the_service_stands_on_the_desk(house: House, page):
    house.desks.notice("rules", "The escalation rules are not <b>published</b>.")
    await house.signs_in(page)
    await sees(page, "#alarms", "The escalation rules are not <b>published</b>.")


async def test_words_being_said_stand_grey_at_the_end_until_their_line_takes_their_place(house: House, page):
    await house.signs_in(page)
    house.office.offer("ana")
    await sees(page, "#lines", "I sent that form")
    for words in ("yes <b>i</b>", "yes <b>i</b> never"):
        house.desks.being_said(BeingSaid("c1", "caller", words))
        await sees(page, "#lines li.saying", f"{words} …")
    assert await page.locator("#lines li.saying").count() == 1
    house.office.tell("c1", 80_000, Said(8, "One moment.", "moment", "1", 79_000, 80_000, False))
    await sees(page, "#lines", "One moment.")
    assert "saying" in await page.locator("#lines li").last.get_attribute("class")
    house.office.tell("c1", 81_000, Heard(9, "caller", "yes i never did", 0.9, 79_000, 81_000, "scripted"))
    await sees(page, "#lines", "yes i never did")
    assert await page.locator("#lines li.saying").count() == 0


async def test_an_alarm_comes_and_goes_with_its_reason(house: House, page):
    await house.signs_in(page)
    house.desks.notice("pool", "Speech recognition is being started again.")
    await sees(page, "#alarms", "started again")
    house.desks.notice("pool", None)
    await page.wait_for_function("document.getElementById('alarms').hidden")


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
    leg = await house.called()
    meter = Meter()
    async with playing_tone(await asyncio.wait_for(leg.media(), 45), meter):
        await sees(page, "#state", "You are connected")
        leg.tell({"type": "caption", "speaker": "system", "text": "This is an <automated> assistant.", "at_ms": 0})
        await sees(page, "#captions", "This is an <automated> assistant.")
        await page.keyboard.press("0")
        await asyncio.wait_for(meter.until(level_dbfs=-50, keys=["0"]), 45)
        await shot(page, "7-caller")
        await page.goto("about:blank")
        assert await asyncio.wait_for(leg.ended(), 45) is LegEnded.HUNG_UP


async def test_a_page_says_which_brief_it_has_drawn_and_plays_the_caller_s_own_words(house: House, page):
    await page.goto(f"{house.url}/desk")
    await sees(page, "#people", "Ana Ruiz")
    await page.keyboard.press("Enter")
    await sees(page, "#idle-title", "You are away")
    house.office.offer("ana")
    await sees(page, "#brief-parts", "I never bought anything at that shop")
    play = page.get_by_role("button", name="Play the caller's own words")
    assert await play.count() == 1
    async with page.expect_response(lambda answer: answer.url.endswith("/calls/c1/clips/4")) as answer:
        await play.click()
    assert (await answer.value).headers["content-type"] == "audio/wav"
    assert house.office.did.count(("seen", "ana", "c1", "1")) == 1
