"""A caller on the carrier's wire is brought to an agent at the desk: the whole house, real sockets, real time."""

import asyncio
from pathlib import Path

import pytest

from telephony.journal import Record
from telephony.service import World
from telephony.sim.caller import Caller
from telephony.sim.script import Key, Speak, Wait
from telephony.sim.voices import Voices, Words
from tests.desk.chromium import HEARD, needs_chromium, only_loopback, open_page, sees  # noqa: F401  (a fixture)
from tests.sim.house import TOKEN, TOKEN_VARIABLE, serving

pytestmark = needs_chromium
CLIPS = Path(__file__).parent / "labelled" / "clips"


async def test_an_agent_sees_the_brief_accepts_hears_the_caller_and_wraps_up(
    only_loopback: None,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(TOKEN_VARIABLE, TOKEN)
    happened: list[Record] = []
    tells = Voices(tmp_path / "clips", shipped=[CLIPS]).speak(Words("my debit card is missing", "rms"))
    talks = [item for _ in range(12) for item in (Speak(tells), Wait(1500))]  # over whatever the agent says
    caller = Caller((Key("0"), Wait(3000), *talks), stays_ms=60_000)

    world = World(on_record=happened.append)
    async with serving(tmp_path / "var", world) as (_, carrier, url), open_page(tmp_path) as page:
        await page.goto(f"{url}/desk")
        await sees(page, "#people", "Ana Silva")
        await page.keyboard.press("Enter")
        await sees(page, "#idle-title", "You are away")
        await page.keyboard.press("p")
        await sees(page, "#idle-title", "Ready for the next call")

        calling = asyncio.create_task(carrier.call(from_="+12025550143", to="+12025550100", party=caller))
        await sees(page, "#offer-name", "+12025550143")
        await sees(page, "#brief-parts", "asked for a person")
        assert "AgentAccepted" not in [record.type for record in happened]

        await page.keyboard.press("a")
        await sees(page, "#talk-name", "+12025550143")
        await page.wait_for_function(f"async () => (await ({HEARD})()) > 0.01", timeout=20_000)
        await sees(page, "#lines", "card")  # the caller's words go on being transcribed

        await page.keyboard.press("h")
        await page.keyboard.press("h")
        await sees(page, "#wrapup-name", "+12025550143")
        await page.keyboard.press("1")
        await page.keyboard.press("f")
        await sees(page, "#idle-title", "Ready for the next call")
        calling.cancel()
        await asyncio.wait({calling})

    types = [record.type for record in happened]
    assert types.index("BriefReady") < types.index("AgentAccepted") < types.index("Bridged") < types.index("WrappedUp")
