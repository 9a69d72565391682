"""An agent brings in a colleague: all three hear each other, whoever leaves, the others go on, nobody is in silence."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

import pytest

from telephony import handoff as h
from telephony.agents.agent import Presence
from telephony.call import CallState
from telephony.desk.office import (
    NotPossible,
)
from telephony.events import (
    AttemptEnded,
    Bridged,
    CompanionAsked,
    CompanionJoined,
    CompanionOver,
    Heard,
    Said,
    Unbridged,
)
from telephony.leg import LegEnded
from telephony.sim.agent import SimAgent
from telephony.sim.script import Wait
from tests.calls.three import BEN, DECLINES, LEAVES, NEVER, Three, only, over, said, told, wrapped_up

# --- three -----------------------------------------------------------------------------------------------------------


def test_all_three_hear_each_other_and_nobody_hears_themselves(tmp_path: Path) -> None:
    ears: dict[str, Mapping[str, float]] = {}

    async def story(three: Three) -> None:
        await three.joined()
        ears.update(await three.ears())

    call = told(tmp_path, story)
    assert only(ears["caller"], "agent", "colleague"), ears["caller"]
    assert only(ears["ana"], "caller", "colleague"), ears["ana"]
    assert only(ears["ben"], "caller", "agent"), ears["ben"]
    (asked,) = call.all(CompanionAsked)
    assert (asked.agent, asked.agent_name, asked.companion, asked.notes) == ("ana", "Ana Silva", "ben", "knows boats")
    assert "Ana Silva has brought in Ben Okafor." in said(call)
    assert {heard.who for heard in call.all(Heard) if heard.turn} == {"", "ana", "ben"}
    assert over(call) == [("ben", "caller")]
    assert wrapped_up(call) == ["ana", "ben"]
    assert call.outcome == "transferred"


def test_the_two_talk_on_while_the_colleague_is_rung(tmp_path: Path) -> None:
    ears: dict[str, Mapping[str, float]] = {}

    async def story(three: Three) -> None:
        await three.asks()
        await asyncio.sleep(1)
        ears.update(await three.ears("caller", "ana"))

    told(tmp_path, story, ben=SimAgent((Wait(60_000),), ring_seconds=15.0))
    assert only(ears["caller"], "agent"), ears
    assert only(ears["ana"], "caller"), ears


def test_the_first_agent_hangs_up_and_the_colleague_goes_on(tmp_path: Path) -> None:
    ears: dict[str, Mapping[str, float]] = {}
    states: list[CallState] = []

    async def story(three: Three) -> None:
        await three.joined()
        await three.line.hang_up("ana", three.id)
        await three.call.until(CompanionOver)
        await asyncio.sleep(2)
        states.append(three.floor.conduct.call.state)
        ears.update(await three.ears("caller", "ben"))
        await three.line.hold("ben", three.id, True)  # the call is theirs now
        await three.line.hold("ben", three.id, False)

    call = told(tmp_path, story)
    assert only(ears["caller"], "colleague"), ears
    assert only(ears["ben"], "caller"), ears
    assert states == [CallState.BRIDGED]
    assert over(call) == [("ben", "goes_on")]
    assert [entry.agent for entry in call.all(Bridged)] == ["ana", "ben"]
    assert [(entry.agent, entry.by) for entry in call.all(Unbridged)] == [("ana", "colleague"), ("ben", "caller")]
    assert [(entry.agent, entry.outcome) for entry in call.all(AttemptEnded)] == [
        ("ana", "bridged"),
        ("ben", "bridged"),
    ]
    assert wrapped_up(call) == ["ana", "ben"]
    assert not [text for text in said(call) if "automated assistant again" in text]


def test_the_colleague_who_went_on_hangs_up_and_the_system_has_the_caller(tmp_path: Path) -> None:
    async def story(three: Three) -> None:
        await three.joined()
        await three.line.hang_up("ana", three.id)
        await three.call.until(CompanionOver)
        await three.line.hang_up("ben", three.id)
        await asyncio.sleep(15)

    call = told(tmp_path, story, caller_talks=False)
    assert wrapped_up(call) == ["ana", "ben"]
    assert "seek.left" in [entry.prompt for entry in call.all(Said)]


@pytest.mark.parametrize("how", ["hangs up", "hangs up at the desk", "is let go", "is lost"])
def test_the_colleague_leaves_and_the_two_go_on(tmp_path: Path, how: str) -> None:
    ears: dict[str, Mapping[str, float]] = {}

    async def story(three: Three) -> None:
        await three.joined()
        if how == "hangs up at the desk":
            await three.line.hang_up("ben", three.id)
        elif how == "is let go":
            await three.line.let_go("ana", three.id)
        elif how == "is lost":
            companion = three.floor.conduct.seeking.beside.successor
            assert companion is not None and companion.leg is not None
            companion.leg.end(LegEnded.FAILED)
        await three.call.until(CompanionOver)
        await asyncio.sleep(1)
        ears.update(await three.ears("caller", "ana"))

    call = told(tmp_path, story, ben=LEAVES if how == "hangs up" else BEN)
    assert only(ears["caller"], "agent"), ears
    assert only(ears["ana"], "caller"), ears
    assert over(call) == [("ben", "let_go" if how == "is let go" else "left")]
    assert wrapped_up(call) == ["ana", "ben"]
    assert [entry.by for entry in call.all(Unbridged)] == ["caller"]


# --- nobody joins ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ben", "why"), [(DECLINES, "declined"), (NEVER, "no_answer")], ids=["declines", "does not answer"]
)
def test_a_colleague_who_does_not_come_costs_nothing(tmp_path: Path, ben: SimAgent, why: str) -> None:
    ears: dict[str, Mapping[str, float]] = {}

    async def story(three: Three) -> None:
        await three.asks()
        await three.call.until(CompanionOver)
        ears.update(await three.ears("caller", "ana"))
        assert three.floor.conduct.seeking is not None
        assert three.floor.conduct.seeking.beside.companion is None

    call = told(tmp_path, story, ben=ben)
    assert only(ears["caller"], "agent"), ears
    assert only(ears["ana"], "caller"), ears
    assert over(call) == [("ben", why)]
    assert not call.all(CompanionJoined)
    assert wrapped_up(call) == ["ana"]


def test_who_is_asked_is_asked_no_more_when_the_agent_thinks_better_of_it_or_leaves(tmp_path: Path) -> None:
    async def story(three: Three) -> None:
        await three.asks()
        await asyncio.sleep(2)
        await three.line.let_go("ana", three.id)
        await three.call.until(CompanionOver)
        with pytest.raises(NotPossible, match="Nobody is with you"):
            await three.line.let_go("ana", three.id)
        await asyncio.sleep(2)
        await three.asks()
        await asyncio.sleep(2)
        await three.line.hang_up("ana", three.id)
        await three.call.until(CompanionOver, count=2)
        await asyncio.sleep(15)
        assert three.floor.town.service.staff.roster.seat("ben").presence is Presence.AVAILABLE

    call = told(tmp_path, story, ben=NEVER, caller_talks=False)
    assert over(call) == [("ben", "withdrawn"), ("ben", "withdrawn")]
    assert "seek.left" in [entry.prompt for entry in call.all(Said)]  # the system has the caller, as ever


def test_the_caller_hangs_up_while_the_colleague_is_rung(tmp_path: Path) -> None:
    async def story(three: Three) -> None:
        await three.asks()
        await asyncio.sleep(2)
        await three.call.hangs_up()
        assert three.floor.town.service.staff.roster.seat("ben").presence is Presence.AVAILABLE

    call = told(tmp_path, story, ben=NEVER)
    assert over(call) == [("ben", "abandoned")]
    assert wrapped_up(call) == ["ana"]


def test_who_is_asked_as_the_agent_hangs_up_is_free_again(tmp_path: Path) -> None:
    async def story(three: Three) -> None:
        seeking = three.floor.conduct.seeking
        assert seeking is not None and seeking.handoff.current is not None
        seeking.happened(h.LegOver(seeking.handoff.current.id, LegEnded.HUNG_UP))
        seeking.beside.ask("ben", "")
        assert three.floor.town.service.staff.roster.seat("ben").presence is Presence.OFFERED
        await three.call.until(Unbridged)
        await asyncio.sleep(1)
        assert three.floor.town.service.staff.roster.seat("ben").presence is Presence.AVAILABLE

    assert not told(tmp_path, story).all(CompanionAsked)


def test_what_cannot_be_is_refused_with_a_sentence_and_changes_nothing(tmp_path: Path) -> None:
    async def refused(three: Three, words: str, person: str = "ben", agent: str = "ana") -> None:
        with pytest.raises(NotPossible, match=words):
            await three.asks(person, agent=agent)

    async def story(three: Three) -> None:
        roster = three.floor.town.service.staff.roster
        await refused(three, "yourself", "ana")
        await refused(three, "just left", "cai")
        await refused(three, "just left", "nobody")
        await refused(three, "not talking", agent="ben")
        roster.reserve("ben", 0)
        await refused(three, "busy now")
        roster.set("ben", Presence.AVAILABLE, 0)
        await three.line.ask_keys("ana", three.id, "card")
        await refused(three, "keying a number")
        await three.line.stop_keys("ana", three.id)
        await asyncio.sleep(6)
        await asyncio.gather(*(three.asks() for _ in range(2)), return_exceptions=True)  # two at once
        await refused(three, "asked Ben Okafor already")
        await three.call.until(CompanionJoined)
        await refused(three, "on the line already")
        for act in (
            three.line.hold("ben", three.id, True),
            three.line.hand_back("ben", three.id, ""),
            three.line.ask_keys("ben", three.id, "card"),
            three.line.let_go("ben", three.id),
        ):
            with pytest.raises(NotPossible, match="for Ana Silva to do"):
                await act
        with pytest.raises(NotPossible, match="let them go first"):
            await three.line.hand_back("ana", three.id, "", person="cai")

    call = told(tmp_path, story)
    assert len(call.all(CompanionAsked)) == 1
    assert over(call) == [("ben", "caller")]


def test_in_a_carriers_conference_it_is_refused_with_what_works_instead(tmp_path: Path) -> None:
    async def story(three: Three) -> None:
        with pytest.raises(NotPossible, match='bridge = "relay"'):
            await three.asks()

    call = told(tmp_path, story, carrier_line={"bridge": "conference"})
    assert not call.all(CompanionAsked)
