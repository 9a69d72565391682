"""Two agents at their desks and a caller on the carrier's wire: one brings the other in, leaves, and they go on."""

from pathlib import Path

import pytest

from telephony.assembly.world import World
from telephony.events import Bridged, CompanionJoined, CompanionOver, WrappedUp
from telephony.journal import Record
from telephony.sim.caller import Caller
from telephony.sim.script import Key, Speak, Wait
from telephony.sim.voices import Voices, Words
from tests.calls.test_browser_transfer import CLIPS, hears, ringing
from tests.desk.chromium import needs_chromium, only_loopback, open_browser, sees, shot, sign_in  # noqa: F401
from tests.sim.house import TOKEN, TOKEN_VARIABLE, serving

pytestmark = needs_chromium


async def test_a_colleague_is_brought_in_by_keys_and_goes_on_with_the_caller(
    only_loopback: None,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(TOKEN_VARIABLE, TOKEN)
    tells = Voices(tmp_path / "clips", shipped=[CLIPS]).speak(Words("my debit card is missing", "rms"))
    patient = Caller((Key("0"), Wait(3000), *[Speak(tells), Wait(1500)] * 200), stays_ms=600_000)  # a busy machine
    happened: list[Record] = []
    world = World(on_record=happened.append)
    async with serving(tmp_path / "var", world) as (_, carrier, url), open_browser(tmp_path) as new_page:
        ana = await new_page()
        await sign_in(ana, url, "Ana Silva")
        async with ringing(carrier, patient):
            await sees(ana, "#offer-name", "+12025550143")
            await ana.keyboard.press("a")
            await sees(ana, "#talk-name", "+12025550143")
            ben = await new_page()
            await ben.goto(f"{url}/desk")
            await ben.get_by_label("Ben Okafor").check()
            await ben.keyboard.press("Enter")
            await sees(ben, "#idle-title", "You are away")
            await ben.keyboard.press("p")
            await sees(ben, "#idle-title", "Ready for the next call")

            await ana.keyboard.press("c")
            await sees(ana, "#join-who", "Ben Okafor")
            await ana.keyboard.type("lost a card")
            await ana.keyboard.press("Control+Enter")
            await sees(ana, "#talk-state", "Asking Ben Okafor to join")
            await sees(ben, "#offer-joins", "Ana Silva is on the line and asks you to join: lost a card")
            await sees(ben, "#brief-parts", "asked for a person")
            await shot(ben, "house-asked-to-join")

            await ben.keyboard.press("a")
            await sees(ben, "#talk-state", "Ana Silva is on the line too, and leads the call")
            await sees(ana, "#talk-state", "Ben Okafor is on the line too")
            await hears(ben)
            assert not await ben.locator("#hold").is_visible()
            await shot(ana, "house-three")

            await ana.keyboard.press("h")
            await ana.keyboard.press("h")
            await sees(ana, "#wrapup-name", "+12025550143")
            await ben.locator("#hold").wait_for()  # the call is theirs
            await hears(ben)
            await ben.keyboard.press("h")
            await ben.keyboard.press("h")
            await sees(ben, "#wrapup-name", "+12025550143")
            for page in (ana, ben):
                await page.keyboard.press("1")
                await page.keyboard.press("f")
                await sees(page, "#idle-title", "Ready for the next call")

    kept = [record.entry for record in happened]
    assert [entry.companion for entry in kept if isinstance(entry, CompanionJoined)] == ["ben"]
    assert [entry.why for entry in kept if isinstance(entry, CompanionOver)] == ["goes_on"]
    assert [entry.agent for entry in kept if isinstance(entry, Bridged)] == ["ana", "ben"]
    assert [entry.agent for entry in kept if isinstance(entry, WrappedUp)] == ["ana", "ben"]
