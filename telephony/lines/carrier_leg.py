"""What legs at carriers have alike: one transport, once media flow, and one end, whose first reason counts."""

import asyncio
from typing import Any, Generic, TypeVar

from telephony.errors import LegFailed
from telephony.leg import LegEnded, LegId, LegState, Party, move

T = TypeVar("T")  # the pipecat transport


class CarrierLeg(Generic[T]):
    """Most of `telephony.leg.Leg`: how it is hung up is each carrier's own."""

    def __init__(self, *, leg_id: LegId, party: Party, inbound: bool) -> None:
        loop = asyncio.get_running_loop()
        self.id = leg_id
        self.party = party
        self.inbound = inbound
        self.state = LegState.RINGING
        self._transport: asyncio.Future[T] = loop.create_future()
        self._ended: asyncio.Future[LegEnded] = loop.create_future()

    async def media(self) -> T:
        """Something must bound the waiting, by ending a leg that gets no media in time."""
        either: tuple[asyncio.Future[Any], ...] = (self._transport, self._ended)
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if self._ended.done():
            raise LegFailed(f"leg {self.id}: expected media, it ended: {self._ended.result()}")
        return self._transport.result()

    async def ended(self) -> LegEnded:
        return await asyncio.shield(self._ended)

    @property
    def over(self) -> LegEnded | None:
        return self._ended.result() if self._ended.done() else None

    def end(self, why: LegEnded) -> None:
        """The first reason counts; later ones are the echo of the first."""
        if self._ended.done():
            return
        self.state = move(self.state, LegState.ENDED, self.id)
        self._ended.set_result(why)

    def _flows(self, transport: T) -> None:
        """Media do, from here on. Raises `IllegalMove` when they do already, or no longer can."""
        self.state = move(self.state, LegState.ANSWERED, self.id)
        self._transport.set_result(transport)
