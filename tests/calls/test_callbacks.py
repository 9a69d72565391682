"""A promised call back is kept: dialled in the called person's hours and in turn, the same person, the same brief."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from models.brief import Brief, Part
from models.vouched import NOT_KNOWN
from telephony.agents.agent import Presence
from telephony.events import (
    AgentOffered,
    Bridged,
    BriefReady,
    CallbackAgreed,
    CallEnded,
    CallingBack,
    CallOffered,
    Entry,
    Said,
    Verified,
)
from telephony.promises import PromiseOver
from telephony.sim.agent import SimAgent, accepts_at_once, is_busy, never_answers, voicemail
from telephony.sim.script import Key, LetPromptPass, SpeakAfterPrompt, Wait
from tests.sim.virtual import WORDS, Call, Town, play
from voice.events import Escalated

ANSWERS = accepts_at_once(after_seconds=1.0, ring_seconds=1.0)
CALLER = "+12025550143"
OTHER = "+12025550144"
AT_NIGHT = datetime(2026, 11, 24, 4, 30, tzinfo=UTC)  # half past eleven in Washington
MEMBER = tuple(Key(key) for key in "204713")
PIN = tuple(Key(key) for key in "4821")
SAYS_YES = SimAgent((Key("1", after_prompt=True), Wait(600_000)), ring_seconds=2.0)
PROVES_IT = SimAgent(
    (Key("1", after_prompt=True), Wait(4000), *MEMBER, Wait(3000), *PIN, Wait(600_000)), ring_seconds=2.0
)


def promised(town: Town, number: str = CALLER) -> Call:
    """A caller presses 0, nobody is free, and they take the call back to their own number."""
    return town.ring(
        Wait(1500), Key("0"), Wait(14_000), Key("1"), LetPromptPass(), Key("1", after_prompt=True), number=number,
        stays_ms=30_000,
    )  # fmt: skip


async def was_promised(town: Town) -> Call:
    """Nobody is there; a caller is promised a call back and hangs up."""
    town.service.staff.roster.set("ana", Presence.AWAY, 0)
    call = promised(town)
    await call.until(CallbackAgreed)
    await call.over()
    return call


def entries(town: Town, kind: type[Entry]) -> list[Any]:
    """Of calls that we made."""
    ours = {r.call for r in town.records if isinstance(r.entry, CallOffered) and r.entry.direction == "outbound"}
    return [record.entry for record in town.records if record.call in ours and isinstance(record.entry, kind)]


async def until(town: Town, kind: type[Entry], count: int = 1, seconds: float = 200.0) -> None:
    try:
        async with asyncio.timeout(seconds):
            while len(entries(town, kind)) < count:
                await town.news()
    except TimeoutError:
        raise AssertionError([f"{r.at_ms} {r.entry}" for r in town.records]) from None


def test_the_caller_is_rung_when_an_agent_comes_and_is_joined_with_them(tmp_path: Path) -> None:
    async def story(town: Town) -> None:
        first = await was_promised(town)
        await asyncio.sleep(60)
        assert not entries(town, CallingBack)  # nobody is there for them
        town.available("ana")
        await until(town, Bridged)
        (kept,) = entries(town, CallingBack)
        assert (kept.promised_in, kept.attempt) == (first.records[0].call, 1)
        assert [entry.prompt for entry in entries(town, Said)][:2] == ["called_back", "called_back.question"]
        assert [entry.agent for entry in entries(town, AgentOffered)] == ["ana"]
        await asyncio.sleep(3)
        town.rest.agents.clear()

    play(story, tmp_path, agents={"ana": ANSWERS}, customers={CALLER: SAYS_YES})


def test_the_agent_gets_the_brief_that_was_promised(tmp_path: Path) -> None:
    async def story(town: Town) -> tuple[Brief, Brief, list[Any]]:
        town.service.staff.roster.set("ana", Presence.AWAY, 0)
        first = town.ring(
            SpeakAfterPrompt(WORDS), LetPromptPass(), *MEMBER, Wait(3000), *PIN, Wait(6000), Key("0"), Wait(20_000),
            Key("1"), LetPromptPass(), Key("1", after_prompt=True), number=CALLER, stays_ms=30_000,
        )  # fmt: skip
        agreed = await first.until(CallbackAgreed)
        was = next(e for e in first.all(BriefReady) if e.version == agreed.brief_version).brief
        await first.over()
        town.available("ana")
        await until(town, AgentOffered)
        now = entries(town, BriefReady)[-1].brief
        return was, now, entries(town, Verified)

    was, now, verified = play(
        story,
        tmp_path,
        agents={"ana": ANSWERS},
        customers={CALLER: PROVES_IT},
        lines=["there is a charge of eighty four dollars on my card that i never made"],
    )
    assert verified, "who they are is proved again"
    for part in (Part.ISSUE, Part.TRIED, Part.NEXT, Part.ENTITIES):
        before = [line.text for line in was.part(part)]
        assert [line.text for line in now.part(part)][: len(before)] == before, part
    assert any("never made" in line.text for line in now.part(Part.ISSUE))
    assert "called back as promised" in [line.text for line in now.part(Part.WHY)]
    assert now.part(Part.WHO)[0].text != NOT_KNOWN
    assert now.spoken.startswith("Called back as promised.")


@pytest.mark.parametrize(
    "telephone", [never_answers(), is_busy(), voicemail(WORDS)], ids=["no answer", "busy", "machine"]
)
def test_who_is_not_reached_is_tried_again_later_and_then_no_more(telephone: SimAgent, tmp_path: Path) -> None:
    async def story(town: Town) -> None:
        await was_promised(town)
        town.available("ana")
        await until(town, CallEnded, seconds=200)
        await asyncio.sleep(60)
        assert len(entries(town, CallingBack)) == 1
        await until(town, CallEnded, count=2, seconds=400)
        await asyncio.sleep(150)
        assert [entry.attempt for entry in entries(town, CallingBack)] == [1, 2]
        assert list(town.promises.ended.values()) == [PromiseOver.NOT_REACHED]
        assert town.presence("ana") is Presence.AVAILABLE
        assert not entries(town, Escalated)

    play(
        story, tmp_path, agents={"ana": ANSWERS}, customers={CALLER: telephone},
        callbacks={"tries": 2, "retry_seconds": 120},
    )  # fmt: skip


def test_nobody_is_rung_at_night(tmp_path: Path) -> None:
    async def story(town: Town) -> None:
        await was_promised(town)
        town.available("ana")
        await asyncio.sleep(300)
        assert not entries(town, CallingBack)
        assert len(await town.promises.open()) == 1

    play(story, tmp_path, agents={"ana": ANSWERS}, customers={CALLER: SAYS_YES}, at=AT_NIGHT)


def test_a_number_on_the_do_not_call_list_is_never_rung(tmp_path: Path) -> None:
    listed = tmp_path / "never"
    listed.write_text(f"# asked us not to\n{CALLER}\n", encoding="utf-8")

    async def story(town: Town) -> None:
        await was_promised(town)
        town.available("ana")
        await asyncio.sleep(60)
        assert not entries(town, CallingBack)
        assert list(town.promises.ended.values()) == [PromiseOver.REFUSED]

    play(story, tmp_path, agents={"ana": ANSWERS}, customers={CALLER: SAYS_YES}, callbacks={"do_not_call": str(listed)})


def test_who_no_longer_wants_it_is_not_called_again(tmp_path: Path) -> None:
    async def story(town: Town) -> None:
        await was_promised(town)
        town.available("ana")
        await until(town, CallEnded)
        await asyncio.sleep(5)
        assert list(town.promises.ended.values()) == [PromiseOver.NOT_WANTED]
        assert not entries(town, AgentOffered)

    no = SimAgent((Key("2", after_prompt=True), Wait(60_000)), ring_seconds=2.0)
    play(story, tmp_path, agents={"ana": ANSWERS}, customers={CALLER: no})


def test_a_fault_in_looking_ends_neither_the_service_nor_the_promise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def story(town: Town) -> None:
        await was_promised(town)
        looks = town.promises.open
        monkeypatch.setattr(town.promises, "open", fails)
        town.available("ana")
        await asyncio.sleep(5)
        assert not entries(town, CallingBack)
        monkeypatch.setattr(town.promises, "open", looks)
        await until(town, Bridged)
        town.rest.agents.clear()

    async def fails() -> None:
        raise ValueError("a fault")

    play(story, tmp_path, agents={"ana": ANSWERS}, customers={CALLER: SAYS_YES})
    assert "call backs: none is made now" in caplog.text


def test_two_promises_are_kept_in_the_order_of_their_waiting(tmp_path: Path) -> None:
    async def story(town: Town) -> list[str]:
        town.service.staff.roster.set("ana", Presence.AWAY, 0)
        first = promised(town, OTHER)
        await first.until(CallbackAgreed)
        second = promised(town, CALLER)
        await second.until(CallbackAgreed)
        await first.over()
        await second.over()
        town.available("ana")
        await until(town, CallingBack)
        await asyncio.sleep(1)
        return [entry.caller for entry in entries(town, CallOffered)]

    customers = {CALLER: SAYS_YES, OTHER: SAYS_YES}
    assert play(story, tmp_path, agents={"ana": ANSWERS}, customers=customers) == [OTHER]
