"""Who waits for a person now, why and since when: told to every desk as it changes, and to each page that comes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from telephony.desk.desks import Desks
from telephony.desk.messages import WaitingMessage, WaitingModel
from telephony.journal import Record
from telephony.supervision.wall import Wall

SHOWN = 12  # the longest waiting; how many more there are is said


@dataclass(slots=True)
class WaitingRoom:
    """Reads the wall's rows of live calls: `hear` comes after the wall's own. `queues`: name → title."""

    wall: Wall
    desks: Desks
    clock: Callable[[], float]
    queues: Mapping[str, str]
    _told: tuple[object, ...] = field(default=())
    _listed: frozenset[str] = frozenset()

    def hear(self, record: Record) -> None:
        if record.call not in self._listed and not self._waits(record.call):
            return  # the many records of calls that wait for nobody
        waiting = self._rows()
        self._listed = frozenset(call for _, call, *_ in waiting)
        if waiting != self._told:
            self._told = waiting
            self.desks.tell_all(self.now())

    def now(self) -> WaitingMessage:
        rows = self._rows()
        now = self.clock()
        shown = tuple(
            WaitingModel(
                call=call, who=who, why=why, queue=self.queues.get(queue, queue), waited_seconds=max(0.0, now - since)
            )
            for since, call, who, why, queue in rows[:SHOWN]
        )
        return WaitingMessage(waiting=shown, more=len(rows) - len(shown))

    def _waits(self, call: str) -> bool:
        row = self.wall.call(call)
        return row is not None and row.waits_since is not None

    def _rows(self) -> tuple[tuple[float, str, str, str, str], ...]:
        """The longest wait first."""
        return tuple(
            sorted(
                (row.waits_since, row.call, row.who, row.alert.why if row.alert else row.intent, row.queue)
                for row in self.wall.everything().calls
                if row.waits_since is not None
            )
        )
