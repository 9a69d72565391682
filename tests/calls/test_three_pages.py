"""The whole house in browsers: a caller with a microphone, an agent and a supervisor, by keyboard, with real sound."""

import asyncio
import wave
from contextlib import AsyncExitStack
from pathlib import Path

import numpy as np
import pytest

from telephony.assembly.world import World
from telephony.demo.make_clips import CALLS
from telephony.events import AgentMarked, AttemptEnded, CallEnded, CopilotShown, Supervised, WrappedUp
from telephony.journal import Record
from telephony.sim.voices import Voices, Words
from tests.calls.test_browser_transfer import hears
from tests.desk.axe import violations
from tests.desk.chromium import HEARD, needs_chromium, only_loopback, open_browser, sees, shot, sign_in  # noqa: F401  (a fixture)
from tests.sim.house import TOKEN, TOKEN_VARIABLE, serving
from voice.audio import RATE, Pcm, silence

pytestmark = needs_chromium
BROWSER_RATE = 48_000
WANTS = Words("i'd like to speak to somebody please", "awb")
STORY = Words("there's a charge on my card i never made", "awb")
MARKED = [("brief", "good"), ("trigger", "right"), ("suggestions", "good")]
GREETS = Words("hello i see there is a charge you never made", "rms")


def microphone(path: Path, *parts: Pcm) -> Path:
    """A recording as Chromium's fake microphone takes it, which it repeats."""
    pcm = np.concatenate(parts).astype(np.float64)
    at = np.arange(len(pcm) * BROWSER_RATE // RATE) * RATE / BROWSER_RATE
    with wave.open(str(path), "wb") as out:
        out.setparams((1, 2, BROWSER_RATE, 0, "NONE", ""))
        out.writeframes(np.interp(at, np.arange(len(pcm)), pcm).astype(np.int16).tobytes())
    return path


async def hears_more(page, *, after: float) -> None:
    await page.wait_for_function(f"async () => (await ({HEARD})()) > {after} + 0.005", timeout=60_000)


async def hears_nothing(page) -> None:
    """For two seconds on end, once what was on its way is heard: longer than any pause of the voices here."""
    async with asyncio.timeout(60):
        while True:
            before = await page.evaluate(HEARD)
            await asyncio.sleep(2.0)
            if await page.evaluate(HEARD) < before + 0.001:
                return


async def test_a_call_from_microphone_to_wrap_up_with_a_supervisor_listening(
    only_loopback: None,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(TOKEN_VARIABLE, TOKEN)
    speaks = Voices(tmp_path / "clips", shipped=[CALLS / "clips"]).speak
    caller_says = microphone(
        tmp_path / "caller.wav", silence(5000), speaks(WANTS), silence(9000), speaks(STORY), silence(6000)
    )
    agent_says = microphone(tmp_path / "agent.wav", speaks(GREETS), silence(700))
    happened: list[Record] = []
    async with AsyncExitStack() as stack:
        _, _, url = await stack.enter_async_context(serving(tmp_path / "var", World(on_record=happened.append)))
        outside = await stack.enter_async_context(open_browser(tmp_path, voice=caller_says))
        inside = await stack.enter_async_context(open_browser(tmp_path, voice=agent_says))
        agent, boss, caller = await inside(), await inside(), await outside()
        await sign_in(agent, url, "Ana Silva")
        await boss.goto(f"{url}/wall")
        await boss.get_by_label("Sam").check()
        await boss.keyboard.press("Enter")
        await boss.wait_for_url(f"{url}/wall")

        await caller.goto(f"{url}/call")
        await caller.get_by_role("button", name="Call", exact=True).press("Enter")
        await sees(caller, "#captions", "automated assistant")
        await sees(agent, "#brief-parts", "somebody")
        await agent.keyboard.press("a")
        await sees(caller, "#state", "talking with a person")
        await hears(agent)
        before = await caller.evaluate(HEARD)
        await hears_more(caller, after=before)
        await sees(agent, "#lines", "charge")
        await sees(boss, "#calls", "Ana Silva")

        await boss.keyboard.press("ArrowDown")
        await boss.keyboard.press("l")
        await sees(boss, "#chosen-mode", "listening")
        await hears(boss)
        await sees(agent, "#lines", "listens in")
        assert await violations(boss) == []

        await agent.keyboard.press("m")
        await sees(agent, "#talk-state", "Muted")
        await hears_nothing(caller)  # so it was the agent's voice
        quiet = await caller.evaluate(HEARD)
        await agent.keyboard.press("m")
        await hears_more(caller, after=quiet)

        await agent.keyboard.press("k")
        await agent.keyboard.type("what does an outgoing wire cost")
        await agent.keyboard.press("Enter")
        await sees(agent, "#answer", "20 dollars")
        await agent.keyboard.press("Escape")
        assert await violations(agent) == []
        await shot(agent, "three-pages-agent")
        await shot(boss, "three-pages-supervisor")
        await shot(caller, "three-pages-caller")
        await agent.keyboard.press("h")
        await agent.keyboard.press("h")
        await agent.wait_for_selector("#wrapup", state="visible")
        for key in ("1", "g", "r", "i", "f"):  # how it ended; yes, the brief was right, it needed a person, and so on
            await agent.keyboard.press(key)
        await agent.wait_for_selector("#idle", state="visible", timeout=45_000)
        await caller.close()

    entries = [record.entry for record in happened]
    assert [one.outcome for one in entries if isinstance(one, AttemptEnded)] == ["bridged"]
    assert next(one.mode for one in entries if isinstance(one, Supervised)) == "listen"
    assert any(isinstance(one, CopilotShown) for one in entries)
    assert [(one.about, one.mark) for one in entries if isinstance(one, AgentMarked)] == MARKED
    assert [one.agent for one in entries if isinstance(one, WrappedUp)] == ["ana"]
    assert any(isinstance(one, CallEnded) for one in entries)
