"""The agent's desk through a whole call, in light and dark, wide and on a tablet: read at a glance, held by no rule."""

import asyncio

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
    return bool(
        await page.locator(selector).first.evaluate(
            "(e) => { const r = e.getBoundingClientRect(); return r.top >= 0 && r.bottom <= innerHeight && r.height > 0 }"
        )
    )


async def test_the_desk_in_each_state_is_read_at_a_glance_by_anybody(house: House, page):
    await house.signs_in(page)
    await read_everywhere(page, "idle")

    leg = await house.offers(page)
    await sees(page, "#lines", "I sent that form")
    await sees(page, "#hints", "Don't ask who they are")
    assert [one for one in GLANCE if not await in_sight(page, one)] == []
    await page.keyboard.press("v")
    assert await page.locator("#mood-turns li").count() == 3
    await page.locator("#mood-turns button").first.click()
    assert "pointed" in await page.locator("#lines li", has_text="I sent that form").get_attribute("class")
    await page.keyboard.press("v")
    await read_everywhere(page, "offered")

    await page.keyboard.press("a")
    async with playing_tone(await asyncio.wait_for(leg.media(), 45), Meter()):
        await asyncio.wait_for(house.office.accepted.wait(), 45)
        await sees(page, "#talk-name", "Maria Keller")
        await read_everywhere(page, "talking")

        await page.keyboard.press("h")
        await page.keyboard.press("h")
        await sees(page, "#wrapup-name", "Maria Keller")
    for key, mark in (("g", "brief-good"), ("r", "trigger-right"), ("r", "trigger-earlier"), ("i", "suggestions-good")):
        await page.keyboard.press(key)
        await page.locator(f"#mark-{mark}[aria-pressed=true]").wait_for()
    await read_everywhere(page, "wrap-up")
    await page.keyboard.press("f")
    await sees(page, "#idle-title", "Ready for the next call")
