"""The desk kept up for a newcomer: callers come a few at a time, while somebody is there for them."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest

from telephony.access.directory import Credentials, Directory
from telephony.access.roles import Role
from telephony.access.users import InMemory, User
from telephony.approvals.state import State
from telephony.demo import keep_up
from telephony.demo.keep_up import CALLERS, TOGETHER, guide, one_for_all, ring_on
from telephony.demo.stage import Stage, goes_on, is_alone
from telephony.events import ApprovalMoved, Bridged, Entry, HandedBack, Held, Unbridged
from telephony.journal import Record
from telephony.settings import load
from telephony.sim.clock import run_virtual
from tests.sim.house import CONFIG

CASTS = [keep_up.cast(name, Path("unused")) for name in CALLERS]


class Line:
    """Callers who stay `stays` seconds, and an agent who is there or not."""

    def __init__(self, stays: float) -> None:
        self.rang: list[tuple[str, float]] = []
        self.most = 0
        self.there = asyncio.Event()
        self._stays = stays
        self._on = 0

    async def somebody_available(self) -> None:
        await self.there.wait()

    async def play(self, caller: Any) -> None:
        self.rang.append((caller.name, asyncio.get_running_loop().time()))
        self._on += 1
        self.most = max(self.most, self._on)
        await asyncio.sleep(self._stays)
        self._on -= 1


def rung(stays: float, seconds: float, *, there: bool = True, then: Callable[[Line], None] = lambda line: None) -> Line:
    async def story() -> Line:
        line = Line(stays)
        if there:
            line.there.set()
        ringing = asyncio.create_task(ring_on(cast(Stage, line), CASTS))
        await asyncio.sleep(seconds)
        then(line)
        await asyncio.sleep(1)
        ringing.cancel()
        await asyncio.wait({ringing})
        return line

    return run_virtual(story())


def test_callers_ring_in_turn_and_the_first_at_once() -> None:
    line = rung(stays=10, seconds=75)
    assert [name for name, _ in line.rang] == ["desk", "fee", "dispute", "desk"]
    assert line.rang[0][1] < 1


def test_never_more_than_two_are_on_the_line() -> None:
    line = rung(stays=1000, seconds=500)
    assert len(line.rang) == line.most == TOGETHER


def test_nobody_rings_before_somebody_is_available() -> None:
    assert rung(stays=10, seconds=100, there=False).rang == []
    line = rung(stays=10, seconds=100, there=False, then=lambda line: line.there.set())
    assert [name for name, _ in line.rang] == ["desk"]


def test_the_first_agent_may_open_every_page_that_the_demo_shows() -> None:
    settings = one_for_all(load(CONFIG))
    demo = [User(p.id, p.name, frozenset(p.roles)) for p in settings.desk.demo_people]
    agents = {agent.id: agent.name for agent in settings.agents}
    shown = Directory(InMemory(), agents=agents, credentials=Credentials(one_click=True), demo=demo)
    assert [user.id for user in shown.one_click] == ["ana", "ben", "sam", "kim"]
    assert shown.one_click[0].roles == {Role.AGENT, Role.SUPERVISOR, Role.REVIEWER}
    assert shown.one_click[1].roles == {Role.AGENT}
    closed = Directory(InMemory(), agents=agents, credentials=Credentials(), demo=demo)
    assert closed.on_file("ana") == User("ana", "Ana Silva", frozenset({Role.AGENT}), "")


def test_the_guide_names_the_address_and_whom_to_be() -> None:
    told = guide(load(CONFIG), "http://127.0.0.1:8080")
    assert "http://127.0.0.1:8080" in told and "Sign in as Ana Silva" in told
    assert max(len(line) for line in told.splitlines()) <= 120


@pytest.mark.parametrize(
    ("entry", "goes"),
    [
        (Bridged("h1", "ana"), True),
        (ApprovalMoved("a", State.APPROVED, "proposed", "ana", "", {}), True),
        (ApprovalMoved("a", State.REJECTED, "proposed", "ana", "correct", {}), True),
        (ApprovalMoved("a", State.REMINDED, "proposed", None, "", {}), False),
        (ApprovalMoved("a", State.TIMED_OUT, "reminded", None, "", {}), False),
        (Held("h1", "ana", True), False),
    ],
    ids=["a person is there", "a yes", "a no", "still waiting", "nobody decided", "held"],
)
def test_a_caller_goes_on_once_a_person_is_there_or_has_decided(entry: Entry, goes: bool) -> None:
    assert goes_on(Record("c1", 1, 0, 0.0, entry)) is goes


@pytest.mark.parametrize(
    ("entries", "alone"),
    [
        ((Bridged("h1", "ana"), Unbridged("h1", "ana", "agent")), True),
        ((Bridged("h1", "ana"), HandedBack("h1", "ana", "book a visit"), Unbridged("h1", "ana", "agent")), False),
        ((Bridged("h1", "ana"), Unbridged("h1", "ana", "system")), False),
        ((Bridged("h1", "ana"),), False),
        (
            (
                Bridged("h1", "ana"), HandedBack("h1", "ana", "", "lending"), Unbridged("h1", "ana", "agent"),
                Bridged("h2", "ben"), Unbridged("h2", "ben", "agent"),
            ),
            True,
        ),
    ],
    ids=["hung up on", "handed back", "the line was lost", "talks", "passed on, then hung up on"],
)  # fmt: skip
def test_a_caller_leaves_once_the_person_at_the_desk_has_hung_up(entries: tuple[Entry, ...], alone: bool) -> None:
    assert is_alone([Record("c1", seq, 0, 0.0, entry) for seq, entry in enumerate(entries, 1)]) is alone
