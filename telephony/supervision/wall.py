"""The wall's model: the journals of all calls, the roster and the approvals in; rows, and small changes of them, out.

Pure: `now` comes in, in seconds of the service's clock; an entry costs a few microseconds, however many look on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from telephony import events as e
from telephony.journal import Record
from telephony.supervision.alerts import AlertRules
from telephony.supervision.one_call import OneCall
from telephony.supervision.rows import AgentRow, ApprovalRow, CallRow, CallState, Changes, QueueRow
from telephony.supervision.service_level import ServiceGoal, ServiceLevel


@dataclass(frozen=True, slots=True)
class WallSettings:
    """`queues` and `titles`: queue, or intent → as people read it; `names`: who works here."""

    queues: Mapping[str, str] = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    rules: AlertRules = field(default_factory=AlertRules)
    goal: ServiceGoal = field(default_factory=ServiceGoal)


class Wall:
    def __init__(self, settings: WallSettings) -> None:
        self._settings = settings
        self._calls: dict[str, OneCall] = {}
        self._levels = {queue: ServiceLevel(settings.goal) for queue in settings.queues}
        self._agents: dict[str, AgentRow] = {}
        self._approvals: tuple[ApprovalRow, ...] = ()
        self._notices: tuple[str, ...] = ()
        self._changed: dict[str, None] = {}  # calls, in the order they changed
        self._gone: dict[str, None] = {}
        self._queues_changed = self._agents_changed = self._approvals_changed = self._notices_changed = False

    # --- what happens --------------------------------------------------------------------------------------------

    def hear(self, record: Record, now: float) -> None:
        if isinstance(record.entry, e.CallEnded):
            self._over(record.call, now)
            return
        one = self._calls.get(record.call)
        if one is None:
            if not isinstance(record.entry, e.CallOffered):
                return  # of a call that is over: a wrap-up
            settings = self._settings
            one = OneCall(record.call, now, titles=settings.titles, names=settings.names, rules=settings.rules)
            self._calls[record.call] = one
        before = one.row
        one.hear(record, now)
        if one.row != before:
            self._changed[record.call] = None
        self._waits(before, one, record.entry, now)

    def agent_is(self, agent: AgentRow) -> None:
        if self._agents.get(agent.agent) != agent:
            self._agents[agent.agent] = agent
            self._agents_changed = True

    def approvals_are(self, approvals: Sequence[ApprovalRow]) -> None:
        if tuple(approvals) != self._approvals:
            self._approvals = tuple(approvals)
            self._approvals_changed = True

    def notices_are(self, notices: tuple[str, ...]) -> None:
        """What is not as it should be with the whole service."""
        if notices != self._notices:
            self._notices = notices
            self._notices_changed = True

    def tick(self, now: float) -> None:
        """What time alone changes: alerts of those who wait, service levels that grow old."""
        for call, one in self._calls.items():
            if (one.row.waits_since is not None or one.row.alert is not None) and one.look(now):
                self._changed[call] = None
        for level in self._levels.values():
            self._queues_changed |= level.expire(now)

    # --- what is shown -------------------------------------------------------------------------------------------

    def changes(self) -> Changes:
        """Since the last time this was asked."""
        calls = tuple(self._calls[call].row for call in self._changed if call in self._calls)
        changes = Changes(
            calls,
            tuple(self._gone),
            self.queues() if self._queues_changed else None,
            self.agents() if self._agents_changed else None,
            self._approvals if self._approvals_changed else None,
            self._notices if self._notices_changed else None,
        )
        self._changed, self._gone = {}, {}
        self._queues_changed = self._agents_changed = self._approvals_changed = self._notices_changed = False
        return changes

    def everything(self) -> Changes:
        rows = tuple(one.row for one in self._calls.values())
        return Changes(rows, (), self.queues(), self.agents(), self._approvals, self._notices)

    def name(self, agent: str) -> str:
        return self._settings.names.get(agent, agent)

    def call(self, call: str) -> CallRow | None:
        one = self._calls.get(call)
        return one.row if one is not None else None

    def queues(self) -> tuple[QueueRow, ...]:
        goal, waiting = self._settings.goal, self._waiting()
        return tuple(
            QueueRow(
                queue,
                title,
                len(waiting.get(queue, ())),
                min(waiting.get(queue, ()), default=None),
                self._levels[queue].share,
                self._levels[queue].counted,
                goal.share,
                goal.within_seconds,
            )
            for queue, title in self._settings.queues.items()
        )

    def agents(self) -> tuple[AgentRow, ...]:
        return tuple(self._agents.values())

    # --- shared --------------------------------------------------------------------------------------------------

    def _waiting(self) -> Mapping[str, list[float]]:
        waiting: dict[str, list[float]] = {}
        for one in self._calls.values():
            if one.row.waits_since is not None:
                waiting.setdefault(one.row.queue, []).append(one.row.waits_since)
        return waiting

    def _waits(self, before: CallRow, one: OneCall, entry: e.Entry, now: float) -> None:
        if before.waits_since == one.row.waits_since:
            return
        self._queues_changed = True
        if before.waits_since is None or before.queue not in self._levels:
            return
        waited, level = now - before.waits_since, self._levels[before.queue]
        if one.row.state is CallState.TALKING:
            level.answered(waited, now)
        elif isinstance(entry, e.HandoffMoved) and entry.state == "abandoned":
            level.abandoned(waited, now)

    def _over(self, call: str, now: float) -> None:
        one = self._calls.pop(call, None)
        if one is None:
            return
        row = one.row
        if row.waits_since is not None:
            self._queues_changed = True
            if row.queue in self._levels:
                self._levels[row.queue].abandoned(now - row.waits_since, now)
        self._changed.pop(call, None)
        self._gone[call] = None
