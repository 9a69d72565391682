"""A busy floor on one core: fifty desks, a wall, and a hundred calls whose journals go on; printed as JSON.

Everything shares the core: the service, the journals, and the fifty-one pages that read it over real sockets, so the
figures are those of a core that does more than it would have to. Run as `python -m tests.bench.wall_load SECONDS`.
"""

import asyncio
import json
import os
import random
import socket
import sys
import time
from collections.abc import Callable
from types import SimpleNamespace

import aiohttp
import uvicorn

from telephony import events as e
from telephony.access.audit import InMemory
from telephony.access.directory import Credentials
from telephony.access.parts import open_access
from telephony.access.roles import Role
from telephony.access.users import User
from telephony.call import Call, CallId, CallState
from telephony.desk import DeskDeps, Desks, create_desk
from telephony.desk.office import Person
from telephony.desk.wall import WallParts
from telephony.desk.wall_feed import WallFeed
from telephony.journal import Journal, Record
from telephony.leg import LegId
from telephony.supervision.room import Supervision
from telephony.supervision.wall import Wall, WallSettings
from tests.desk.conftest import NoPhone
from tests.desk.floor import TITLES
from tests.desk.office import NoKeeper, SimulatedOffice
from tests.sim.sounds import tone
from voice.audio import FRAME_MS, Pcm
from voice.events import Judged, Understood

DESKS, CALLS = 50, 100
ENTRY_SECONDS = 1.2  # between two entries of one call: a turn of some 5 s brings heard, understood, judged and said
ACT_SECONDS = 0.2
SAM = User("sam", "Sam Reyes", frozenset({Role.SUPERVISOR}))
FRAME = tone(300, FRAME_MS)


class FarEnd:
    """A session's side that a supervisor is wired to; its audio comes every 20 ms while somebody listens."""

    acting = False

    def __init__(self) -> None:
        self.listeners: list[Callable[[Pcm], None]] = []

    def overheard_by(self, *, said: Callable[[Pcm], None], prompted: Callable[[Pcm], None]) -> Callable[[], None]:
        self.listeners.append(said)
        return lambda: self.listeners.remove(said) if said in self.listeners else None

    async def play(self, pcm: Pcm) -> None: ...

    async def beside(self, voice: str, pcm: Pcm) -> None: ...

    async def hush(self) -> None: ...

    def no_longer_beside(self, voice: str) -> None: ...

    def relay_to(self, sink: object) -> None: ...

    def silent(self, on: bool) -> None: ...

    def listen_only(self, on: bool) -> None: ...

    def tell(self, event: object) -> None: ...


class Live:
    """A call with an agent (`agent` given) or with the system."""

    def __init__(self, id: str, agent: str, hear: Callable[[Record], None]) -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        self.id = id
        self.call = Call(CallId(id), "twilio", state=CallState.BRIDGED if agent else CallState.TALKING)
        self.session, self.agent_side, self.notes = FarEnd(), FarEnd(), None
        self.now_ms = lambda: round((loop.time() - began) * 1000)
        self.journal = Journal(id, now_ms=self.now_ms, wall=time.time, keeper=NoKeeper())
        self.journal.subscribe(hear)
        talk = SimpleNamespace(agent=agent, name=agent, session=self.agent_side, held=False, plays_us=True, beside=())
        self.seeking = SimpleNamespace(talk=talk if agent else None, joining=False, agent_hangs_up=self._agent_goes)
        self.searches = SimpleNamespace(under_way=None, taken=lambda: None, given_back=lambda: None)

    async def _agent_goes(self) -> None:
        self.seeking.talk = None
        self.journal.append(e.Unbridged("h", "", "agent"))


class Heard:
    """A supervisor's phone that only notes when the first frame of a call reaches it."""

    def __init__(self, leg: object) -> None:
        self.leg, self.office, self.age_ms = leg, SimpleNamespace(call=None), 0
        self.session = FarEnd()
        self.came = asyncio.Event()

    async def run(self, *, over: object) -> None:
        await asyncio.Event().wait()

    async def connected(self) -> FarEnd:
        return self.session

    def hears(self, frames: object) -> None:
        self.came.set()


class Load:
    def __init__(self, port: int) -> None:
        loop = asyncio.get_running_loop()
        self.url = f"http://127.0.0.1:{port}"
        self.random = random.Random(7)
        self.people = [Person(f"a{n}", f"Agent {n}") for n in range(DESKS)]
        self.office = SimulatedOffice(self.people)
        desks = Desks(clock=loop.time)
        self.calls: dict[str, Live] = {}
        self.wall = Wall(WallSettings(queues={"disputes": "Disputes"}, titles=TITLES))
        feed = WallFeed(self.wall, clock=loop.time, records=lambda call: self.calls[call].journal.records)
        access = open_access(
            agents={p.id: p.name for p in self.people}, credentials=Credentials(one_click=True), demo=(SAM,),
            clock=loop.time, wall=time.time,
        )  # fmt: skip
        self.phone: Heard | None = None
        self.room = Supervision(phone=self._phone, calls=self, audit=access.audit, names=lambda who: who)  # type: ignore[arg-type]
        assert isinstance(access.audit.shelf, InMemory)
        parts = WallParts(feed, self.room, SimpleNamespace(), TITLES)  # type: ignore[arg-type]
        deps = DeskDeps(
            office=self.office, phone=NoPhone(), desks=desks, access=access, clock=loop.time, wall=parts
        )  # fmt: skip
        self.feed = feed
        self.server = uvicorn.Server(uvicorn.Config(create_desk(deps), log_level="error", lifespan="off"))
        self.desk_ms: list[float] = []
        self.wall_ms: list[float] = []
        self.act_ms: list[float] = []
        self.measuring = False
        self.seated = asyncio.Event()
        self._marked: dict[str, tuple[float, float]] = {}  # call → the level whose way to the wall is timed, and when

    def _phone(self, leg: object) -> Heard:
        self.phone = Heard(leg)
        return self.phone

    # --- the floor -----------------------------------------------------------------------------------------------

    def begins(self) -> None:
        for number in range(CALLS):
            agent = self.people[number].id if number < DESKS else ""
            live = self.calls[f"c{number}"] = Live(f"c{number}", agent, self.feed.hear)
            live.journal.append(e.CallOffered("twilio", "inbound", f"+1202555{number:04}", "+12025550100", "CA1"))
            live.journal.append(e.CallAnswered(True, "v", {}))

    async def goes_on(self, live: Live) -> None:
        """One entry after the other; on a desk, what it shows is timed."""
        number, desk = 0, live.id if int(live.id[1:]) < DESKS else ""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(self.random.expovariate(1 / ENTRY_SECONDS))
            number += 1
            entry = self._entry(number, loop.time())
            before = self.wall.call(live.id)
            if isinstance(entry, Judged) and before is not None and before.frustration != entry.frustration:
                self._marked[live.id] = (entry.frustration, loop.time())
            live.journal.append(entry)
            if desk:
                self.office.tell(desk, live.now_ms(), entry)

    def _entry(self, number: int, now: float) -> e.Entry:
        said = f"at {now:.6f}, and some twenty words more, as people say them when they call about their money"
        match number % 4:
            case 0:
                return e.Heard(number, "caller", said, 0.9, 0, 1000, "bench")
            case 1:
                return Understood(number, "balance", 0.9, True, {})
            case 2:
                return Judged(number, round(self.random.random(), 2), ("repeated the request",), {})
            case _:
                return e.Said(number, said, "bench", "1", 0, 1000, False)

    async def sounds(self) -> None:
        """Every call's audio, as far as somebody is wired to it."""
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            due += FRAME_MS / 1000
            await asyncio.sleep(max(0.0, due - loop.time()))
            for live in self.calls.values():
                for side in (live.session, live.agent_side):
                    for listener in tuple(side.listeners):
                        listener(FRAME)

    # --- pages ---------------------------------------------------------------------------------------------------

    async def signs_in(self, http: aiohttp.ClientSession, who: str) -> str:
        """The session's CSRF token."""
        async with http.post(f"{self.url}/desk/api/sign-in", json={"agent": who, "pin": ""}, headers=self._ours()) as r:
            assert r.status == 200, await r.text()
            return str((await r.json())["csrf"])

    def _ours(self, csrf: str = "") -> dict[str, str]:
        return {"origin": self.url, "x-csrf-token": csrf}

    async def _feed(self, http: aiohttp.ClientSession, csrf: str, path: str) -> aiohttp.ClientWebSocketResponse:
        async with http.post(f"{self.url}/desk/api/ticket", headers=self._ours(csrf)) as r:
            ticket = (await r.json())["ticket"]
        socket = await http.ws_connect(f"{self.url}{path}", headers=self._ours())
        await socket.send_json({"v": 1, "type": "hello", "ticket": ticket})
        return socket

    async def desk(self, number: int, ready: asyncio.Semaphore) -> None:
        agent = self.people[number].id
        loop = asyncio.get_running_loop()
        async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
            async with ready:
                csrf = await self.signs_in(http, agent)
                feed = await self._feed(http, csrf, "/desk/feed")
                offer = self.office.offer(agent, f"c{number}")
                await self.office.accept(agent, offer.id)
                if len(self.office.calls) == DESKS:
                    self.seated.set()
            async for message in feed:
                at = loop.time()
                told = message.json()
                text = told["line"]["text"] if told["type"] == "line" else ""
                if self.measuring and text.startswith("at "):
                    self.desk_ms.append((at - float(text[3:].split(",")[0])) * 1000)

    async def watches(self, http: aiohttp.ClientSession, csrf: str) -> None:
        feed = await self._feed(http, csrf, "/wall/feed")
        loop = asyncio.get_running_loop()
        async for message in feed:
            at = loop.time()
            told = message.json()
            for row in told.get("calls", ()) if self.measuring and told["type"] == "changes" else ():
                level, since = self._marked.get(row["call"], (-1.0, 0.0))
                if row["frustration"] == level:
                    del self._marked[row["call"]]
                    self.wall_ms.append((at - since) * 1000)

    async def supervises(self, http: aiohttp.ClientSession, csrf: str) -> None:
        """Acts one after the other, at calls with agents; each is over when its answer and, for listening, the first
        sound of that call have come."""
        await self.room.connect(SAM.who, SimpleNamespace(id=LegId("w-1")))  # type: ignore[arg-type]
        loop = asyncio.get_running_loop()
        while True:
            call = f"c{self.random.randrange(DESKS)}"
            for act in ("listen", "coach", "barge", "leave"):
                await asyncio.sleep(ACT_SECONDS)
                path = "leave" if act == "leave" else f"calls/{call}/{act}"
                assert self.phone is not None
                self.phone.came.clear()
                began = loop.time()
                address = f"{self.url}/desk/api/wall/{path}"
                async with http.post(address, json={}, headers=self._ours(csrf)) as r:
                    assert r.status == 200, await r.text()
                if act != "leave":
                    await self.phone.came.wait()
                if self.measuring:
                    self.act_ms.append((loop.time() - began) * 1000)


async def measured(seconds: float) -> dict[str, object]:
    listener = socket.create_server(("127.0.0.1", 0))
    load = Load(listener.getsockname()[1])
    load.begins()
    ready = asyncio.Semaphore(4)
    async with (
        aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http,
        asyncio.TaskGroup() as tasks,
    ):
        serving = tasks.create_task(load.server.serve(sockets=[listener]))
        await asyncio.sleep(0.5)
        running = [tasks.create_task(load.desk(number, ready)) for number in range(DESKS)]
        csrf = await load.signs_in(http, SAM.id)
        await load.seated.wait()
        running.append(tasks.create_task(load.watches(http, csrf)))
        running.append(tasks.create_task(load.sounds()))
        running += [tasks.create_task(load.goes_on(live)) for live in load.calls.values()]
        running.append(tasks.create_task(load.supervises(http, csrf)))
        await asyncio.sleep(3.0)
        load.measuring, used = True, time.process_time()
        await asyncio.sleep(seconds)
        load.measuring, used = False, time.process_time() - used
        for task in running:
            task.cancel()
        await asyncio.wait(running)
        load.server.should_exit = True
        await serving
    return {"desk_ms": load.desk_ms, "wall_ms": load.wall_ms, "act_ms": load.act_ms, "core": used / seconds}


if __name__ == "__main__":
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    print(json.dumps(asyncio.run(measured(float(sys.argv[1])))))
