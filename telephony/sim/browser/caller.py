"""A caller's page as `/call` is one: rings by posting its offer, and stays until either side hangs up."""

from collections.abc import Callable

import aiohttp

from telephony.errors import Refused
from telephony.sim.browser.peer import Peer
from telephony.sim.phone import Party
from telephony.sim.stream import Capture


class CallerPage:
    """`url`: of the service."""

    def __init__(self, url: str) -> None:
        self._url = url

    async def call(self, party: Party, *, rings: Callable[[str], None] = lambda leg: None) -> Capture:
        """Rings, and returns when the call is over; `rings` is told which leg it became. Raises `Refused`."""
        peer = Peer(party)
        try:
            answer = await self._post(await peer.offer())
            rings(answer["leg"])
            await peer.takes(answer["sdp"])
            await peer.over.wait()
        finally:
            await peer.close()
        return peer.capture

    async def _post(self, offer: str) -> dict[str, str]:
        headers, url = {"origin": self._url}, f"{self._url}/call/sdp"
        async with aiohttp.ClientSession(headers=headers) as http, http.post(url, json={"sdp": offer}) as reply:
            if reply.status != 200:
                raise Refused(f"{url}: an answer expected, got {reply.status}")
            answer: dict[str, str] = await reply.json()
            return answer
