"""Somebody new at `make demo SERVE=1`: one browser, nothing configured, every page seen, with callers' real sound."""

import asyncio
from pathlib import Path

from telephony.assembly.world import World
from telephony.demo.keep_up import CALLERS, cast, one_for_all, ring_on
from telephony.demo.lines import LINES
from telephony.demo.stage import open_stage
from telephony.events import AgentMarked, ApprovalMoved, Bridged, Entry, GrantUsed, WrappedUp
from telephony.journal import Record
from telephony.settings import load
from telephony.sim.serving import HOST
from tests.bench.served import free_port
from tests.calls.test_browser_transfer import hears
from tests.desk.chromium import Page, needs_chromium, only_loopback, open_browser, sees, shot  # noqa: F401  (a fixture)
from tests.sim.house import CONFIG, changed

pytestmark = needs_chromium
QUICK = {"hearing": {"pool": {"process": False}}, "speaking": {"prerender": False}}  # opened in seconds, not a minute


async def opens(first: Page, name: str) -> Page:
    """The page behind a link of the first page, in the tab it gets."""
    async with first.context.expect_page() as tab:
        await first.get_by_role("link", name=name).click()
    return await tab.value


async def test_a_newcomer_takes_a_call_says_yes_asks_wraps_up_and_sees_wall_numbers_and_a_review(
    only_loopback: None,  # noqa: F811
    tmp_path: Path,
) -> None:
    port = free_port()
    happened: list[Entry] = []
    settings = one_for_all(changed(load(CONFIG), QUICK))
    opening = open_stage(
        settings, LINES["twilio"], World(bank=":memory:"), folder=tmp_path / "records", with_agents=False, port=port
    )
    async with opening as stage, open_browser(tmp_path) as new_page:
        used = asyncio.Event()

        def on_record(record: Record) -> None:
            happened.append(record.entry)
            if isinstance(record.entry, GrantUsed):
                used.set()

        stage.watch(on_record)
        ringing = asyncio.create_task(ring_on(stage, [cast(name, tmp_path) for name in CALLERS]))
        first = await new_page()
        await first.goto(f"http://{HOST}:{port}/")
        await first.get_by_role("link", name="Sign in").click()
        await sees(first, "#people", "Ana Silva")
        await first.keyboard.press("Enter")
        await sees(first, "#doors", "Review")
        await shot(first, "newcomer-first-page")

        desk = await opens(first, "Agent desk")
        await sees(desk, "#idle-title", "You are away")
        await desk.keyboard.press("p")
        await sees(desk, "#brief-parts", "charge on my card")
        await desk.keyboard.press("a")
        await sees(desk, "#lines", "You and the caller are connected")
        await hears(desk)
        await desk.keyboard.press("k")
        await desk.keyboard.type("what does an outgoing wire cost")
        await desk.keyboard.press("Enter")
        await sees(desk, "#answer", "20 dollars")
        await desk.keyboard.press("Escape")
        await shot(desk, "newcomer-talking")
        await desk.keyboard.press("h")
        await desk.keyboard.press("h")
        await desk.wait_for_selector("#wrapup", state="visible")
        for key in ("1", "g", "f"):
            await desk.keyboard.press(key)
        await desk.wait_for_selector("#idle", state="visible", timeout=45_000)

        wall = await opens(first, "Wall")
        await sees(wall, "#calls", "Assistant")
        await desk.locator("#asked", has_text="getting a fee back").wait_for(
            timeout=120_000
        )  # who they are comes first
        await shot(wall, "newcomer-wall")
        await shot(desk, "newcomer-asked")
        await desk.bring_to_front()
        await desk.keyboard.press("y")
        await sees(desk, ".asked-over", "approved")
        numbers = await opens(first, "Numbers")
        await sees(numbers, "#figures", "Service level")
        review = await opens(first, "Review")
        await sees(review, "#turns", "charge on my card")
        await shot(review, "newcomer-review")
        await asyncio.wait_for(used.wait(), 60)
        ringing.cancel()
        await asyncio.wait({ringing})

    assert [entry.agent for entry in happened if isinstance(entry, Bridged)][:1] == ["ana"]
    assert AgentMarked("ana", "brief", "good") in happened
    assert [entry.agent for entry in happened if isinstance(entry, WrappedUp)][:1] == ["ana"]
    (decided,) = [entry for entry in happened if isinstance(entry, ApprovalMoved) and entry.state == "approved"]
    assert decided.by == "ana"
