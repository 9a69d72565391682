"""Takes every call that arrives, conducts each in a task group of its own, and knows which are live."""

import asyncio
import logging
from collections.abc import Callable

from telephony.conduct import Conduct
from telephony.house import House
from telephony.journal import Record
from telephony.leg import Leg, Line

log = logging.getLogger(__name__)


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
        return next((c for c in self.calls.values() if c.agent == agent), None)

    def problem(self, call: str, part: str, what: str) -> None:
        """Something went wrong with a call in another thread's hands; ignored when the call is over."""
        if call in self.calls:
            self.calls[call].problem(part, what)

    @property
    def _served(self) -> int:
        """Calls that take a place; one that only hears that there is none does not."""
        return sum(not conduct.full for conduct in self.calls.values())

    async def _accept(self, line: Line, tasks: asyncio.TaskGroup) -> None:
        async for leg in line.arrivals():
            tasks.create_task(self._conduct(leg), name=f"call {leg.id}")

    async def _conduct(self, leg: Leg) -> None:
        full = self.draining or self._served >= self.house.max_calls
        try:
            conduct = Conduct(self.house, leg, on_record=self._on_record, full=full)
        except Exception:  # a call that cannot be made must not end those that go on
            log.exception("leg %s: a call expected, none could be made", leg.id)
            await leg.hang_up("internal error")
            return
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
