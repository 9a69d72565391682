"""The guaranteed way as a matrix: each part off, each way to ask for a person, played as whole calls in virtual time.

`tests/calls/test_guaranteed.py` asserts it, `tests/bench/staying.py` reports it.
"""

import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

from models import prosody
from telephony.events import Bridged, Heard, KeyPressed, Silent
from telephony.service import Service
from telephony.sim.agent import SimAgent, accepts_at_once
from telephony.sim.script import Item, Key, SpeakAfterPrompt, Wait
from tests.sim.broken import (
    DeafPool,
    DownBackend,
    DownDesk,
    FailingMinds,
    ForgetfulKeeper,
    MuteVoice,
    NoIntents,
    NoJudge,
    NoStaff,
    put_in,
)
from tests.sim.house import CONFIG
from tests.sim.virtual import NUMBERS, TONES, WORDS, Call, Town, play

QUICK = accepts_at_once(after_seconds=1.0, ring_seconds=1.0)
"""Rings for a second and takes a second to press 1: both are in every figure."""

FALLBACK = f'["twilio:{NUMBERS["front-desk"]}"]'


@dataclass(frozen=True)
class Way:
    """How the caller asks. `since`: call time at which they had done what must bring a person."""

    script: tuple[Item, ...]
    lines: tuple[str, ...]
    since: Callable[[Call], int]


WAYS: Mapping[str, Way] = {
    "key 0": Way((Wait(1500), Key("0")), (), lambda call: call.at_ms(KeyPressed)),
    "the word agent": Way((SpeakAfterPrompt(WORDS),), ("agent",), lambda call: _stretches(call)[0]),
    "two silences": Way((), (), lambda call: _silences(call)[:2][-1]),
    "two stretches": Way((SpeakAfterPrompt(WORDS),) * 2, (), lambda call: _stretches(call)[1]),
}
HEARD = ("key 0", "the word agent", "two silences")
DEAF = ("key 0", "two silences", "two stretches")


@dataclass(frozen=True)
class Off:
    """What is broken: parts of the world (`world`), or of the open service (`prepare`)."""

    world: Callable[[], Mapping[str, Any]] = dict
    prepare: Callable[[Service, str], None] = lambda service, way: None
    ways: tuple[str, ...] = HEARD
    problems: frozenset[str] = frozenset()  # what the journal must name, whichever the way
    agents: Mapping[str, SimAgent] = field(default_factory=lambda: {"ana": QUICK})
    fallback: bool = False
    rendered: bool = False


def _minds(service: Service, **parts: Any) -> None:
    put_in(service, minds=replace(service.switchboard.house.minds, **parts))  # type: ignore[type-var]


def _failing_mind(service: Service, way: str) -> None:
    """At the first key or word; or at the second silence, whose rule cannot be asked any more."""
    put_in(service, minds=FailingMinds(service.switchboard.house.minds, after=1 if way == "two silences" else 0))


OFF: Mapping[str, Off] = {
    "nothing": Off(),
    "the recogniser": Off(lambda: {"pool": DeafPool()}, ways=DEAF),
    "the recogniser, slowly": Off(lambda: {"pool": DeafPool(seconds=60.0)}, ways=DEAF),
    "the intents": Off(prepare=lambda service, way: _minds(service, intents=NoIntents())),
    "the frustration": Off(prepare=lambda service, way: _minds(service, judge=NoJudge())),
    "the prosody": Off(),
    "the mind": Off(prepare=_failing_mind, problems=frozenset({"mind"})),
    "the database": Off(lambda: {"keeper": ForgetfulKeeper()}, problems=frozenset({"record"})),
    "queue and roster": Off(
        prepare=lambda service, way: put_in(service, staff=NoStaff()), problems=frozenset({"roster"}),
        agents={"front-desk": QUICK}, fallback=True,
    ),
    "the desk": Off(prepare=lambda service, way: put_in(service, attending=DownDesk()), problems=frozenset({"desk"})),
    "the voice": Off(lambda: {"voice": lambda inner: MuteVoice(TONES.voice_key)}, rendered=True),
    "the voice, oddly": Off(lambda: {"voice": lambda inner: MuteVoice(TONES.voice_key, odd=True)}, rendered=True),
    "the backend": Off(prepare=lambda service, way: put_in(service, backend=DownBackend())),
}  # fmt: skip


def cells() -> Iterator[tuple[str, str]]:
    """Every part with every way that must work without it."""
    for part, off in OFF.items():
        yield from ((part, way) for way in off.ways)


@dataclass(frozen=True, slots=True)
class Reached:
    call: Call
    within_ms: int  # from what the caller did to the bridge


def reach(part: str, way: str, folder: Path) -> Reached:
    """Plays the call: the caller does no more than the way says, until they talk with a person."""
    off, how = OFF[part], WAYS[way]

    async def story(town: Town) -> Call:
        call = town.ring(*how.script)
        await call.until(Bridged)
        await call.hangs_up()
        return call

    async def nothing(town: Town) -> None:
        """Only opens, so that the prompts are rendered."""

    if off.rendered:
        play(nothing, folder, speaking={"prerender": True})
    changes: Mapping[str, Any] = {"business": {"folder": with_fallback(folder)}} if off.fallback else {}
    with (
        patch.object(prosody, "extract", side_effect=RuntimeError("out of order on purpose"))
        if (part == "the prosody")
        else patch.object(prosody, "extract", prosody.extract)
    ):
        call = play(
            story, folder, agents=off.agents, lines=how.lines, prepare=lambda service: off.prepare(service, way),
            **off.world(), **changes,
        )  # fmt: skip
    return Reached(call, call.at_ms(Bridged) - how.since(call))


def with_fallback(folder: Path) -> Path:
    """The business with one telephone on its fallback list."""
    business = folder / "business"
    if not business.exists():
        shutil.copytree(CONFIG, business)
        queues = business / "queues.toml"
        queues.write_text(re.sub(r"fallback = .*", f"fallback = {FALLBACK}", queues.read_text()))
    return business


def _silences(call: Call) -> list[int]:
    """The second brings a person; where the mind broke at the first, that one does."""
    return [record.at_ms for record in call.records if isinstance(record.entry, Silent)]


def _stretches(call: Call) -> list[int]:
    return [entry.end_ms for entry in call.all(Heard) if entry.speaker == "caller"]
