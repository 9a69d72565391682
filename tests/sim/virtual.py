"""The real service in memory and in virtual time, with several telephones around it: whole calls in a second or two.

A story is a coroutine that is given the `Town` and rings the service; agents are simulated telephones that the service
rings. Voices are tones, words come from a script, and each is exchanged for a broken one where a story wants it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pytest

from models.engines import EngineFactory
from models.inference import InlinePool, Pool
from telephony.assembly.world import World
from telephony.events import Bridged, CallEnded, CallOffered, Entry
from telephony.history import History
from telephony.journal import Keeper, Record
from telephony.records.store import InlineKeeper
from telephony.service import Service
from telephony.settings import load
from telephony.sim.agent import SimAgent
from telephony.sim.attention import is_loud
from telephony.sim.caller import Caller, Step
from telephony.sim.carrier import Carrier, CarrierCall
from telephony.sim.clock import run_virtual
from telephony.sim.promises import RememberedPromises
from telephony.sim.rest import InMemoryHttp, RestStandIn
from telephony.sim.script import Item
from telephony.sim.socket import InMemory
from telephony.sim.voices import read
from tests.sim.company import Company, company
from tests.sim.house import ACCOUNT, CONFIG, PUBLIC_URL, TOKEN, TOKEN_VARIABLE, changed, records_in, twilio
from tests.sim.town import AnyTown, opened, told
from voice.audio import FRAME_MS, Pcm
from voice.listening import Listening
from voice.pipeline.recognise import ENGINE
from voice.stt.scripted import Line, ScriptedRecogniser
from voice.tts import Synthesizer, scripted

T = TypeVar("T")
E = TypeVar("E", bound=Entry)

WORDS = read(next((CONFIG.parent / "telephony" / "demo" / "calls" / "clips").glob("yes-thats-right-*.flac")))
"""Somebody speaking; what is understood of it stands in the story's script."""

DAY = date(2026, 11, 23)  # a Monday
MORNING = datetime(2026, 11, 23, 15, tzinfo=UTC)  # 10 in New York: every queue is open
SERVICE_NUMBER = "+12025550100"


class Leaving(Caller):
    """Plays its script; presses a key or hangs up when the story says so."""

    leaves = False
    key: str | None = None

    def presses(self, key: str) -> None:
        self.key = key

    def step(self, heard: Pcm) -> Step:
        step = super().step(heard)
        key, self.key = self.key or step.key, None
        return Step(step.voice, key, self.leaves or step.hangs_up)


class Call:
    """One caller's call, from ring to end."""

    def __init__(self, town: "Town", number: str, script: Sequence[Item], stays_ms: int) -> None:
        self.number = number
        self.caller = Leaving(script, stays_ms=stays_ms)
        self._town = town
        self._ringing = asyncio.create_task(
            town.carrier.call(from_=number, to=SERVICE_NUMBER, party=self.caller), name=f"caller {number}"
        )

    @property
    def records(self) -> list[Record]:
        ids = {r.call for r in self._town.records if isinstance(r.entry, CallOffered) and r.entry.caller == self.number}
        return [record for record in self._town.records if record.call in ids]

    def all(self, kind: type[E]) -> list[E]:
        return [record.entry for record in self.records if isinstance(record.entry, kind)]

    def at_ms(self, kind: type[Entry]) -> int:
        """Call time of the first entry of `kind`."""
        return next(record.at_ms for record in self.records if isinstance(record.entry, kind))

    async def until(self, kind: type[E], *, count: int = 1, seconds: float = 120.0) -> E:
        """Waits for the `count`-th entry of `kind`."""
        try:
            async with asyncio.timeout(seconds):
                while len(found := self.all(kind)) < count:
                    await self._town.news()
        except TimeoutError:
            raise AssertionError(f"{kind.__name__} expected within {seconds:.0f} s, got {self.told()}") from None
        return found[count - 1]

    async def hangs_up(self) -> CarrierCall:
        self.caller.leaves = True
        return await self.over()

    async def over(self) -> CarrierCall:
        """The call as the carrier saw it, once the service has closed its journal."""
        call = await self._ringing
        await self.until(CallEnded, seconds=40.0)
        return call

    def told(self) -> list[str]:
        """The journal in a few words, for messages."""
        return [f"{record.at_ms} {record.entry}" for record in self.records]

    @property
    def outcome(self) -> str:
        return self.all(CallEnded)[0].outcome

    @property
    def sid(self) -> str:
        return next(sid for sid, call in self._town.carrier.calls.items() if call.from_ == self.number)

    @property
    def company(self) -> Company:
        """What the caller heard of this call."""
        media = self._town.carrier.calls[self.sid].media
        return company(media.spoken, media.heard, self.records)

    def longest_wait_ms(self, since_ms: int) -> int:
        """The longest time in which the caller heard nothing, from `since_ms` on, before a person was there."""
        media = self._town.carrier.calls[self.sid].media
        bridged = [r.at_ms for r in self.records if isinstance(r.entry, Bridged)]
        frames = media.heard[since_ms // FRAME_MS : bridged[0] // FRAME_MS if bridged else None]
        return max(_silences(frames), default=0) * FRAME_MS


class Town(AnyTown):
    def __init__(
        self,
        service: Service,
        carrier: Carrier,
        rest: RestStandIn,
        records: list[Record],
        promises: RememberedPromises,
    ) -> None:
        super().__init__(service, records)
        self.carrier = carrier
        self.rest = rest
        self.promises = promises

    def ring(self, *script: Item, number: str = "+12025550143", stays_ms: int = 60_000) -> Call:
        """A caller rings, does as scripted, and stays on the line for a while after that."""
        return Call(self, number, script, stays_ms)

    def leg_of(self, agent: str) -> CarrierCall:
        """The last call the service made to this agent's telephone."""
        return next(call for call in reversed(self.carrier.calls.values()) if call.to == _number(agent))

    async def metrics(self) -> str:
        return await self.get("/metrics")

    async def get(self, path: str) -> str:
        answer = await InMemory(self.service.app).request("GET", PUBLIC_URL + path, "", {})
        assert answer.status == 200, f"{path}: 200 expected, got {answer.status}"
        return answer.body


def play(
    story: Callable[[Town], Awaitable[T]],
    folder: Path,
    *,
    agents: Mapping[str, SimAgent] | None = None,
    customers: Mapping[str, SimAgent] | None = None,
    lines: Sequence[Line | str] = (),
    pool: Pool | None = None,
    voice: Callable[[Synthesizer], Synthesizer] | None = None,
    keeper: Keeper | None = None,
    free_bytes: Callable[[Path], int] | None = None,
    prepare: Callable[[Service], None] = lambda service: None,
    seats: Sequence[Mapping[str, Any]] = (),
    desks: Collection[str] = (),
    carrier_line: Mapping[str, Any] | None = None,
    history: History | None = None,
    at: datetime = MORNING,
    alarm: str = "",
    **changes: Any,
) -> T:
    """Plays `story`. `agents`: id → telephone, all of them available; whoever is not named is away.

    `customers`: number → who answers when they are called back; `at`: wall time of the story's beginning;
    `lines`: what is understood of each utterance, in order. `changes`: section → keys, over config/warmline.toml;
    `seats`: agents beside those of the settings; `desks`: agents of the settings who have no telephone;
    `carrier_line`: keys of [lines.twilio].
    """
    agents = agents or {}
    settings = changed(
        load(CONFIG),
        records_in(folder),
        twilio(**carrier_line or {}),
        {"agents": [*_telephones(desks), *seats]},
        changes,
    )
    recogniser = ScriptedRecogniser(lines)

    def listening() -> Listening:
        return Listening(recogniser)

    records: list[Record] = []
    towns: list[Town] = []
    rests: list[RestStandIn] = []

    promises = RememberedPromises()

    def on_record(record: Record) -> None:
        records.append(record)
        promises.hear(record)
        for town in towns:
            town.heard_of()

    def http() -> InMemoryHttp:
        """The stand-in of the carrier's REST side; it is made after the service."""
        return rests[0].http()

    world = World(
        keeper=keeper or InlineKeeper(),
        open_pool=lambda factories, settings: pool or InlinePool({ENGINE: EngineFactory(listening, shared=True)}),
        wrap_voice=lambda inner: voice(inner) if voice else TONES,
        twilio_http=http,
        free_bytes=free_bytes,
        bank=":memory:",
        promises=promises,
        inline=True,
        today=lambda: DAY,
        history=history,
        wall=lambda: at.timestamp() + asyncio.get_running_loop().time(),
        on_record=on_record,
        alarm=alarm,
    )

    async def run() -> T:
        async with opened(settings, world) as service:
            carrier = Carrier(InMemory(service.app), public_base_url=PUBLIC_URL, account_sid=ACCOUNT, auth_token=TOKEN)
            far_ends = {_number(agent): telephone for agent, telephone in agents.items()} | dict(customers or {})
            async with RestStandIn(carrier, agents=far_ends, password=TOKEN) as rest:
                rests.append(rest)
                town = Town(service, carrier, rest, records, promises)
                towns.append(town)
                town.available(*(agent for agent in agents if agent in service.staff.roster.seats))
                prepare(service)
                return await told(story(town), while_running=service.run())

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(TOKEN_VARIABLE, TOKEN)
        return run_virtual(run())


TONES = scripted.open(scripted.Settings())


def _telephones(desks: Collection[str]) -> list[dict[str, Any]]:
    """The agents of the settings, on telephones of the simulated carrier unless they are at `desks`."""
    phones = {"line": "twilio"}
    return [
        agent.model_dump() if agent.id in desks else {**agent.model_dump(), **phones, "address": _number(agent.id)}
        for agent in load(CONFIG).agents
    ]


def _number(agent: str) -> str:
    return NUMBERS[agent]


NUMBERS = {"ana": "+12025550201", "ben": "+12025550202", "cai": "+12025550203", "front-desk": "+12025550209"}


def _silences(frames: Sequence[Pcm]) -> Iterator[int]:
    """Lengths of the stretches without sound, in frames."""
    run = 0
    for frame in frames:
        if is_loud(np.asarray(frame)):
            yield run
            run = 0
        else:
            run += 1
    yield run
