"""A caller who can neither speak nor hear: writes to the system and to a person, and reads what both say."""

from pathlib import Path

import pytest

from telephony.assembly.world import World
from telephony.events import Bridged, Heard
from telephony.journal import Record
from tests.desk.axe import violations
from tests.desk.chromium import HEARD, needs_chromium, only_loopback, open_browser, sees, shot, sign_in  # noqa: F401  (a fixture)
from tests.sim.house import TOKEN, TOKEN_VARIABLE, serving
from voice.events import TYPED

pytestmark = needs_chromium


async def writes(page, text: str) -> None:
    await page.fill("#words", text)
    await page.keyboard.press("Enter")


async def test_a_caller_writes_to_the_system_then_to_a_person_who_hears_it_read_out(
    only_loopback: None,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(TOKEN_VARIABLE, TOKEN)
    happened: list[Record] = []
    world = World(on_record=happened.append)
    async with serving(tmp_path / "var", world) as (_, _, url), open_browser(tmp_path) as new_page:
        ana, caller = await new_page(), await new_page()
        await sign_in(ana, url, "Ana Silva")
        await caller.goto(f"{url}/call")
        await caller.keyboard.press("l")
        assert await violations(caller) == []
        await caller.get_by_role("button", name="Call without a microphone").click()
        await sees(caller, "#captions", "automated assistant")
        await writes(caller, "What are your opening hours?")
        await sees(caller, "#captions", "Monday to Friday")
        assert await violations(caller) == []
        await shot(caller, "caller-writes")

        await writes(caller, "an agent please, my mother's card is gone")
        await sees(ana, "#brief-parts", "card")
        await ana.keyboard.press("a")
        await sees(caller, "#state", "talking with a person")
        before = await ana.evaluate(HEARD)
        await writes(caller, "Hello Ana, I cannot speak. <b>Please</b> block it.")
        await sees(ana, "#lines", "Hello Ana, I cannot speak. <b>Please</b> block it.")
        await ana.wait_for_function(f"async () => (await ({HEARD})()) > {before} + 0.01", timeout=60_000)

    assert [record.entry.engine for record in happened if isinstance(record.entry, Heard)][:3] == [TYPED] * 3
    assert any(isinstance(record.entry, Bridged) for record in happened)
