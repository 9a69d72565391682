"""A floor of scripted calls behind a wall: their journals, a room that remembers what supervisors did."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from telephony import events as e
from telephony.access import Who
from telephony.desk.wall import Phones, WallParts
from telephony.desk.wall_feed import WallFeed
from telephony.errors import Refused
from telephony.journal import Record
from telephony.leg import Leg, LegId
from telephony.supervision.errors import SupervisionRefused
from telephony.supervision.modes import Mode
from telephony.supervision.rows import AgentRow, ApprovalRow
from telephony.supervision.wall import Wall, WallSettings
from voice.events import Judged, Understood, Verified, Whispered

QUEUES = {"disputes": "Disputes", "cards": "Cards", "members": "Member services"}
TITLES = {"balance": "your balance", "disputed_charge": "a disputed charge", "lost_card": "a lost card"}
NAMES = {"ana": "Ana Ruiz", "ben": "Ben <b>Okafor</b>", "sam": "Sam Reyes"}


class NoPhones:
    async def join_in(self, sdp: str, *, agent: str) -> tuple[Leg, str]:
        raise Refused("no leg today")

    async def resume(self, leg: LegId, *, agent: str, sdp: str) -> str:
        raise Refused(f"leg {leg}: none is answered")

    async def hang_up(self, leg: LegId, *, agent: str) -> None:
        raise Refused(f"leg {leg}: none rings")


@dataclass
class RememberingRoom:
    """Implements `telephony.desk.wall.Supervising`. `refuses`: why nothing can be done."""

    floor: "Floor"
    did: list[tuple[str, ...]] = field(default_factory=list)
    refuses: str = ""
    news: asyncio.Event = field(default_factory=asyncio.Event)

    async def connect(self, who: Who, leg: Leg) -> None:
        self._does(who.id, "connect")

    async def attend(self, who: Who, call: str, mode: Mode) -> None:
        self._does(who.id, mode.value, call)
        self.floor.tells(call, e.Supervised(who.id, mode.value, ""))

    async def take_over(self, who: Who, call: str) -> None:
        self._does(who.id, "take_over", call)
        self.floor.tells(call, e.Supervised(who.id, "took_over", "listen"))

    async def leave(self, who: Who, notes: str = "") -> None:
        self._does(who.id, "leave", notes)

    def whisper(self, who: Who, call: str, whispered: Whispered) -> None:
        self._does(who.id, f"whisper {whispered.kind}", call, whispered.text or whispered.intent)

    async def close(self) -> None:
        pass

    def _does(self, *what: str) -> None:
        if self.refuses:
            raise SupervisionRefused(self.refuses)
        self.did.append(what)
        self.news.set()


class Floor:
    def __init__(
        self, clock: Callable[[], float], phones: Phones | None = None, *, names: Mapping[str, str] = NAMES
    ) -> None:
        self.clock = clock
        self.names = names
        self.records: dict[str, list[Record]] = {}
        self.approvals: list[ApprovalRow] = []
        self.wall = Wall(WallSettings(queues=QUEUES, titles=TITLES, names=names))
        self.feed = WallFeed(
            self.wall,
            clock=clock,
            records=lambda call: self.records.get(call, ()),
            approvals=lambda: tuple(self.approvals),
        )
        self.room = RememberingRoom(self)
        self.parts = WallParts(self.feed, self.room, phones or NoPhones(), TITLES)

    def tells(self, call: str, *entries: e.Entry) -> None:
        for entry in entries:
            told = self.records.setdefault(call, [])
            record = Record(call, len(told) + 1, 1000 * len(told), 0.0, entry)
            told.append(record)
            self.feed.hear(record)

    def rings(self, call: str, caller: str = "+12025550143") -> None:
        offered = e.CallOffered("twilio", "inbound", caller, "+12025550100", "CA1")
        self.tells(call, offered, e.CallAnswered(True, "v", {}))

    def says(self, call: str, text: str) -> None:
        self.tells(call, e.Heard(2, "caller", text, 0.9, 0, 1000, "scripted"))

    def seeks(self, call: str, queue: str = "disputes") -> None:
        joined = e.QueueJoined("h", queue, 1, 2, 0, None, "transfer")
        self.tells(call, joined, e.HandoffMoved("h", "queued", "requested", None))

    def talks(self, call: str, agent: str = "ana") -> None:
        self.tells(call, e.Bridged("h", agent), e.HandoffMoved("h", "bridged", "accepted", None))

    def ends(self, call: str) -> None:
        self.tells(call, e.CallEnded("solved", "caller", "hung up", 60.0))

    def fills(
        self,
        calls: int = 20,
        *,
        who: str = "Maria <i>Keller</i>",
        said: str = "This is <b>ridiculous</b>, I sent that form last week",
    ) -> None:
        """A busy afternoon: some talk, some wait, one is upset, whose name and words may be no HTML."""
        titles = list(TITLES)
        for number in range(calls):
            call = f"c{number}"
            self.rings(call, f"+1202555{number:04}")
            self.tells(call, Understood(1, titles[number % 3], 0.9, True, {}))
            for level in (0.1, 0.12 + number % 5 / 20):
                self.tells(call, Judged(1, level, ("repeated the request",), {}))
            if number % 3 == 1:
                self.seeks(call, list(QUEUES)[number % len(QUEUES)])
                self.talks(call, "ana" if number % 2 else "ben")
        upset = Judged(2, 0.74, ("said “ridiculous”",), {})
        self.tells("c0", Verified(f"{who} ••31", "keypad_pin"), upset)
        self.tells("c1", Verified("\u05de\u05e8\u05d9\u05dd \u05db\u05d4\u05df ••07", "keypad_pin"))
        self.seeks("c2")
        for agent, presence in (("ana", "on_call"), ("ben", "available")):
            self.wall.agent_is(AgentRow(agent, self.names[agent], presence, self.clock()))
        self.approvals = [ApprovalRow("p1", "c0", "Credit of 25.00", "proposed", self.clock() + 45)]
        self.says("c0", said)
