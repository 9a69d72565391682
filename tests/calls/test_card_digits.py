"""Digits of a card, however they come into a call: nowhere that somebody reads, hears or plays them again."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from telephony.desk.office import NotPossible, Offered
from telephony.events import (
    AgentBriefed,
    AgentDeclined,
    AgentOffered,
    Bridged,
    BriefReady,
    HandedBack,
    Heard,
    Unbridged,
    WrappedUp,
)
from telephony.journal import as_json
from telephony.outside import payload
from telephony.sim.agent import SimAgent
from telephony.sim.script import Key, Wait
from tests.calls.test_brief import LISTENS, SPEAKS, Desk
from tests.sim.virtual import NUMBERS, Call, Town, play

FOUR = "four two four two"
IN_PIECES = ["i want to talk to a person", f"my card is {FOUR}", FOUR, FOUR, FOUR]
CARD = "4242 4242 4242 4242"
DIGITS = re.compile(r"(?:4\W*2\W*){3}|(?:four\W+two\W+){5}")
"""More than the last four, or the first eight, that a card may show."""


def talks(folder: Path, lines: list[str], then: Callable[[Town, Call], Awaitable[None]]) -> Call:
    async def story(town: Town) -> Call:
        Desk(town, "ana")
        call = town.ring(*[SPEAKS] * len(lines), stays_ms=200_000)
        await call.until(Heard, count=len(lines))
        town.available("ana")
        await call.until(Bridged)
        await then(town, call)
        return call

    return play(story, folder, customers={NUMBERS["ana"]: LISTENS}, lines=lines)


def everything(call: Call) -> str:
    """All that is kept of a call, and what another product is told of it."""
    told = [json.dumps(payload("brief", "c", "h", "a", ready.brief)) for ready in call.all(BriefReady)]
    return "\n".join([*map(as_json, call.records), *told])


def test_a_card_number_said_in_four_pieces_is_in_no_brief_no_clip_and_not_whole_in_the_journal(tmp_path: Path) -> None:
    async def then(town: Town, call: Call) -> None:
        turns = [heard.turn for heard in call.all(Heard) if heard.speaker == "caller"]
        for turn in turns[1:]:
            with pytest.raises(NotPossible):
                town.service.front.clip("ana", call.records[0].call, turn)
        await call.hangs_up()

    call = talks(tmp_path, IN_PIECES, then)
    brief = call.all(BriefReady)[-1].brief
    read = " ".join([brief.headline, brief.spoken, *(line.text for line in brief.lines)])
    assert "four two" not in read
    assert all("four two" not in spoken.text for spoken in call.all(AgentBriefed))
    said = [heard.text for heard in call.all(Heard) if heard.speaker == "caller"]
    assert said[-2:] == ["[number]", "[number]"]
    assert not DIGITS.search(everything(call))


def test_what_an_agent_writes_of_a_card_is_masked_before_it_is_kept(tmp_path: Path) -> None:
    async def then(town: Town, call: Call) -> None:
        await asyncio.sleep(3)
        front, name = town.service.front, call.records[0].call
        await front.line.hand_back("ana", name, f"put it on card {CARD}")
        await call.until(Unbridged)
        await front.wrap_up("ana", name, front._dispositions[0].code, f"Paid with {CARD}")
        await call.hangs_up()

    call = talks(tmp_path, ["i want to talk to a person", "my debit card is missing"], then)
    assert call.all(HandedBack)[0].notes == "put it on card [card ending 4242]"
    assert call.all(WrappedUp)[0].summary == "Paid with [card ending 4242]"
    assert not DIGITS.search(everything(call))


def test_why_an_agent_declines_is_masked_too(tmp_path: Path) -> None:
    async def story(town: Town) -> Call:
        offers: list[str] = []
        town.service.front.watch(
            "ana", lambda news: offers.append(news.offer.id) if isinstance(news, Offered) else None
        )
        call = town.ring(Wait(1000), Key("0"), stays_ms=60_000)
        await call.until(AgentOffered)
        await town.service.front.decline("ana", offers[-1], f"not mine, her card is {CARD}")
        await call.until(AgentDeclined)
        await call.hangs_up()
        return call

    call = play(story, tmp_path, agents={"ana": SimAgent((Wait(60_000),), ring_seconds=30.0)})
    assert call.all(AgentDeclined)[0].reason == "not mine, her card is [card ending 4242]"
