"""Takes every call that arrives, conducts each in a task group of its own, and knows which are live."""

import asyncio
import logging
from collections.abc import Callable

from telephony.errors import DialRefused
from telephony.journal import Record
from telephony.leg import Leg, Line, RingsBack
from telephony.promises import OpenPromise, PromiseOver
from telephony.switchboard.conduct import Conduct
from telephony.switchboard.house import House

log = logging.getLogger(__name__)

CALL_BACK_RING_SECONDS = 30.0
"""Five to six rings: before most voicemails take over at about 25 to 30 s."""


class Switchboard:
    """`on_record` hears every entry of every call, e.g. for a live view."""

    def __init__(self, house: House, *, on_record: Callable[[Record], None] = lambda record: None) -> None:
        self.house = house
        self.calls: dict[str, Conduct] = {}
        self._on_record = on_record
        self.draining = False
        self._idle = asyncio.Event()
        self._idle.set()

    async def serve(self) -> None:
        """Runs until cancelled: every line's arrivals become calls."""
        async with asyncio.TaskGroup() as tasks:
            for line in self.house.lines.values():
                tasks.create_task(self._accept(line, tasks), name=f"line {line.name}")

    async def drain(self, seconds: float) -> bool:
        """Takes no further calls and waits for those in progress; whether all ended in time."""
        self.draining = True
        try:
            async with asyncio.timeout(seconds):
                await self._idle.wait()
        except TimeoutError:
            return False
        return True

    def with_agent(self, agent: str) -> Conduct | None:
        """The call that is offered to this agent, or that they talk in."""
        return next((c for c in self.calls.values() if agent in c.agents), None)

    def problem(self, call: str, part: str, what: str) -> None:
        """Something went wrong with a call in another thread's hands; ignored when the call is over."""
        if call in self.calls:
            self.calls[call].problem(part, what)

    @property
    def room(self) -> bool:
        """Whether another call can be taken, or made."""
        return self._refuses() is None

    def on_the_line(self, call: str) -> bool:
        return call in self.calls

    def allow_call_back(self, promise: OpenPromise) -> None:
        """Counts one more dial. Raises `DialRefused` while nobody may be rung, for whatever reason."""
        self.house.dialling.allow("call back", call=promise.handoff, caller=promise.number)

    async def call_back(self, promise: OpenPromise) -> PromiseOver | None:
        """Rings a caller as promised and as allowed, and conducts the call; how the promise ended, None when nobody
        was reached."""
        line = next((line for line in self.house.lines.values() if isinstance(line, RingsBack)), None)
        if line is None:
            log.warning("call back %s: a line that rings out expected, none is open", promise.handoff)
            return None
        call = self.house.new_id()
        try:
            leg = await line.ring_back(promise.number, ring_seconds=CALL_BACK_RING_SECONDS, call=call)
        except DialRefused as error:
            log.warning("call back %s: %s", promise.handoff, error)
            return PromiseOver.REFUSED
        conduct = Conduct(self.house, leg, on_record=self._on_record, full=None, call=call, promise=promise)
        self.house.admission.took()
        await self._carry(conduct)
        return conduct.promise_over

    def _refuses(self) -> str | None:
        """Why no further call is taken."""
        return "draining" if self.draining else self.house.admission.refuses(self.served)

    @property
    def served(self) -> int:
        """Calls that take a place; one that only hears that there is none does not."""
        return sum(conduct.full is None for conduct in self.calls.values())

    async def _accept(self, line: Line, tasks: asyncio.TaskGroup) -> None:
        async for leg in line.arrivals():
            tasks.create_task(self._conduct(leg), name=f"call {leg.id}")

    async def _conduct(self, leg: Leg) -> None:
        full = self._refuses()
        if full is None:
            self.house.admission.took()
        try:
            conduct = Conduct(self.house, leg, on_record=self._on_record, full=full)
        except Exception:  # a call that cannot be made must not end those that go on
            log.exception("leg %s: a call expected, none could be made", leg.id)
            await leg.hang_up("internal error")
            return
        await self._carry(conduct)

    async def _carry(self, conduct: Conduct) -> None:
        self.calls[conduct.id] = conduct
        self._idle.clear()
        try:
            await conduct.run()
        except Exception:  # one call's fault must not end the others; its own end is in its journal
            log.exception("call %s failed", conduct.id)
        finally:
            del self.calls[conduct.id]
            if not self.calls:
                self._idle.set()
