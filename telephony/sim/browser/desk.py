"""An agent's page as `/desk` is one: signs in, is available, hears the brief on its softphone, decides on screen.

The agent is a `SimAgent` as at a telephone. Its keys are the page's buttons: 1 accepts the call, 2 declines it.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from telephony.errors import Refused
from telephony.sim.agent import Ringing, SimAgent
from telephony.sim.browser.peer import Peer
from telephony.sim.fixture import WrapUp

ACCEPT, DECLINE = "1", "2"
REASON = "Busy"
Message = Mapping[str, Any]


class DeskPage:
    """`url`: of the service, whose desk lets `agent` sign in with one click."""

    def __init__(self, url: str, *, agent: str, owner: SimAgent, wraps_up: WrapUp | None = None) -> None:
        self._url = url
        self._agent = agent
        self._owner = owner
        self._wraps_up = wraps_up
        self._offer: Message | None = None
        self._seen: set[tuple[str, int]] = set()
        self._answered: set[str] = set()
        self._work = asyncio.TaskGroup()
        self._over = asyncio.Event()

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Signed in and available; signed out when the block ends. Raises `Refused`."""
        jar = aiohttp.CookieJar(unsafe=True)  # the address is a number
        async with aiohttp.ClientSession(self._url, headers={"origin": self._url}, cookie_jar=jar) as self._http:
            signed_in = await self._post("/desk/api/sign-in", {"agent": self._agent})
            self._http.headers["x-csrf-token"] = signed_in["csrf"]
            ticket = (await self._post("/desk/api/ticket"))["ticket"]
            async with self._http.ws_connect("/desk/feed") as feed, self._work:
                await feed.send_json({"v": 1, "type": "hello", "ticket": ticket})
                following = self._work.create_task(self._follow(feed), name=f"desk of {self._agent}")
                await self._post("/desk/api/presence", {"presence": "available"})
                try:
                    yield
                finally:
                    self._over.set()
                    following.cancel()
                    with contextlib.suppress(Refused):  # in the middle of a call
                        await self._post("/desk/api/sign-out")

    # --- what the feed says --------------------------------------------------------------------------------------

    async def _follow(self, feed: aiohttp.ClientWebSocketResponse) -> None:
        async for message in feed:
            if message.type is aiohttp.WSMsgType.TEXT:
                self._take(message.json())

    def _take(self, message: Message) -> None:
        """A message holds what it is about by its type's name; a snapshot holds everything."""
        if "offer" in message:
            self._offer = message["offer"]
        self._read(message.get("offer") or message.get("call"))
        ring = message.get("ring")
        if ring and ring["leg"] not in self._answered and self._owner.ringing is Ringing.ANSWERS:
            self._answered.add(ring["leg"])
            self._start(self._talk(ring["leg"]))
        if (due := message.get("wrapup")) and self._wraps_up is not None:
            wrap_up, self._wraps_up = self._wraps_up, None
            done = {"disposition": wrap_up.disposition, "summary": wrap_up.summary or due["summary"]}
            self._start(self._post(f"/desk/api/calls/{due['call']}/wrap-up", done))

    def _read(self, shown: Message | None) -> None:
        """Whoever shows a brief says so, once a version."""
        brief = shown and shown.get("brief")
        if not shown or not brief or (shown["call"], brief["version"]) in self._seen:
            return
        self._seen.add((shown["call"], brief["version"]))
        self._start(self._post(f"/desk/api/calls/{shown['call']}/brief/{brief['version']}/seen"))

    # --- what the agent does -------------------------------------------------------------------------------------

    async def _talk(self, leg: str) -> None:
        await asyncio.sleep(self._owner.ring_seconds)
        peer = Peer(
            self._owner.answer(),
            on_key=self._press,
            on_hang_up=lambda: self._start(self._post(f"/desk/api/legs/{leg}/hang-up")),
        )
        try:
            answer = await self._post(f"/desk/api/legs/{leg}/sdp", {"sdp": await peer.offer()})
            await peer.takes(answer["sdp"])
            await _either(peer.over, self._over)
        except Refused:
            return  # it rings no longer
        finally:
            await peer.close()

    def _press(self, key: str) -> None:
        if self._offer is None:
            return
        where = f"/desk/api/offers/{self._offer['offer']}"
        if key == ACCEPT:
            self._start(self._post(f"{where}/accept"))
        elif key == DECLINE:
            self._start(self._post(f"{where}/decline", {"reason": REASON}))

    # --- HTTP ----------------------------------------------------------------------------------------------------

    def _start(self, work: Any) -> None:
        self._work.create_task(self._attempt(work))

    async def _attempt(self, work: Any) -> None:
        """What the service does not allow any more (the caller is gone) is shown on a page; here nobody reads it."""
        with contextlib.suppress(Refused):
            await work

    async def _post(self, path: str, body: Message | None = None) -> dict[str, Any]:
        async with self._http.post(path, json=body or {}) as reply:
            answer: dict[str, Any] = await reply.json()
            if reply.status != 200:
                raise Refused(f"{path}: done expected, got {reply.status} {answer.get('detail')}")
            return answer


async def _either(*events: asyncio.Event) -> None:
    waits = [asyncio.create_task(event.wait()) for event in events]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
