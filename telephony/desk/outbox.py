"""The bounded queue in front of one page: lines may be dropped, oldest first; the newest state never is.

A state message takes the place of an unsent one of its type (with that one's sequence number, so that numbers still
rise); a page that reads nothing costs a few hundred small messages and delays nobody.
"""

import asyncio
from collections import deque

from telephony.desk.messages import Closed, JudgedMessage, LineMessage, Message, Skipped, Snapshot

LINES_WAITING = 200  # a minute of captions of a very lively call


class Outbox:
    def __init__(self, lines_waiting: int = LINES_WAITING) -> None:
        self._lines_waiting = lines_waiting
        self._queue: deque[Message] = deque()
        self._lines = 0
        self._skipped = 0
        self._some = asyncio.Event()
        self.closed = False

    def __len__(self) -> int:
        return len(self._queue)

    def put(self, message: Message) -> None:
        """Queues `message`; never waits. After `Closed` nothing more is taken."""
        if self.closed:
            return
        if isinstance(message, (LineMessage, JudgedMessage)):
            self._put_line(message)
        elif isinstance(message, (Closed, Snapshot)):  # all that waits is said by it, or matters no more
            self._queue.clear()
            self._lines = self._skipped = 0
            self._queue.append(message)
            self.closed = isinstance(message, Closed)
        else:
            self._put_state(message)
        self._some.set()

    async def get(self) -> Message:
        while not self._queue:
            self._some.clear()
            await self._some.wait()
        if self._skipped and isinstance(self._queue[0], (LineMessage, JudgedMessage)):
            count, self._skipped = self._skipped, 0
            return Skipped(seq=self._queue[0].seq - 1, count=count)
        message = self._queue.popleft()
        self._lines -= isinstance(message, (LineMessage, JudgedMessage))
        return message

    def _put_line(self, message: Message) -> None:
        if self._lines >= self._lines_waiting:
            oldest = next(m for m in self._queue if isinstance(m, (LineMessage, JudgedMessage)))
            self._queue.remove(oldest)
            self._lines -= 1
            self._skipped += 1
        self._queue.append(message)
        self._lines += 1

    def _put_state(self, message: Message) -> None:
        for place, waiting in enumerate(self._queue):
            if waiting.type == message.type:
                self._queue[place] = message.model_copy(update={"seq": waiting.seq})
                return
        self._queue.append(message)
