"""A caller asks for a fee back, a colleague decides at their desk, the caller hears it: whole calls, in audio."""

import asyncio
from pathlib import Path

import pytest

from telephony.access import Role, Who
from telephony.approvals.errors import NotAllowed
from telephony.approvals.room import Open
from telephony.events import (
    ActionAsked,
    ActStopped,
    ApprovalMoved,
    ApprovalProposed,
    ColleagueAnswered,
    GrantUsed,
    Said,
)
from telephony.sim.agent import SimAgent
from telephony.sim.script import Item, Key, LetPromptPass, SpeakAfterPrompt, Wait
from tests.sim.virtual import WORDS, Call, Town, play
from voice.events import Acted, Escalated

ANA = Who("ana", frozenset({Role.AGENT}))
BEN = Who("ben", frozenset({Role.AGENT}))
SAM = Who("sam", frozenset({Role.SUPERVISOR}))
SPEAKS = SpeakAfterPrompt(WORDS)
RINGS = SimAgent((Wait(200_000),), ring_seconds=30)
PIN: tuple[Item, ...] = (
    LetPromptPass(), *(Key(key) for key in "204713"), LetPromptPass(), *(Key(key) for key in "4821"),
)  # fmt: skip
ASKS = (SPEAKS, *PIN, SPEAKS)
"""Says what they want, proves who they are, says yes."""

LINES = ["please refund the forty dollar overdraft fee", "yes", "yes"]


async def proposed(town: Town, *there: Who, script: tuple[Item, ...] = ASKS) -> tuple[Call, Open]:
    """A caller who waits for a yes, and the approval as the first of those who are there sees it."""
    room = town.service.switchboard.house.approvals
    for who in there:
        room.present.came(who)
    call = town.ring(*script, stays_ms=120_000)
    await call.until(ApprovalProposed)
    await asyncio.sleep(1.0)
    return call, room.shown_to(there[0])[0]


def prompts(call: Call) -> list[str]:
    return [said.prompt for said in call.all(Said)]


def test_an_agent_changes_the_amount_and_the_caller_hears_it_and_agrees(tmp_path: Path) -> None:
    async def story(town: Town) -> Call:
        room = town.service.switchboard.house.approvals
        call, held = await proposed(town, ANA, script=(*ASKS, Wait(32_000), SPEAKS))
        assert room.evidence(held)[0][1] == "please refund the forty dollar overdraft fee"
        await asyncio.sleep(22)
        room.edit(ANA, held.approval.proposal.id, held.approval.version, {"amount": "20"})
        await call.until(Acted, count=2)
        await asyncio.sleep(8)
        await call.hangs_up()
        return call

    call = play(story, tmp_path, agents={"ana": RINGS}, lines=LINES)
    said = [one.text for one in call.all(Said)]
    assert any("20 dollars of fees to be given back" in text for text in said)
    assert any("20 dollars of fees are back" in text for text in said)
    moved = call.all(ApprovalMoved)[-1]
    assert (moved.state, moved.by, moved.changes) == ("edited", "ana", {"amount": "20.00"})
    (used,) = call.all(GrantUsed)
    assert used.approvers == ("ana",)
    assert "checking.comfort" in prompts(call)
    assert call.company.alone_max_ms <= 4_000, "never silent for longer, from the first word to the last"
    assert call.outcome == "solved"


def test_nobody_decides_and_a_person_is_sought_and_nothing_is_done(tmp_path: Path) -> None:
    async def story(town: Town) -> Call:
        call, held = await proposed(town, ANA, SAM)
        room = town.service.switchboard.house.approvals
        assert not room.shown_to(SAM)
        await call.until(ApprovalMoved)
        assert room.shown_to(SAM), "supervisors see it from the reminder on"
        await call.until(Escalated)
        with pytest.raises(NotAllowed, match="time for this decision was up"):
            room.approve(ANA, held.approval.proposal.id, held.approval.version)
        await asyncio.sleep(5)
        await call.hangs_up()
        return call

    call = play(story, tmp_path, agents={"ana": RINGS}, lines=LINES)
    assert [one.state for one in call.all(ApprovalMoved)] == ["reminded", "timed_out"]
    assert call.all(Escalated)[0].trigger == "approval"
    assert [one.action for one in call.all(ActionAsked)] == ["verify_member"]
    assert call.company.alone_max_ms <= 4_000


def test_nobody_is_there_and_the_caller_hears_it_at_once(tmp_path: Path) -> None:
    async def story(town: Town) -> Call:
        call = town.ring(*ASKS, stays_ms=60_000)
        await call.until(Escalated)
        await asyncio.sleep(12)
        await call.hangs_up()
        return call

    call = play(story, tmp_path, lines=LINES)
    assert "approval.nobody" in prompts(call)
    assert call.at_ms(Escalated) - call.at_ms(ApprovalProposed) < 500


def test_more_than_the_limit_takes_two_different_people(tmp_path: Path) -> None:
    async def story(town: Town) -> Call:
        room = town.service.switchboard.house.approvals
        call, held = await proposed(town, ANA, SAM)
        approval = held.approval.proposal.id
        (row,) = town.service.wall.feed._approvals()
        assert (row.approval, row.title, row.state) == (approval, "getting a fee back", "proposed")
        room.approve(ANA, approval, held.approval.version)
        with pytest.raises(NotAllowed, match="different person"):
            room.approve(ANA, approval, held.approval.version)
        await asyncio.sleep(2)
        assert len(call.all(Acted)) == 1, "only who they are was checked"
        room.approve(SAM, approval, held.approval.version)
        await call.until(Acted, count=2)
        await call.hangs_up()
        return call

    lines = ["please refund the ninety dollar wire fee", "yes"]
    call = play(story, tmp_path, agents={"ana": RINGS}, lines=lines)
    assert call.all(GrantUsed)[0].approvers == ("ana", "sam")


def test_the_approver_takes_the_call_and_is_the_one_who_is_rung(tmp_path: Path) -> None:
    async def story(town: Town) -> Call:
        call, held = await proposed(town, BEN)
        room = town.service.switchboard.house.approvals
        room.take(BEN, held.approval.proposal.id, held.approval.version)
        await call.until(Escalated)
        await asyncio.sleep(15)
        await call.hangs_up()
        return call

    call = play(story, tmp_path, agents={"ana": RINGS, "ben": RINGS}, lines=LINES)
    assert "approval.taken" in prompts(call)
    rung = [r.entry for r in call.records if r.type == "AgentOffered"]
    assert [one.agent for one in rung][:1] == ["ben"]  # type: ignore[union-attr]


def test_a_caller_who_hangs_up_takes_it_back(tmp_path: Path) -> None:
    async def story(town: Town) -> Call:
        call, held = await proposed(town, ANA)
        room = town.service.switchboard.house.approvals
        await call.hangs_up()
        with pytest.raises(NotAllowed, match="does not need this any more"):
            room.approve(ANA, held.approval.proposal.id, held.approval.version)
        return call

    call = play(story, tmp_path, agents={"ana": RINGS}, lines=LINES)
    assert [(one.state, one.reason) for one in call.all(ApprovalMoved)] == [("withdrawn", "left")]
    assert not call.all(GrantUsed)


def test_a_yes_that_is_not_used_in_time_does_nothing(tmp_path: Path) -> None:
    """The change is read back, and the caller says nothing for longer than the grant lasts."""

    async def story(town: Town) -> Call:
        room = town.service.switchboard.house.approvals
        call, held = await proposed(town, ANA, script=(*ASKS, Wait(150_000), SPEAKS))
        room.edit(ANA, held.approval.proposal.id, held.approval.version, {"amount": "20"})
        with pytest.raises(AssertionError):
            await call.until(GrantUsed, seconds=170)
        await call.hangs_up()
        return call

    call = play(story, tmp_path, agents={"ana": RINGS}, lines=LINES)
    assert not call.all(GrantUsed)
    assert not [one for one in call.all(Acted) if one.action == "refund_fee" and one.ok]


def test_whoever_asks_the_backend_itself_is_stopped(tmp_path: Path) -> None:
    async def story(town: Town) -> str | None:
        call, held = await proposed(town, ANA)
        proposal = held.approval.proposal
        house = town.service.switchboard.house
        done = await house.approvals.gate.perform(proposal.action, proposal.params, proposal.key)
        await call.hangs_up()
        assert not call.all(ActStopped)
        return done.error

    assert play(story, tmp_path, agents={"ana": RINGS}, lines=LINES) == "not_approved"


def test_a_question_nothing_answers_is_answered_by_a_colleague(tmp_path: Path) -> None:
    async def story(town: Town) -> Call:
        house = town.service.switchboard.house
        house.approvals.present.came(ANA)
        call = town.ring(SPEAKS, stays_ms=60_000)
        while not (asked := house.consults.shown_to(ANA)):
            await town.news()
        await asyncio.sleep(8)
        house.consults.answer(ANA, asked[0].id, "Yes, until noon.")
        with pytest.raises(NotAllowed, match="Ana Silva has answered"):
            house.consults.answer(BEN, asked[0].id, "No.")
        await asyncio.sleep(8)
        await call.hangs_up()
        return call

    lines = ["do you know whether the farmers market is open on harbor street today"]
    call = play(story, tmp_path, agents={"ana": RINGS}, lines=lines)
    assert "A colleague says: Yes, until noon." in [said.text for said in call.all(Said)]
    assert call.all(ColleagueAnswered)[0].how == "answered"
    assert call.company.alone_max_ms <= 4_000
