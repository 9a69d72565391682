"""What a branch of the failure matrix is played on, whatever the line: the same verbs, the same figures afterwards."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Protocol

from telephony.agents.agent import Presence
from telephony.events import AgentOffered, AttemptEnded, Bridged, CallEnded, HandoffMoved, Unbridged
from telephony.service import Service
from telephony.sim.script import Item, Key, Wait
from tests.sim.company import Company
from tests.sim.virtual import Call
from voice.audio import Pcm
from voice.stt.scripted import Line

SETTLE_SECONDS = 15.0
"""After the story: for an agent to hear that the caller has gone, and for late news to come."""

LOOK_SECONDS = 0.1
STAYS_MS = 400_000


class Stage(Protocol):
    """One line with a service behind it."""

    @property
    def service(self) -> Service: ...

    def ring(self, *script: Item, stays_ms: int = STAYS_MS) -> Call: ...

    async def accept(self, agent: str) -> None:
        """The agent takes the offer on their screen."""
        ...

    async def decline(self, agent: str) -> None: ...

    def agent_heard(self, agent: str) -> Sequence[Pcm]:
        """What the agent's telephone plays, from its answer on; the list grows while the leg is up."""
        ...

    def together(self) -> int:
        """How many agents are joined with the caller now, as the far side of the line sees it."""
        ...

    def fell_back(self, call: Call) -> bool:
        """The caller was taken over by what stands behind the service."""
        ...

    def company(self, call: Call) -> Company: ...

    def left_up(self) -> list[str]:
        """Legs, rooms and rings that still exist."""
        ...

    def violations(self) -> list[str]: ...


Story = Callable[[Any], Awaitable[Call]]


def asks(stage: Stage, *then: Item) -> Call:
    """A caller rings and asks for a person."""
    return stage.ring(Wait(1000), Key("0"), *then)


def leave_desk(stage: Stage, *agents: str) -> None:
    for agent in agents:
        stage.service.staff.roster.set(agent, Presence.AWAY, 0)


def offer_to(stage: Stage, agent: str) -> str:
    conduct = stage.service.switchboard.with_agent(agent)
    assert conduct is not None and conduct.seeking is not None, f"an offer to {agent} expected, there is none"
    current = conduct.seeking.handoff.current
    assert current is not None
    return current.id


async def taken(stage: Stage) -> Call:
    """Whoever takes the call talks with the caller for a while; then the caller hangs up."""
    call = asks(stage)
    await call.until(Bridged)
    await asyncio.sleep(6)
    await call.hangs_up()
    return call


@dataclass(frozen=True)
class Scene:
    """`ana` is asked first, `ben` after her, `cai` last; None: not there. What each does, the line knows by its word.

    `lines`: what is understood of each utterance; `changes`: section → keys of the settings.
    """

    ana: Any = None
    ben: Any = None
    cai: Any = None
    story: Story = taken
    lines: Sequence[Line | str] = ()
    changes: Mapping[str, Any] = field(default_factory=dict)

    def cast(self) -> Mapping[str, Any]:
        there = {"ana": self.ana, "ben": self.ben, "cai": self.cai}
        return {agent: who for agent, who in there.items() if who is not None}


@dataclass(frozen=True, slots=True)
class Ended:
    """How a cell ended, in the words of tests/calls/handoff_matrix.toml, and what must hold in every cell."""

    outcomes: tuple[str, ...]
    handoff: str | None
    call: str
    asked: tuple[str, ...]
    accepted_by: str | None  # of the last that was bridged
    ends: int  # of the call, on record
    alone_max_ms: int
    most_together: int
    overlapping: bool  # by the journal: a bridge began before the one before it was over
    left_up: tuple[str, ...]
    violations: tuple[str, ...]

    @property
    def next_agent(self) -> bool:
        return len(set(self.asked)) > 1


async def played(stage: Stage, story: Story) -> Ended:
    """Plays one story, and looks at what is left of it once all has settled."""
    most = 0

    async def look() -> None:
        nonlocal most
        while True:
            most = max(most, stage.together())
            await asyncio.sleep(LOOK_SECONDS)

    looking = asyncio.create_task(look())
    try:
        call = await story(stage)
        await asyncio.sleep(SETTLE_SECONDS)
    finally:
        looking.cancel()
        with suppress(asyncio.CancelledError):
            await looking
    return _ended(stage, call, most)


def _ended(stage: Stage, call: Call, most: int) -> Ended:
    """Of the caller's own call: where they were promised a call back, it may have been made by now."""
    entries = [record.entry for record in call.records if record.call == call.records[0].call]
    asked = [entry for entry in entries if isinstance(entry, AttemptEnded)]
    moves = [entry for entry in entries if isinstance(entry, HandoffMoved)]
    ends = [entry for entry in entries if isinstance(entry, CallEnded)]
    took = [one for one in asked if one.outcome == "bridged"]
    return Ended(
        tuple(one.outcome for one in asked),
        moves[-1].state if moves else None,
        "fallback" if stage.fell_back(call) else ends[-1].outcome if ends else "open",
        tuple(entry.agent for entry in entries if isinstance(entry, AgentOffered)),
        took[-1].accepted_by if took else None,
        len(ends),
        stage.company(call).alone_max_ms,
        most,
        _overlaps(call),
        tuple(stage.left_up()),
        tuple(stage.violations()),
    )


def _overlaps(call: Call) -> bool:
    together = 0
    for record in call.records:
        together += isinstance(record.entry, Bridged) - isinstance(record.entry, Unbridged)
        if together > 1:
            return True
    return False
