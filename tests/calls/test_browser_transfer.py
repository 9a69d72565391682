"""A caller on the carrier's wire is brought to an agent at the desk: the whole house, real sockets, real time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from telephony.assembly.world import World
from telephony.events import AttemptEnded, HandedBack, Held, PartyLost, Said
from telephony.journal import Record
from telephony.lines import webrtc_leg
from telephony.sim.caller import Caller
from telephony.sim.carrier import Carrier
from telephony.sim.script import Key, Speak, Wait
from telephony.sim.voices import Voices, Words
from telephony.switchboard.fading import BEARABLE_SECONDS
from tests.desk.chromium import HEARD, needs_chromium, only_loopback, open_page, sees, shot, sign_in  # noqa: F401  (a fixture)
from tests.sim.house import TOKEN, TOKEN_VARIABLE, serving

pytestmark = needs_chromium
CLIPS = Path(__file__).parent / "labelled" / "clips"


@pytest.fixture
def talkative(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Caller:
    """A caller who presses 0 and then talks over whatever the agent says."""
    monkeypatch.setenv(TOKEN_VARIABLE, TOKEN)
    tells = Voices(tmp_path / "clips", shipped=[CLIPS]).speak(Words("my debit card is missing", "rms"))
    talks = [item for _ in range(12) for item in (Speak(tells), Wait(1500))]
    return Caller((Key("0"), Wait(3000), *talks), stays_ms=60_000)


@asynccontextmanager
async def ringing(carrier: Carrier, caller: Caller) -> AsyncIterator[None]:
    calling = asyncio.create_task(carrier.call(from_="+12025550143", to="+12025550100", party=caller))
    try:
        yield
    finally:  # a test that fails hangs up, too: the server waits for its connections
        calling.cancel()
        await asyncio.wait({calling})


async def hears(page) -> None:
    await page.wait_for_function(f"async () => (await ({HEARD})()) > 0.01", timeout=60_000)


async def test_an_agent_sees_the_brief_accepts_hears_the_caller_and_wraps_up(
    only_loopback: None,  # noqa: F811
    tmp_path: Path,
    talkative: Caller,
) -> None:
    happened: list[Record] = []
    world = World(on_record=happened.append)
    async with serving(tmp_path / "var", world) as (_, carrier, url), open_page(tmp_path) as page:
        await sign_in(page, url, "Ana Silva")
        async with ringing(carrier, talkative):
            await sees(page, "#offer-name", "+12025550143")
            await sees(page, "#brief-parts", "asked for a person")
            assert "AgentAccepted" not in [record.type for record in happened]

            await page.keyboard.press("a")
            await sees(page, "#talk-name", "+12025550143")
            await hears(page)
            await sees(page, "#lines", "card")  # the caller's words go on being transcribed

            await page.keyboard.press("h")
            await page.keyboard.press("h")
            await sees(page, "#wrapup-name", "+12025550143")
            await shot(page, "house-wrap-up")
            await page.keyboard.press("1")
            await page.keyboard.press("f")
            await sees(page, "#idle-title", "Ready for the next call")

    types = [record.type for record in happened]
    assert types.index("BriefReady") < types.index("AgentAccepted") < types.index("Bridged") < types.index("WrappedUp")
    (asked,) = [record.entry for record in happened if isinstance(record.entry, AttemptEnded)]
    assert (asked.agent, asked.outcome, asked.accepted_by) == ("ana", "bridged", "screen")
    stages = [asked.clock[stage] for stage in ("trigger", "ring", "answer", "bridge", "over")]
    assert None not in stages and stages == sorted(stages)


async def test_an_agent_who_loses_the_network_is_back_with_the_caller_who_was_told_to_stay(
    only_loopback: None,  # noqa: F811
    tmp_path: Path,
    talkative: Caller,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(webrtc_leg, "AWAY_SECONDS", 60.0)  # a busy machine needs longer than its ten
    happened: list[Record] = []
    lost = asyncio.Event()
    offline = "net::ERR_INTERNET_DISCONNECTED"

    def on_record(record: Record) -> None:
        happened.append(record)
        if isinstance(record.entry, PartyLost):
            lost.set()

    world = World(on_record=on_record)
    async with serving(tmp_path / "var", world) as (_, carrier, url), open_page(tmp_path, expects=offline) as page:
        await sign_in(page, url, "Ana Silva")
        async with ringing(carrier, talkative):
            await sees(page, "#offer-name", "+12025550143")
            await page.keyboard.press("a")
            await sees(page, "#talk-name", "+12025550143")
            await hears(page)

            await page.context.set_offline(True)
            await page.evaluate("() => window.warmlinePhone.connection.close()")
            await sees(page, "#talk-alert", "Your sound is lost")
            await asyncio.wait_for(lost.wait(), 45)
            await asyncio.sleep(BEARABLE_SECONDS + 1.5)  # long enough for a word to the caller
            await page.context.set_offline(False)
            await sees(page, "#lines", "was interrupted")  # what the page missed while it had no network
            await sees(page, "#lines", "The agent is back")
            await hears(page)
            await sees(page, "#talk-name", "+12025550143")
            await page.keyboard.press("h")
            await page.keyboard.press("h")
            await sees(page, "#wrapup-name", "+12025550143")

    assert [record.type for record in happened].count("Bridged") == 1
    assert "seek.line_lost" in [record.entry.prompt for record in happened if isinstance(record.entry, Said)]


async def test_an_agent_holds_the_caller_talks_again_and_hands_them_back_with_a_note(
    only_loopback: None,  # noqa: F811
    tmp_path: Path,
    talkative: Caller,
) -> None:
    happened: list[Record] = []
    back_with_us = asyncio.Event()

    def on_record(record: Record) -> None:
        happened.append(record)
        if isinstance(record.entry, Said) and record.entry.prompt.startswith("seek.handed_back"):
            back_with_us.set()

    async with serving(tmp_path / "var", World(on_record=on_record)) as (_, carrier, url), open_page(tmp_path) as page:
        await sign_in(page, url, "Ana Silva")
        async with ringing(carrier, talkative):
            await sees(page, "#offer-name", "+12025550143")
            await page.keyboard.press("a")
            await sees(page, "#talk-name", "+12025550143")
            await hears(page)
            await page.keyboard.press("o")
            await sees(page, "#talk-alert", "On hold")
            await sees(page, "#lines", "has put you on hold")  # what the caller is told
            await page.keyboard.press("o")
            await page.wait_for_selector("#talk-alert", state="hidden")
            await page.keyboard.press("b")
            await page.keyboard.type("book a visit for Tuesday")
            await page.keyboard.press("Control+Enter")
            await sees(page, "#wrapup-name", "+12025550143")
            await asyncio.wait_for(back_with_us.wait(), 45)

    assert [record.entry.on for record in happened if isinstance(record.entry, Held)] == [True, False]
    (notes,) = [record.entry.notes for record in happened if isinstance(record.entry, HandedBack)]
    assert notes == "book a visit for Tuesday"
