"""The demo's stage: the whole service on real sockets, and a line on which recorded callers ring it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from itertools import takewhile
from pathlib import Path

from telephony.agents.agent import Presence
from telephony.approvals.state import State
from telephony.assembly.world import World
from telephony.demo.lines import DemoLine, LineKind, Place
from telephony.events import ApprovalMoved, Bridged, CallEnded, HandedBack, Unbridged
from telephony.journal import Record
from telephony.service import Service, open_service
from telephony.settings import Settings
from telephony.sim.cast import Cast
from telephony.sim.serving import HOST, listen, serving
from telephony.sim.stream import Capture
from telephony.sim.two_acts import TwoActCaller

DECIDED = frozenset({State.APPROVED, State.EDITED, State.REJECTED})
SETTLE_SECONDS = 20.0  # after the line's end of a call, for its wrap-up to be written


@dataclass(frozen=True, slots=True)
class Played:
    """A call that was played: its journal, and what its caller said and heard."""

    cast: Cast
    records: tuple[Record, ...]
    heard: Capture


class Stage:
    """`names`: call → the cast's, once its line knows who rings. `watch` names whoever hears every entry."""

    def __init__(self, line: DemoLine) -> None:
        self.names: dict[str, str] = {}
        self._line = line
        self._service: Service | None = None
        self._records: dict[str, list[Record]] = {}  # by call
        self._callers: dict[str, TwoActCaller] = {}  # by name
        self._over: dict[str, asyncio.Event] = {}
        self._at_the_desk: set[str] = set()  # callers whom a person at the desk answers, not their cast's agents
        self._watching: list[Callable[[Record], None]] = []

    @property
    def service(self) -> Service:
        assert self._service is not None, "the stage is open"
        return self._service

    def opened(self, service: Service) -> None:
        self._service = service

    def watch(self, listener: Callable[[Record], None]) -> None:
        self._watching.append(listener)

    def on(self, record: Record) -> None:
        """Hears every entry: by the voice a caller knows that a person is there, or what a colleague decided."""
        self._records.setdefault(record.call, []).append(record)
        name = self._name(record.call)
        if name in self._callers and goes_on(record):
            self._callers[name].joined()
        if name in self._at_the_desk and is_alone(self._records[record.call]):
            self._callers[name].left_alone()
        if isinstance(record.entry, CallEnded) and name in self._over:
            self._over[name].set()
        for listener in self._watching:
            listener(record)

    async def play(self, cast: Cast) -> Played:
        """Rings the service as this caller, with this call's agents at work, until it is wrapped up."""
        self._callers[cast.name], self._over[cast.name] = cast.caller(), asyncio.Event()
        if not cast.agents:
            self._at_the_desk.add(cast.name)
        async with self._line.at_work(self.service, cast):
            heard = await self._line.call(cast, self._callers[cast.name])
            async with asyncio.timeout(SETTLE_SECONDS):
                await self._over[cast.name].wait()
        call = next(call for call, name in reversed(self.names.items()) if name == cast.name)
        return Played(cast, tuple(self._records.pop(call)), heard)

    async def somebody_available(self) -> None:
        """Waits until an agent may be offered a call."""
        roster, there = self.service.staff.roster, asyncio.Event()
        forget = roster.subscribe(lambda seat: there.set() if seat.presence is Presence.AVAILABLE else None)
        try:
            if not any(seat.presence is Presence.AVAILABLE for seat in roster.seats.values()):
                await there.wait()
        finally:
            forget()

    def _name(self, call: str) -> str | None:
        if call not in self.names and (conduct := self.service.switchboard.calls.get(call)) is not None:
            name = self._line.caller(conduct.leg)
            if name is not None:
                self.names[call] = name
        return self.names.get(call)


def goes_on(record: Record) -> bool:
    """Whether it begins the second act: a person joined the caller, or has decided what they wait for."""
    return isinstance(record.entry, Bridged) or (
        isinstance(record.entry, ApprovalMoved) and record.entry.state in DECIDED
    )


def is_alone(records: Sequence[Record]) -> bool:
    """Whether the newest entry is a person's hanging up on this caller, whom they have not passed on."""
    newest = records[-1].entry
    if not isinstance(newest, Unbridged) or newest.by != "agent":
        return False
    talk = takewhile(lambda record: not isinstance(record.entry, Bridged), reversed(records))
    return not any(isinstance(record.entry, HandedBack) for record in talk)


@asynccontextmanager
async def open_stage(
    settings: Settings, kind: LineKind, world: World, *, folder: Path, with_agents: bool, port: int = 0
) -> AsyncIterator[Stage]:
    """`folder`: the demo's own records. `with_agents`: those of the calls are rung on the line, and nobody else."""
    at = listen(port)
    place = Place(f"http://{HOST}:{at.getsockname()[1]}", at.getsockname()[1])
    async with kind.open(place, [agent.id for agent in settings.agents]) as line:
        stage = Stage(line)
        own = settings.service.model_copy(update={"records_folder": folder})
        on_line = line.settings(settings.model_copy(update={"service": own}), with_agents=with_agents)
        async with open_service(on_line, replace(world, on_record=stage.on)) as service:
            stage.opened(service)
            async with serving(service.app, at):
                switchboard = asyncio.create_task(service.run(), name="switchboard")
                try:
                    yield stage
                finally:
                    switchboard.cancel()
                    await asyncio.wait({switchboard})
