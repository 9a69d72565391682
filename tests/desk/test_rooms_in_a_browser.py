"""The pages of admins and auditors in a real browser: by keyboard, with errors as text, and nothing for axe to hold."""

from pathlib import Path

from tests.desk.axe import violations
from tests.desk.chromium import needs_chromium, open_browser, sees, shot
from tests.desk.house import House

pytestmark = needs_chromium


async def sam_signs_in(page, url: str, then: str) -> None:
    await page.goto(f"{url}{then}")
    await page.get_by_label("Sam Reyes").check()
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"{url}{then}")


async def test_an_admin_adds_somebody_who_sets_their_password_and_signs_in_with_it(house: House, tmp_path: Path):
    async with open_browser(tmp_path, expects="responded with a status of 4") as new_page:
        admin = await new_page()
        await admin.goto(f"{house.url}/sign-in?then=//evil.example/")
        assert await violations(admin) == []
        await shot(admin, "sign-in")
        await sam_signs_in(admin, house.url, "/admin")
        await sees(admin, "#users", "Ben <b>Okafor</b>")
        assert await violations(admin) == []

        await admin.keyboard.press("n")
        await admin.keyboard.type("Kim.W")
        await admin.keyboard.press("Tab")
        await admin.keyboard.type("קים <i>Weber</i>")
        await admin.get_by_role("group", name="Roles", exact=True).get_by_label("supervisor").check()
        await admin.keyboard.press("Enter")
        await sees(admin, "#link-about", "Give this to kim.w")
        await sees(admin, "#users", "קים <i>Weber</i>")
        assert await violations(admin) == []
        await shot(admin, "admin")
        link = await admin.locator("#link").text_content()

        kim = await new_page()
        await kim.goto(link)
        await sees(kim, "#about", "sign in as kim.w")
        assert await violations(kim) == []
        await shot(kim, "welcome")
        for words in ("password1234", "kim.w kim.w kim.w"):
            await kim.fill("#password", words)
            await kim.fill("#again", words)
            await kim.keyboard.press("Enter")
            await sees(kim, "#note", "among the first that others would try")
        for place in ("#password", "#again"):
            await kim.fill(place, "seven green herons")
        await kim.keyboard.press("Enter")
        await sees(kim, "#note", "Your password is set. Sign in as kim.w.")

        await kim.get_by_label("Somebody else").check()
        await kim.get_by_label("Short name").fill("kim.w")
        await kim.get_by_label("Password").fill("seven red herons")
        await kim.keyboard.press("Enter")
        await sees(kim, "#note", "do not fit")
        await kim.keyboard.type("seven green herons")
        await kim.keyboard.press("Enter")
        await sees(kim, "#name", "קים <i>Weber</i>")
        assert await violations(kim) == []
        await shot(kim, "landing")

        await admin.get_by_role("button", name="Switch off kim.w").click()
        await sees(admin, "#users", "switched off")
        await kim.reload()
        await sees(kim, "#doors", "Agent desk")


async def test_an_auditor_reads_what_was_done_and_checks_the_chain(house: House, tmp_path: Path):
    async with open_browser(tmp_path) as new_page:
        page = await new_page()
        await sam_signs_in(page, house.url, "/audit")
        await house.noted()
        await page.reload()
        await sees(page, "#notes", "sign_in")
        assert await violations(page) == []
        await shot(page, "audit")
        await page.keyboard.press("v")
        await sees(page, "#holds", "none is missing")
        await page.emulate_media(color_scheme="dark")
        assert await violations(page) == []
        await page.set_viewport_size({"width": 820, "height": 1180})
        assert await violations(page) == []
        await page.fill("#who", "nobody")
        await page.keyboard.press("Enter")
        await sees(page, "#note", "Nothing like this was noted.")


async def test_who_has_no_desk_is_brought_to_the_pages_they_have(house: House, tmp_path: Path):
    async with open_browser(tmp_path) as new_page:
        page = await new_page()
        await page.goto(f"{house.url}/desk")
        await page.get_by_label("Sam Reyes").check()
        await page.keyboard.press("Enter")
        await sees(page, "#note", "You have no desk")
        await sees(page, "#doors", "People")
        assert await violations(page) == []
