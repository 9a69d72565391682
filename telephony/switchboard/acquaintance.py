"""Who served this caller last: looked up while they are greeted, so that it is known once a person is asked for."""

import asyncio
from collections.abc import Callable

from telephony.history import History

LOOK_UP_SECONDS = 3.0
"""A record that needs longer is one that is not there; the greeting alone lasts as long."""


class Acquaintance:
    """`days`: how far back it counts, 0 for never; `wall`: seconds since the epoch; `problem` hears what failed."""

    def __init__(
        self,
        history: History,
        *,
        number: str | None,
        days: int,
        wall: Callable[[], float],
        problem: Callable[[str, str], None],
    ) -> None:
        self._history = history
        self._number = number
        self._days = days
        self._wall = wall
        self._problem = problem
        self.agent: str | None = None

    async def look_up(self) -> None:
        """Never raises but when cancelled: nobody goes without a person for want of an acquaintance."""
        if not self._number or not self._days:
            return
        since = self._wall() - self._days * 86_400
        try:
            async with asyncio.timeout(LOOK_UP_SECONDS):
                self.agent = await self._history.last_agent(self._number, since_wall=since)
        except Exception as error:
            self._problem("record", f"who served this caller last expected, got {error!r}")
