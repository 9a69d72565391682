"""The co-pilot's panel in a browser: asked by keyboard, shown beside the brief, put away by a key."""

from telephony.events import Heard
from tests.desk.chromium import sees, shot
from tests.desk.house import House


async def test_an_agent_asks_reads_the_article_and_puts_a_prompt_away_by_keyboard_alone(house: House, page) -> None:
    await house.signs_in(page)
    await page.keyboard.press("k")
    await page.keyboard.type("what does an outgoing wire cost")
    await page.keyboard.press("Enter")
    await sees(page, "#answer", "Outgoing wire: 20 dollars")
    await sees(page, "#answer", "2026-09-15")

    await page.keyboard.press("Escape")  # out of the box, so that letters are keys again
    await page.keyboard.press("u")
    await sees(page, "#answer", "Marked useful")
    await page.click("#answer .source button")
    await sees(page, "#copilot-page-text", "Overdraft: 15 dollars")
    await page.keyboard.press("Escape")
    assert await page.locator("#copilot-page").is_hidden()

    await house.offers(page)
    await page.keyboard.press("a")
    await sees(page, "#talk-name", "Maria Keller")
    house.office.tell("c1", 80_000, Heard(9, "caller", HOLD, 0.9, 79_000, 80_000, "scripted"))
    await sees(page, "#prompts", "working days")
    await sees(page, "#next-actions", "Open the dispute now")
    await sees(page, "#facts", "Maria Keller, member since 2011")
    await shot(page, "copilot")
    brief, panel = [await page.locator(one).bounding_box() for one in ("#brief", "#copilot")]
    assert brief["x"] + brief["width"] <= panel["x"]  # beside it, not over it
    assert panel["x"] + panel["width"] <= 1280

    await page.keyboard.press("x")
    await sees(page, "#copilot", "Ask the knowledge")
    assert await page.locator("#prompts li").count() == 0


HOLD = "when does the check I deposited yesterday clear and why is there a hold on my check"


async def test_on_a_tablet_the_panel_lies_below_the_conversation(house: House, page) -> None:
    await page.set_viewport_size({"width": 820, "height": 1180})
    await house.signs_in(page)
    await house.offers(page)
    await sees(page, "#copilot", "Ask the knowledge")
    talked, panel = [await page.locator(one).bounding_box() for one in ("#talked", "#copilot")]
    assert panel["y"] >= talked["y"] + talked["height"]
    assert panel["x"] + panel["width"] <= 820
    await shot(page, "copilot-tablet")
