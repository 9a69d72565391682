"""The wall's feed: changes are gathered and sent to all pages at once, four times a second at most, made to text once.

A page that does not read costs a few messages: then what waits is dropped, and it gets a snapshot when it reads again.
"""

import asyncio
import secrets
from collections import deque
from collections.abc import Callable, Sequence

from telephony.desk.messages import Closed, LineModel
from telephony.desk.screenpop import as_line
from telephony.desk.wall_messages import WallChanges, WallLines, WallSnapshot, WallTranscript
from telephony.events import AgentBriefed, Bridged, Heard
from telephony.journal import Record
from telephony.supervision.rows import ApprovalRow
from telephony.supervision.wall import Wall

TICK_SECONDS = 0.25  # four updates a second: quicker than an eye wanders over the wall, cheap for 100 calls
KEPT = 240  # messages for a page that comes back: a minute of the liveliest wall
WAITING = 8  # messages, 2 s, before a page counts as not reading
LINES_SHOWN = 300  # of a followed call; the record has all


def line(record: Record, name: Callable[[str], str]) -> LineModel | None:
    """As an agent reads it, but for what is said to that agent. `name`: agent → as people call them."""
    shown, entry = as_line(record), record.entry
    if shown is not None and isinstance(entry, Heard) and entry.who:
        return shown.model_copy(update={"name": name(entry.who)})
    if shown is None or not isinstance(entry, (Bridged, AgentBriefed)):
        return shown
    connected = isinstance(entry, Bridged)
    who = name(entry.agent)
    text = f"{who} and the caller are connected" if connected else f"The brief was spoken to {who}"
    return shown.model_copy(update={"text": text})


class WallPage:
    """The bounded queue in front of one page. `get` gives text, ready to be sent."""

    def __init__(self, snapshot: Callable[[], str], transcript: Callable[[str], str]) -> None:
        self.follows = ""
        self.closed = ""  # why it is let go
        self._snapshot = snapshot
        self._transcript = transcript
        self._waiting: deque[str] = deque()
        self._lines: list[LineModel] = []
        self._stale = False  # a snapshot is due in place of what was dropped
        self._anew = False  # the transcript is
        self._some = asyncio.Event()

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, message: str) -> None:
        """Never waits."""
        if self._stale or self.closed:
            return
        if len(self._waiting) >= WAITING:
            self._waiting.clear()
            self._stale = True
        else:
            self._waiting.append(message)
        self._some.set()

    def refresh(self) -> None:
        """A snapshot in place of all that waits."""
        self._waiting.clear()
        self._stale = True
        self._some.set()

    def follow(self, call: str) -> None:
        self.follows, self._anew = call, bool(call)
        self._lines.clear()
        self._some.set()

    def said(self, line: LineModel) -> None:
        """Of the followed call. What is too much to be read line by line is sent as a whole."""
        if self._anew:
            return
        self._lines.append(line)
        if len(self._lines) > LINES_SHOWN:
            self._lines.clear()
            self._anew = True
        self._some.set()

    def close(self, why: str) -> None:
        self.closed = why
        self._waiting.clear()
        self._some.set()

    async def get(self) -> str:
        """The next message. After `close` the last one."""
        while True:
            if self.closed:
                return Closed(why=self.closed).model_dump_json()
            if self._stale:
                self._stale = False
                return self._snapshot()
            if self._waiting:
                return self._waiting.popleft()
            if self._anew:
                self._anew = False
                return self._transcript(self.follows)
            if self._lines:
                lines, self._lines = tuple(self._lines), []
                return WallLines(call=self.follows, lines=lines).model_dump_json()
            self._some.clear()
            await self._some.wait()


class WallFeed:
    """`records` gives the journal so far of a live call; `approvals` those that are open."""

    def __init__(
        self,
        wall: Wall,
        *,
        clock: Callable[[], float],
        records: Callable[[str], Sequence[Record]],
        approvals: Callable[[], Sequence[ApprovalRow]] = tuple,
    ) -> None:
        self.wall = wall
        self.epoch = secrets.token_hex(8)
        self._clock = clock
        self._records = records
        self._approvals = approvals
        self._seq = 0
        self._kept: deque[tuple[int, str]] = deque(maxlen=KEPT)
        self._pages: list[WallPage] = []
        self._timer: asyncio.TimerHandle | None = None

    def hear(self, record: Record) -> None:
        self.wall.hear(record, self._clock())
        for page in self._pages:
            if page.follows == record.call and (said := line(record, self.wall.name)) is not None:
                page.said(said)

    def attach(self, *, epoch: str = "", since: int = 0) -> WallPage:
        """A page that gets what it missed since `since`, or a snapshot."""
        page = WallPage(self._snapshot, self._transcript)
        missed = self._missed(since) if epoch == self.epoch and since else None
        if missed is None or len(missed) > WAITING:
            page.refresh()
        else:
            for message in missed:
                page.put(message)
        self._pages.append(page)
        if self._timer is None:
            self._tick()
        return page

    def detach(self, page: WallPage) -> None:
        if page in self._pages:
            self._pages.remove(page)

    def publish(self) -> None:
        """Sends what has changed, if anything has."""
        now = self._clock()
        self.wall.approvals_are(self._approvals())
        self.wall.tick(now)
        changes = self.wall.changes()
        if not changes:
            return
        self._seq += 1
        message = WallChanges(
            seq=self._seq,
            now=now,
            calls=changes.calls,
            gone=changes.gone,
            queues=changes.queues,
            agents=changes.agents,
            approvals=changes.approvals,
            notices=changes.notices,
        ).model_dump_json()
        self._kept.append((self._seq, message))
        for page in self._pages:
            page.put(message)

    def _tick(self) -> None:
        """Nobody looks: nothing is made, until a page comes again."""
        if not self._pages:
            self._timer = None
            self._seq += 1  # what changes meanwhile is in no message: a page that comes back gets a snapshot
            self._kept.clear()
            return
        self.publish()
        self._timer = asyncio.get_running_loop().call_later(TICK_SECONDS, self._tick)

    def _snapshot(self) -> str:
        now, all_ = self._clock(), self.wall.everything()
        return WallSnapshot(
            seq=self._seq,
            epoch=self.epoch,
            now=now,
            calls=all_.calls,
            queues=all_.queues or (),
            agents=all_.agents or (),
            approvals=all_.approvals or (),
            notices=all_.notices or (),
        ).model_dump_json()

    def _transcript(self, call: str) -> str:
        lines = [said for record in self._records(call) if (said := line(record, self.wall.name)) is not None]
        shown = tuple(lines[-LINES_SHOWN:])
        return WallTranscript(call=call, lines=shown, earlier=len(lines) - len(shown)).model_dump_json()

    def _missed(self, since: int) -> list[str] | None:
        if since > self._seq or since < self._seq - len(self._kept):
            return None
        return [message for seq, message in self._kept if seq > since]
