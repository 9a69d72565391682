"""The approver decides in a browser, by keyboard alone; a page whose clock is wrong shows the service's."""

from tests.approvals.desk import ANA
from tests.desk.axe import violations
from tests.desk.chromium import needs_chromium, open_page, sees
from voice.events import ApprovalStage

pytestmark = needs_chromium
A_YEAR_AHEAD = "{ const real = Date.now; Date.now = () => real() + 31536e6; }"


async def test_an_agent_changes_the_amount_with_keys_and_is_told_when_it_is_too_much(house, tmp_path) -> None:
    async with open_page(tmp_path, expects="409") as page:
        await page.add_init_script(A_YEAR_AHEAD)
        await house.signs_in(page)
        await sees(page, "#idle-title", "")
        await house.asking.propose()
        await sees(page, "#asked h3", "getting a fee back")
        await sees(page, "#asked q", "give it back")
        assert await page.locator("#asked bdi").text_content() == "<b>Dana</b>", "a name is text, whatever is in it"
        left = await page.locator(".asked-left").text_content()
        assert left.startswith(("0:5", "1:00")), "by the service's clock"
        await page.keyboard.press("e")
        await page.locator("#asked input[name=amount]").fill("150")
        await page.keyboard.press("Enter")
        await sees(page, "#asked-trouble", "5.00 to 100.00")
        assert await page.locator("#asked input[name=amount]").input_value() == "150", "what was written is kept"
        await page.locator("#asked input[name=amount]").fill("20")
        await page.keyboard.press("Enter")
        await sees(page, ".asked-over", "approved with a change by Ana")
        assert house.asking.told[-1].values == {"amount": "20.00"}


async def test_a_supervisor_says_no_with_a_reason_and_answers_a_question_on_the_page_of_their_own(house, page) -> None:
    await page.goto(f"{house.url}/approvals")
    await page.get_by_label("Sam Reyes").check()
    await page.keyboard.press("Enter")
    await sees(page, "#asked-list", "Nothing waits for a yes.")
    house.asking.room.present.came(ANA)
    await house.asking.propose("90.00")
    await sees(page, ".two", "two different people")
    assert await violations(page) == []
    await page.keyboard.press("n")
    await page.keyboard.press("3")
    await sees(page, ".asked-over", "answered no by Sam")
    assert (house.asking.told[-1].stage, house.asking.told[-1].reason) == (ApprovalStage.REJECTED, "correct")
    await house.asking.question("do you take foreign coins")
    await sees(page, "#asked-list", "foreign coins")
    await page.keyboard.press("q")
    await page.locator("#asked textarea").fill("Only at Harbor Street.")
    await page.keyboard.press("Control+Enter")
    await sees(page, "#asked-list", "answered by Sam")
    assert house.asking.told[-1].text == "Only at Harbor Street."
