"""One call as the wall knows it: journal entries in, a row out. Pure; `now` comes in, in seconds of the clock."""

from collections.abc import Mapping
from dataclasses import replace

from telephony import events as e
from telephony.journal import Record
from telephony.supervision.alerts import AlertRules, Seen, alert
from telephony.supervision.rows import CallRow, CallState
from voice.events import Escalated, Judged, Understood, Verified

STEADY = 0.05
"""A change of the level below this is no trend: one remark moves it by more."""

UNKNOWN = "Number withheld"

_SOUGHT = frozenset({"queued", "offered", "answered", "briefed", "accepted"})
_WITH_SYSTEM = frozenset({"ended", "abandoned", "callback", "resumed"})


class OneCall:
    """`titles`: intent → how people read it; `names`: agent → name."""

    def __init__(
        self, call: str, now: float, *, titles: Mapping[str, str], names: Mapping[str, str], rules: AlertRules
    ) -> None:
        self._titles = titles
        self._names = names
        self._rules = rules
        self._levels: tuple[float, ...] = ()  # the last three
        self._seen = Seen(CallState.RINGING)
        self._trouble_at = 0.0
        self.queue = ""
        self.row = CallRow(call, UNKNOWN, "", now, state_since=now)

    def hear(self, record: Record, now: float) -> None:
        match entry := record.entry:
            case e.CallOffered():
                self.row = replace(self.row, line=entry.line, who=entry.caller or UNKNOWN)
            case e.CallAnswered():
                self._to(CallState.SYSTEM, now)
            case e.NoRoom():
                self._seen = replace(self._seen, no_room=True)
            case Understood(intent=str() as intent, in_scope=True):
                self.row = replace(self.row, intent=self._titles.get(intent, intent))
            case Judged():
                self._judged(entry)
            case Verified(member=member, how=how) if how != "none":
                self.row = replace(self.row, who=member)
            case Escalated():
                topic = entry.evidence[0] if entry.trigger == "sensitive" and entry.evidence else ""
                self._seen = replace(self._seen, topic=topic, misses=0)
            case e.Supervised():
                self._supervised(entry, now)
            case e.CompanionJoined() | e.CompanionOver():
                self._of_a_companion(entry)
            case e.Problem(part=part):
                self._seen, self._trouble_at = replace(self._seen, trouble=part), now
            case _:
                self._of_the_search(entry, now)
        self.look(now)

    def look(self, now: float) -> bool:
        """Whether the row is another by now: an alert may come, or go, with time alone."""
        before = self.row
        waits = self.row.waits_since
        self._seen = replace(
            self._seen,
            state=self.row.state,
            wait_seconds=None if waits is None else now - waits,
            trouble_seconds=now - self._trouble_at,
        )
        self.row = replace(self.row, alert=alert(self._seen, self._rules))
        return self.row != before

    def _of_the_search(self, entry: e.Entry, now: float) -> None:
        if any(mode == "took_over" for _, mode in self.row.supervised):
            return  # of a search that was ended by it
        match entry:
            case e.QueueJoined(queue=queue):
                self.queue = queue
                self.row = replace(self.row, queue=queue, waits_since=now)
            case e.HandoffMoved(state=state) if state in _SOUGHT and self.row.state is not CallState.SEEKING:
                self._to(CallState.SEEKING, now)
            case e.HandoffMoved(state=state) if state in _WITH_SYSTEM:
                self.row = replace(self.row, queue="", waits_since=None, agent="")
                self._to(CallState.SYSTEM, now)
            case e.HandoffMoved(state="bridged"):
                self.row = replace(self.row, queue="", waits_since=None)
                self._to(CallState.TALKING, now)
            case e.AttemptEnded(outcome=outcome) if outcome != "bridged":
                self._seen = replace(self._seen, misses=self._seen.misses + 1)
            case e.Bridged(agent=agent):
                self.row = replace(self.row, agent=self._names.get(agent, agent))
            case e.Held(on=on):
                self._to(CallState.HELD if on else CallState.TALKING, now)
            case e.PartyLost(speaker=speaker):
                self._seen = replace(self._seen, lost=speaker)
            case e.PartyBack() | e.Unbridged():
                self._seen = replace(self._seen, lost="")
            case _:
                pass

    def _of_a_companion(self, entry: e.CompanionJoined | e.CompanionOver) -> None:
        """Both agents, while there are two."""
        if isinstance(entry, e.CompanionJoined):
            there = [entry.agent, entry.companion]
        elif entry.why in e.HAD_JOINED:
            there = [entry.companion if entry.why == "goes_on" else entry.agent]
        else:
            return
        if self._seen.lost == "colleague":
            self._seen = replace(self._seen, lost="")
        self.row = replace(self.row, agent=" and ".join(self._names.get(one, one) for one in there))

    def _judged(self, judged: Judged) -> None:
        level = round(min(1.0, max(0.0, judged.frustration)), 2)
        self._levels = (*self._levels[-2:], level)
        moved = level - self._levels[0]
        trend = 0 if abs(moved) < STEADY else 1 if moved > 0 else -1
        self._seen = replace(self._seen, frustration=level, reason=judged.reasons[0] if judged.reasons else "")
        self.row = replace(self.row, frustration=level, trend=trend)

    def _supervised(self, entry: e.Supervised, now: float) -> None:
        others = tuple(one for one in self.row.supervised if one[0] != entry.supervisor)
        here = () if entry.mode == "left" else ((entry.supervisor, entry.mode),)
        self.row = replace(self.row, supervised=(*others, *here))
        if entry.mode == "took_over":
            name = self._names.get(entry.supervisor, entry.supervisor)
            self.row = replace(self.row, agent=name, queue="", waits_since=None)
            self._to(CallState.TALKING, now)
        elif entry.was == "took_over":
            self.row = replace(self.row, agent="")
            self._to(CallState.SYSTEM, now)

    def _to(self, state: CallState, now: float) -> None:
        if self.row.state is not state:
            self.row = replace(self.row, state=state, state_since=now)
