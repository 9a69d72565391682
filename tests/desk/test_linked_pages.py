"""The line of links on each page: the reader's own pages, each in one tab that is only brought to the front."""

from tests.desk.chromium import Page, needs_chromium, sees
from tests.desk.house import House

pytestmark = needs_chromium


async def links(page: Page) -> list[str]:
    await page.locator("#nav a").first.wait_for()
    return await page.eval_on_selector_all("#nav a", "links => links.map((link) => link.textContent)")


async def opens(page: Page, name: str) -> Page:
    async with page.context.expect_page() as tab:
        await page.get_by_role("link", name=name, exact=True).click()
    return await tab.value


async def test_every_page_links_those_its_reader_may_open_and_marks_itself(house: House, page):
    await page.goto(f"{house.url}/sign-in")
    await page.get_by_label("Sam Reyes").check()
    await page.keyboard.press("Enter")
    await sees(page, "#you", "Sam Reyes")
    theirs = ["Start", "Approvals", "Numbers", "People", "Audit"]
    assert await page.eval_on_selector_all("#doors strong", "all => all.map((one) => one.textContent)") == theirs[1:]
    for path, name in (("/approvals", "Approvals"), ("/numbers", "Numbers"), ("/admin", "People"), ("/audit", "Audit")):
        await page.goto(f"{house.url}{path}")
        assert await links(page) == theirs
        assert await page.locator("#nav [aria-current=page]").text_content() == name


async def test_a_desk_with_a_caller_is_brought_to_the_front_and_not_loaded_anew(house: House, page):
    await house.signs_in(page)
    assert await links(page) == ["Start", "Agent desk", "Approvals"]
    await house.offers(page)
    await page.keyboard.press("a")
    await sees(page, "#talk-name", "Maria Keller")
    await page.evaluate("window.stillHere = true")

    approvals = await opens(page, "Approvals")
    await sees(approvals, "#asked-list", "Nothing waits")
    await approvals.evaluate("window.stillHere = true")
    await approvals.get_by_role("link", name="Agent desk", exact=True).click()
    await page.get_by_role("link", name="Approvals", exact=True).click()
    start = await opens(approvals, "Start")
    await sees(start, "#you", "Ana Ruiz")
    await start.get_by_role("link", name="Agent desk").click()

    assert len(page.context.pages) == 3, "each page has one tab"
    assert await page.evaluate("window.stillHere") and await approvals.evaluate("window.stillHere")
    await sees(page, "#talk-name", "Maria Keller")
    await page.goto("about:blank")
