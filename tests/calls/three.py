"""A caller who talks with Ana, who may bring in Ben: the stage of the stories in which three talk."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from telephony.agents.agent import Presence
from telephony.events import (
    Bridged,
    CallEnded,
    CompanionJoined,
    CompanionOver,
    Said,
    WrappedUp,
)
from telephony.sim.agent import SimAgent
from telephony.sim.script import HangUp, Key, Speak, Wait
from tests.sim.virtual import NUMBERS as AGENTS
from tests.sim.virtual import Call
from tests.supervision.floor import AGENT, CALLER, NUMBERS, VOICES, Floor, clip, on_the_floor, talks
from tests.supervision.hearing import NOT_HEARD

EARS = {"caller": "+12025550143", **AGENTS, **NUMBERS}
COLLEAGUE = (clip("hi-you-want-to-dispute") * 0.75).astype("int16")  # as loud as Ana
SPEAKS = [step for _ in range(100) for step in (Speak(CALLER), Wait(300))]
"""Of the caller, without a pause."""

ANA = talks(AGENT, Wait(1000), Key("1"))
BEN = talks(COLLEAGUE, Wait(1000), Key("1"))
DECLINES = SimAgent((Wait(1000), Key("2")), ring_seconds=1.0)
NEVER = SimAgent((Wait(60_000),), ring_seconds=300.0)
LEAVES = talks(COLLEAGUE, Wait(1000), Key("1"), Wait(12_000), HangUp())

HEARD = 0.25
"""Of a recording's energy: three voices at once, and the moments caught up in their pauses, leave each so much."""

Ears = Mapping[str, Mapping[str, float]]


@dataclass
class Three:
    """A call in which Ana talks with the caller."""

    floor: Floor
    call: Call

    async def asks(self, person: str = "ben", notes: str = "knows boats", *, agent: str = "ana") -> None:
        await self.floor.town.service.front.line.bring_in(agent, self.id, person, notes)

    async def joined(self) -> None:
        await self.asks()
        await self.call.until(CompanionJoined)
        await asyncio.sleep(4)

    @property
    def id(self) -> str:
        return self.floor.conduct.id

    @property
    def line(self):
        return self.floor.town.service.front.line

    async def ears(self, *who: str, after_seconds: float = 8.0) -> Ears:
        """After what was said of it, when nobody is late any more."""
        await asyncio.sleep(after_seconds)
        heard = await asyncio.gather(*(self.floor.hears(EARS[one], 8.0) for one in who or ("caller", "ana", "ben")))
        return dict(zip(who or ("caller", "ana", "ben"), heard, strict=True))


Story = Callable[[Three], Awaitable[None]]


def told(
    folder: Path, story: Story, *, ben: SimAgent = BEN, ana: SimAgent = ANA, caller_talks: bool = True, **how: object
) -> Call:
    """Ana and the caller talk when `story` begins; afterwards the caller hangs up, if they are there."""

    async def whole(floor: Floor) -> Call:
        call = floor.rings(Wait(1000), Key("0"), Wait(9000), *(SPEAKS if caller_talks else [Wait(290_000)]))
        await call.until(Bridged)
        await asyncio.sleep(4)
        floor.town.available("ben")
        await story(Three(floor, call))
        if not call.all(CallEnded):
            await call.hangs_up()
        await asyncio.sleep(70)  # the wrap-ups' time
        return call

    def ana_first(service: object) -> None:
        service.staff.roster.set("ben", Presence.AWAY, 0)

    with pytest.MonkeyPatch.context() as voices:
        voices.setitem(VOICES, "colleague", COLLEAGUE)
        return on_the_floor(whole, folder, agents={"ana": ana, "ben": ben}, prepare=ana_first, **how)


def only(heard: Mapping[str, float], *voices: str) -> bool:
    return all(value > HEARD if name in voices else value < NOT_HEARD for name, value in heard.items())


def over(call: Call) -> list[tuple[str, str]]:
    return [(entry.companion, entry.why) for entry in call.all(CompanionOver)]


def wrapped_up(call: Call) -> list[str]:
    return sorted(entry.agent for entry in call.all(WrappedUp))


def said(call: Call) -> list[str]:
    return [entry.text for entry in call.all(Said)]
