"""A supervisor at the wall, an agent at the desk, a caller on the carrier's wire: the whole house, real sound."""

import asyncio
from pathlib import Path

from telephony.assembly.world import World
from telephony.events import CallEnded, Supervised
from telephony.journal import Record
from telephony.sim.attention import is_loud
from telephony.sim.caller import Caller
from tests.calls.test_browser_transfer import hears, ringing, talkative  # noqa: F401  (a fixture)
from tests.desk.chromium import needs_chromium, only_loopback, open_browser, sees, shot, sign_in  # noqa: F401
from tests.sim.house import serving

pytestmark = needs_chromium
A_WHILE = 40  # loud frames of 20 ms: longer than what was on its way when the agent went


async def test_a_supervisor_listens_coaches_and_takes_a_call_over_from_the_agent(
    only_loopback: None,  # noqa: F811
    tmp_path: Path,
    talkative: Caller,  # noqa: F811
) -> None:
    happened: list[Record] = []
    world = World(on_record=happened.append)
    async with serving(tmp_path / "var", world) as (_, carrier, url), open_browser(tmp_path) as new_page:
        agent = await new_page()
        await sign_in(agent, url, "Ana Silva")
        boss = await (await agent.context.browser.new_context(viewport={"width": 1280, "height": 720})).new_page()
        await boss.goto(f"{url}/wall")
        await boss.get_by_label("Sam").check()
        await boss.keyboard.press("Enter")
        await boss.wait_for_url(f"{url}/wall")
        async with ringing(carrier, talkative):
            await sees(agent, "#offer-name", "+12025550143")
            await sees(boss, "#calls", "+12025550143")
            await agent.keyboard.press("a")
            await sees(agent, "#talk-name", "+12025550143")
            await sees(boss, "#calls", "Ana Silva")

            await boss.keyboard.press("ArrowDown")
            await boss.keyboard.press("l")
            await sees(boss, "#chosen-mode", "listening")
            await hears(boss)
            await sees(boss, "#lines", "card")
            await boss.keyboard.press("c")
            await sees(boss, "#chosen-mode", "coaching")
            await sees(agent, "#lines", "coaches: the agent hears them, the caller does not")
            await shot(boss, "wall-coaching")

            await boss.keyboard.press("t")
            await boss.keyboard.press("Enter")
            await sees(boss, "#chosen-mode", "yours")
            await sees(agent, "#wrapup-name", "+12025550143")
            (call,) = [one for one in carrier.calls.values() if one.from_ == "+12025550143"]
            since = len(call.media.heard)
            async with asyncio.timeout(45):  # the supervisor's voice: nobody else is left to speak
                while sum(is_loud(frame) for frame in call.media.heard[since:]) < A_WHILE:  # noqa: ASYNC110
                    await asyncio.sleep(0.1)

            await boss.keyboard.press("x")
            await sees(boss, "#calls", "Assistant")
    modes = [record.entry.mode for record in happened if isinstance(record.entry, Supervised)]
    assert modes == ["listen", "coach", "took_over", "left"]
    assert [record.entry.outcome for record in happened if isinstance(record.entry, CallEnded)] == ["transferred"]
