"""The feed of one agent's desk: numbers messages, keeps the last ones for a page that comes back, and knows its page.

One page is connected at a time: the newest. The others are told why they were let go.
"""

import secrets
from collections import deque
from collections.abc import Callable

from telephony.desk.messages import Closed, Message, Snapshot
from telephony.desk.office import News, Person
from telephony.desk.outbox import Outbox
from telephony.desk.view import DeskView

KEPT = 512  # messages; a page that was away longer gets a snapshot


class Feed:
    def __init__(self, person: Person, *, clock: Callable[[], float], notices: tuple[str, ...] = ()) -> None:
        self.view = DeskView(person, notices)
        self.epoch = secrets.token_hex(8)
        self._clock = clock
        self._seq = 0
        self._kept: deque[Message] = deque(maxlen=KEPT)
        self._page: Outbox | None = None

    @property
    def connected(self) -> bool:
        return self._page is not None

    def on_news(self, news: News) -> None:
        for message in self.view.apply(news, self._clock()):
            self.send(message)

    def send(self, message: Message) -> None:
        self._seq += 1
        numbered = message.model_copy(update={"seq": self._seq})
        self._kept.append(numbered)
        if self._page is not None:
            self._page.put(numbered)

    def flash(self, message: Message) -> None:
        """To the page as it is now: a page that comes back is not told of it, so it has no number of its own."""
        if self._page is not None:
            self._page.put(message.model_copy(update={"seq": self._seq}))

    def attach(self, page: Outbox, *, epoch: str = "", since: int = 0) -> None:
        """Makes `page` the desk's page: it gets what it missed since `since`, or a snapshot."""
        self.let_go("other_tab")
        self._page = page
        missed = self._missed(since) if epoch == self.epoch and since else None
        if missed is None:
            page.put(self.snapshot())
            return
        for message in missed:
            page.put(message)

    def detach(self, page: Outbox) -> bool:
        """The page's connection ended. True when it was the desk's page, so that nobody is looking now."""
        if self._page is not page:
            return False
        self._page = None
        return True

    def shows(self, page: Outbox) -> bool:
        return self._page is page

    def let_go(self, why: str) -> None:
        """Closes the connected page, telling it why."""
        if self._page is not None:
            self._page.put(Closed(seq=self._seq, why=why))
            self._page = None

    def resync(self, page: Outbox) -> None:
        if self._page is page:
            page.put(self.snapshot())

    def snapshot(self) -> Snapshot:
        return self.view.snapshot(self.epoch, self._clock()).model_copy(update={"seq": self._seq})

    def _missed(self, since: int) -> list[Message] | None:
        """The messages after `since`, or None when they are not all kept."""
        if since > self._seq or (self._kept and self._kept[0].seq > since + 1):
            return None
        return [m for m in self._kept if m.seq > since]
