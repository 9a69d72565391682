"""What waits to be said, in order, and whether the first of it is due."""

import asyncio
from collections import deque
from collections.abc import Sequence

from voice.events import HangUp, Say
from voice.tts.pauses import SENTENCE_MS


class ToSay:
    def __init__(self) -> None:
        self._items: deque[Say | HangUp] = deque()
        self._wake = asyncio.Event()
        self._breath_until = 0.0  # on the loop's clock

    def __len__(self) -> int:
        return len(self._items)

    @property
    def words(self) -> bool:
        """Whether any of it is to be spoken, and not just done."""
        return any(isinstance(item, Say) for item in self._items)

    @property
    def breath_seconds(self) -> float:
        """The rest of the pause after what bridged a wait."""
        return max(0.0, self._breath_until - asyncio.get_running_loop().time())

    def add(self, item: Say | HangUp) -> None:
        self._items.append(item)
        self._wake.set()

    def put_back(self, items: Sequence[Say | HangUp]) -> None:
        """Before all that waits."""
        self._items.extendleft(reversed(items))
        self._wake.set()

    def take(self) -> Say | HangUp:
        return self._items.popleft()

    def take_all(self) -> tuple[Say | HangUp, ...]:
        taken, self._items = tuple(self._items), deque()
        return taken

    def stay(self) -> None:
        """No hang-up that waits is carried out."""
        self._items = deque(item for item in self._items if isinstance(item, Say))

    def wake(self) -> None:
        """Something else has changed for whoever waits for more to say."""
        self._wake.set()

    async def changed(self) -> None:
        self._wake.clear()
        await self._wake.wait()

    def breathe(self) -> None:
        """Between what bridged a wait and what comes next there is a pause, as between sentences."""
        self._breath_until = asyncio.get_running_loop().time() + SENTENCE_MS / 1000

    def needless(self) -> Say | None:
        """Taken out: what was to bridge a wait, where the answer is there already."""
        first = self._items[0]
        if isinstance(first, HangUp) or not first.after_ms or len(self._items) == 1:
            return None
        self._items.popleft()
        return first

    async def due(self) -> bool:
        """What bridges a wait is not said before the wait has lasted a while."""
        first = self._items[0]
        if isinstance(first, HangUp) or not first.after_ms:
            return True
        try:
            async with asyncio.timeout(first.after_ms / 1000):
                await self.changed()
        except TimeoutError:
            return len(self._items) == 1 and self._items[0] is first
        return False
