"""The agent's desk through a whole call, in light and dark, wide and on a tablet: read at a glance, held by no rule."""

import asyncio

from telephony.events import CompanionJoined, Heard
from tests.desk.axe import violations
from tests.desk.chromium import needs_chromium, sees, shot
from tests.desk.house import House
from tests.desk.media import Meter, playing_tone

pytestmark = needs_chromium

GLANCE = (
    "#offer-name",
    "#offer-why",
    "#offer-wait",
    "#accept",
    "#decline",
    "dd.who",
    "dd.issue",
    "dd.why",
    "#mood-now",
)
WIDE, TABLET = {"width": 1280, "height": 720}, {"width": 820, "height": 1180}


async def read_everywhere(page, state: str) -> None:
    """Nothing for axe to hold, in light and in dark, and nothing beside the page on a tablet."""
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        await shot(page, f"desk-{state}-{scheme}")
        assert await violations(page) == []
    await page.set_viewport_size(TABLET)
    assert await page.evaluate("document.documentElement.scrollWidth") <= TABLET["width"]
    await shot(page, f"desk-{state}-tablet")
    await page.set_viewport_size(WIDE)


async def in_sight(page, selector: str) -> bool:
    box = await page.locator(selector).first.bounding_box()
    return box is not None and box["y"] >= 0 and box["y"] + box["height"] <= WIDE["height"]


async def test_the_desk_in_each_state_is_read_at_a_glance_by_anybody(house: House, page):
    await house.signs_in(page)
    house.floor.rings("c1")
    house.floor.seeks("c1")
    house.floor.rings("c2", "<b>Eve</b>")
    house.floor.seeks("c2", "cards")
    house.waiting.hear(house.floor.records["c2"][-1])
    await sees(page, "#waiting-calls", "<b>Eve</b>")
    await sees(page, "#waiting-count", "2 waiting, longest")
    await read_everywhere(page, "idle")

    house.office.offer("ana")
    await sees(page, "#lines", "I sent that form")
    await sees(page, "#hints", "Don't ask who they are")
    await sees(page, "#earlier-calls", "Sent the dispute form; <b>she</b> sends it back.")
    await sees(page, "#waiting-calls .mine", "offered to you")
    await sees(page, "#offer-earlier", "last called yesterday")
    assert [one for one in GLANCE if not await in_sight(page, one)] == []
    await page.keyboard.press("v")
    assert await page.locator("#mood-turns li").count() == 3
    await page.locator("#mood-turns button").first.click()
    assert "pointed" in await page.locator("#lines li", has_text="I sent that form").get_attribute("class")
    await page.keyboard.press("v")
    await read_everywhere(page, "offered")

    leg = await house.rings()  # not before: looking at the page takes longer than a phone rings on a busy machine
    await page.keyboard.press("a")
    async with playing_tone(await asyncio.wait_for(leg.media(), 45), Meter()):
        await asyncio.wait_for(house.office.accepted.wait(), 45)
        await sees(page, "#talk-name", "Maria Keller")
        await read_everywhere(page, "talking")
        await page.keyboard.press("b")
        await sees(page, "#notes-to", "Somebody in Lending <b>&</b> loans")
        await page.keyboard.type("wants a loan")
        await page.keyboard.press("Alt+2")
        assert await page.locator("#notes-to input >> nth=2").is_checked()
        await sees(page, "#notes-to", "Eve Stone (busy now)")
        await page.keyboard.press("Alt+3")
        assert await page.locator("#notes-to input[data-person=ben]").is_checked()
        await read_everywhere(page, "passing-on")
        await page.keyboard.press("Escape")
        await page.keyboard.press("n")
        await sees(page, "#numbers", "Last four <b>of</b> the card")
        await read_everywhere(page, "keypad")
        await page.keyboard.press("1")
        await sees(page, "#talk-alert", "you do not hear them until they are done")
        await sees(page, "#talk-alert-timer", "PIN: 0 keys")
        await read_everywhere(page, "keying")
        await page.keyboard.press("n")
        await sees(page, "#lines", "Not keyed: PIN, cancelled")

        await page.keyboard.press("c")
        await sees(page, "#join-who", "Ben <b>Okafor</b>")
        await sees(page, "#join-who", "Eve Stone (busy now)")
        assert await page.locator("#join-who input >> nth=1").is_disabled()
        await page.keyboard.type("knows boats")
        await read_everywhere(page, "bring-in")
        await page.keyboard.press("Control+Enter")
        await sees(page, "#talk-state", "Asking Ben <b>Okafor</b> to join")
        house.office.tell("c1", 102_000, CompanionJoined("h1", "ana", "ben", "Ben <b>Okafor</b>"))
        await sees(page, "#bring-in-text", "Let them go")
        await sees(page, "#talk-state", "Ben <b>Okafor</b> is on the line too")
        house.office.tell("c1", 104_000, Heard(12, "agent", "hello", 0.9, 0, 0, "scripted", "", "ben"))
        await sees(page, "#lines li:last-child .who", "Ben <b>Okafor</b>")
        await read_everywhere(page, "three")
        await page.keyboard.press("Escape")
        await page.keyboard.press("c")
        await sees(page, "#lines", "was let go")

        await page.keyboard.press("h")
        await page.keyboard.press("h")
        await sees(page, "#wrapup-name", "Maria Keller")
    for key, mark in (("g", "brief-good"), ("r", "trigger-right"), ("r", "trigger-earlier"), ("i", "suggestions-good")):
        await page.keyboard.press(key)
        await page.locator(f"#mark-{mark}[aria-pressed=true]").wait_for()
    await read_everywhere(page, "wrap-up")
    await page.keyboard.press("f")
    await sees(page, "#idle-title", "Ready for the next call")


async def test_a_call_of_three_hours_is_searched_and_read_like_any_other(house: House, page):
    await house.signs_in(page)
    house.office.offer("ana")
    for n in range(5000):
        words = f"line {n}" if n % 1000 else f"my שלום <b>word</b> {n}"
        house.office.tell("c1", 80_000 + 2000 * n, Heard(100 + n, "caller", words, 0.9, 0, 0, "scripted"))
    await page.reload()
    await sees(page, "#lines", "line 4999")
    assert await in_sight(page, "#lines li >> nth=-1")
    await page.keyboard.press("/")
    await page.keyboard.type("<B>wo")
    await sees(page, "#find-count", "5 of 5")
    assert await in_sight(page, "#lines .here")
    await sees(page, "#lines .here mark", "<b>wo")
    await page.keyboard.press("Enter")
    await sees(page, "#find-count", "1 of 5")
    await sees(page, "#lines .here", "my שלום <b>word</b> 0")
    assert await in_sight(page, "#lines .here")
    await page.keyboard.press("Shift+Enter")
    await sees(page, "#find-count", "5 of 5")
    await page.keyboard.press("Escape")
    assert await page.locator("#lines mark").count() == 0
    await page.locator("dd.issue button").last.click()
    assert await in_sight(page, "#lines .pointed")
