"""An agent at the desk's page, simulated: signs in over HTTP, reads the feed, and does what the page's buttons do.

It speaks to the service's own app, as `telephony/desk/static` does; what the buttons do stands in desk.js and
agentleg.js: "accept" answers the leg as soon as it rings and takes the offer, "listen" only answers.
"""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from telephony.service import Service
from telephony.sim.agent import SimAgent, silent
from telephony.sim.clock import at_work
from telephony.sim.phone import Party
from telephony.sim.socket import Answer, InMemory, Socket
from tests.sim.house import PUBLIC_URL
from tests.sim.peer import Link
from voice.audio import Pcm

ORIGIN = {"origin": PUBLIC_URL, "host": PUBLIC_URL.removeprefix("https://")}
FEED = PUBLIC_URL.replace("https", "wss") + "/desk/feed"


SILENT = silent()


@dataclass(frozen=True, slots=True)
class AtDesk:
    """What an agent does when an offer shows. Seconds from the offer; None: not at all."""

    does: SimAgent = SILENT  # its script, from the moment the leg is answered; hanging up is the button
    accepts: float | None = None
    listens: float | None = None
    declines: float | None = None
    connects: bool = True  # whether media find a way


class DeskPage:
    """`said_no`: what the service refused, as "path status"."""

    def __init__(self, service: Service, agent: str, at_desk: AtDesk, links: dict[int, Link]) -> None:
        self.agent = agent
        self.links: list[Link] = []  # of this page, in order
        self.offer: dict[str, Any] | None = None
        self.ring: dict[str, Any] | None = None
        self.talking = False
        self.said_no: list[str] = []
        self.messages: list[str] = []  # types of what the feed told
        self.closed = ""  # why the service let this page go
        self._app = InMemory(service.app)
        self._at_desk = at_desk
        self._all = links
        self._party: Party | None = None
        self._leg: str | None = None
        self._wanted: str | None = None
        self._headers: dict[str, str] = dict(ORIGIN)
        self._socket: Socket | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._met: set[str] = set()
        self._epoch, self._since = "", 0

    # --- the page ------------------------------------------------------------------------------------------------

    async def sign_in(self) -> None:
        answer = await self.post("/desk/api/sign-in", {"agent": self.agent})
        self._headers["cookie"] = "; ".join(f"{name}={value}" for name, value in answer.cookies.items())
        self._headers["x-csrf-token"] = json.loads(answer.body)["csrf"]
        await self.open_feed()
        await self.post("/desk/api/presence", {"presence": "available"})

    async def open_feed(self) -> None:
        ticket = json.loads((await self.post("/desk/api/ticket", {})).body)["ticket"]
        self._socket = await self._app.connect(FEED, self._headers)
        hello = {"v": 1, "type": "hello", "ticket": ticket, "epoch": self._epoch, "since": self._since}
        await self._socket.send(json.dumps(hello))
        self._start(self._read(self._socket))

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._socket is not None:
            await self._socket.close()

    async def shut(self) -> None:
        """The tab is closed."""
        if self._leg is not None:
            self.links[-1].leave()
        await self._drop_feed()

    async def loses_network(self) -> None:
        if self.links:
            self.links[-1].vanish()
        await self._drop_feed()

    async def is_back(self) -> None:
        """The same page with its network again: the feed goes on where it stopped, the leg over a new connection."""
        await self.open_feed()
        await self.resume()

    async def resume(self) -> None:
        assert self._leg is not None
        await self._connect(self._leg, "resume")

    async def takes_over(self, earlier: "DeskPage") -> None:
        """The same person, at another browser, goes on with the call of the page before."""
        self._party, self._leg = earlier._party, earlier._leg
        await self.resume()

    async def _drop_feed(self) -> None:
        if self._socket is not None:
            await self._socket.drop()
            self._socket = None

    # --- its buttons ---------------------------------------------------------------------------------------------

    async def accept(self) -> None:
        await self.answer()
        if self.offer is not None:
            await self.post(f"/desk/api/offers/{self.offer['offer']}/accept", {})

    async def decline(self) -> None:
        if self.offer is not None:
            await self.post(f"/desk/api/offers/{self.offer['offer']}/decline", {"reason": "in a meeting"})

    async def answer(self) -> None:
        """Answers the leg of this offer, or will as soon as it rings."""
        if self.offer is None or self._leg is not None:
            return
        if self.ring is not None and self.ring["call"] == self.offer["call"]:
            await self._connect(self.ring["leg"], "sdp")
        else:
            self._wanted = self.offer["call"]

    def hangs_up(self) -> None:
        if self._leg is not None:
            self._start(self._hang_up(self._leg))

    async def _hang_up(self, leg: str) -> None:
        await self.post(f"/desk/api/legs/{leg}/hang-up", {})

    async def _connect(self, leg: str, how: str) -> None:
        self._leg, self._wanted = leg, None
        if self._party is None:
            self._party = self._at_desk.does.answer()
        number = len(self._all) + 1
        link = Link(number, self._party, connects=self._at_desk.connects, on_hang_up=self.hangs_up)
        self._all[number] = link
        self.links.append(link)
        await self.post(f"/desk/api/legs/{leg}/{how}", {"sdp": link.offer})

    # --- the feed ------------------------------------------------------------------------------------------------

    async def _read(self, socket: Socket) -> None:
        while (text := await socket.receive()) is not None:
            message = json.loads(text)
            self.messages.append(message["type"])
            self._since = message["seq"]
            self._take(message)

    def _take(self, message: dict[str, Any]) -> None:
        match message:
            case {"type": "snapshot"}:
                self._epoch = message["epoch"]
                self.ring = message["ring"]
                self._stage(message["call"])
                self._offered(message["offer"])
            case {"type": "offer", "offer": offer}:
                self._offered(offer)
            case {"type": "ring", "ring": ring}:
                self.ring = ring
                if ring is not None and ring["call"] == self._wanted:
                    self._start(self._connect(ring["leg"], "sdp"))
            case {"type": "phone", "phone": None}:
                self._leg = self._party = None
            case {"type": "call", "call": call}:
                self._stage(call)
            case {"type": "closed", "why": why}:
                self.closed = why

    def _stage(self, call: dict[str, Any] | None) -> None:
        self.talking = call is not None and call["stage"] == "talking"

    def _offered(self, offer: dict[str, Any] | None) -> None:
        self.offer = offer
        if offer is not None and offer["offer"] not in self._met:
            self._met.add(offer["offer"])
            for after, act in self._acts():
                self._start(_later(after, act))

    def _acts(self) -> Sequence[tuple[float, Any]]:
        at = self._at_desk
        acts = ((at.accepts, self.accept), (at.listens, self.answer), (at.declines, self.decline))
        return [(after, act) for after, act in acts if after is not None]

    # --- shared --------------------------------------------------------------------------------------------------

    async def post(self, path: str, body: dict[str, Any]) -> Answer:
        headers = {**self._headers, "Content-Type": "application/json"}
        with at_work():  # the web framework asks in threads, which no virtual time waits for
            answer = await self._app.request("POST", PUBLIC_URL + path, json.dumps(body), headers)
        if answer.status != 200:
            self.said_no.append(f"{path} {answer.status}")
        return answer

    @property
    def heard(self) -> list[Pcm]:
        return self.links[-1].heard if self.links else []

    def _start(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def _later(seconds: float, act: Any) -> None:
    await asyncio.sleep(seconds)
    await act()
