"""What a caller's page shows of the assistant's words: as they begin to be said, once, and not what was never said."""

from tests.desk.chromium import needs_chromium, sees
from tests.desk.house import House

pytestmark = needs_chromium


async def lines(page) -> list[str]:
    return await page.eval_on_selector_all("#captions li", "lines => lines.map((line) => line.textContent)")


async def test_a_prompt_is_read_from_its_first_sound_on_and_stands_there_once(house: House, page) -> None:
    await page.goto(f"{house.url}/call")
    await page.click("#call")
    leg = await house.called()
    await leg.media()
    await sees(page, "#state", "You are connected")
    leg.tell({"type": "saying", "speaker": "system", "text": "One moment, I am looking."})
    await sees(page, "#captions", "One moment, I am looking.")
    leg.tell({"type": "saying", "speaker": "system", "text": "Your balance is <b>12</b> dollars."})
    leg.tell({"type": "caption", "speaker": "caller", "text": "thank you", "at_ms": 9000})
    leg.tell({"type": "caption", "speaker": "system", "text": "Your balance is <b>12</b> dollars.", "at_ms": 9500})
    leg.tell({"type": "caption", "speaker": "system", "text": "Anything else?", "at_ms": 12_000})
    await sees(page, "#captions", "Anything else?")
    assert await lines(page) == [
        "AssistantYour balance is <b>12</b> dollars.",
        "Youthank you",
        "AssistantAnything else?",
    ], "the first was taken back unsaid"
    await page.goto("about:blank")
