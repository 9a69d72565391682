"""A call with recorded voices on it and a supervisor beside it, in virtual time: who said what is known."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from telephony.access import Role, Who
from telephony.access.audit import Outcome
from telephony.leg import Leg
from telephony.sim.agent import SimAgent
from telephony.sim.script import Key, Speak, Wait
from telephony.sim.voices import read
from telephony.supervision.phone import Phone
from telephony.supervision.room import Supervision
from telephony.switchboard.conduct import Conduct
from tests.sim.house import CONFIG
from tests.sim.virtual import Call, Town, play
from tests.supervision.hearing import likeness
from voice.audio import Pcm

T = TypeVar("T")

CLIPS = CONFIG.parent / "telephony" / "demo" / "calls" / "clips"
SAM, KIM = Who("sam", frozenset({Role.SUPERVISOR})), Who("kim", frozenset({Role.SUPERVISOR}))
NUMBERS = {"sam": "+12025550301", "kim": "+12025550302"}


def clip(words: str) -> Pcm:
    return read(next(CLIPS.glob(f"{words}*.flac")))


CALLER, AGENT, BOSS = clip("hello-theres-a-payment"), clip("hello-i-see-there"), clip("theres-a-charge-on-my-card")


def talks(voice: Pcm, *first: Any) -> SimAgent:
    """Says the same recording again and again, with a breath between."""
    return SimAgent((*first, *(step for _ in range(60) for step in (Speak(voice), Wait(400)))), ring_seconds=1.0)


@dataclass
class Remembered:
    """Implements `telephony.access.audit.Notes`."""

    notes: list[tuple[str, str, str]] = field(default_factory=list)

    def note(self, who: Who, what: str, *, call: str = "", outcome: Outcome = Outcome.DONE, detail: str = "") -> None:
        self.notes.append((who.id, what, outcome.value))


class Floor:
    """The town, with the supervisor's room in it."""

    def __init__(self, town: Town) -> None:
        self.town = town
        switchboard = town.service.switchboard
        self.audit = Remembered()
        phone, names = partial(Phone, switchboard.house), {"sam": "Sam"}
        self.room = Supervision(phone=phone, calls=switchboard, audit=self.audit, names=names.get)
        self.legs: dict[str, Leg] = {}

    async def connects(self, who: Who) -> None:
        line = self.town.service.switchboard.house.lines["twilio"]
        leg = await line.dial(NUMBERS[who.id], ring_seconds=20, call="wall", attempt=f"wall-{who.id}")
        self.legs[who.id] = leg
        await self.room.connect(who, leg)

    def rings(self, *script: Any) -> Call:
        return self.town.ring(*script, stays_ms=300_000)

    @property
    def conduct(self) -> Conduct:
        return next(iter(self.town.service.switchboard.calls.values()))

    async def hears(self, number: str, seconds: float = 6.0) -> Mapping[str, float]:
        """How much of each voice this telephone hears in the seconds to come."""
        call = next(c for c in reversed(self.town.carrier.calls.values()) if number in (c.to, c.from_))
        assert call.phone is not None
        since = len(call.phone.heard)
        await asyncio.sleep(seconds)
        heard = call.phone.heard[since:]
        return {name: likeness(heard, voice) for name, voice in VOICES.items()}


VOICES = {"caller": CALLER, "agent": AGENT, "boss": BOSS}


def on_the_floor(story: Callable[[Floor], Awaitable[T]], folder: Path, **how: Any) -> T:
    async def told(town: Town) -> T:
        floor = Floor(town)
        try:
            return await story(floor)
        finally:
            await floor.room.close()

    how.setdefault("agents", {"ana": talks(AGENT, Wait(1000), Key("1"))})
    how.setdefault("carrier_line", {"bridge": "relay"})
    seats = [
        {"id": id, "name": id.title(), "skills": ["supervising"], "line": "twilio", "address": number}
        for id, number in NUMBERS.items()  # a line rings only who is on its list
    ]
    customers = {number: talks(BOSS) for number in NUMBERS.values()}
    return play(told, folder, customers=customers, seats=seats, **how)
