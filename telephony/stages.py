"""The stage clock of every attempt to bring a person in, as the journal tells it. The desk and the report read it.

While an attempt runs, its stages are taken from the entries as they come; `AttemptEnded` then brings the handoff's own
figures and the typed outcome. Times are milliseconds of call time.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from telephony import events as e
from telephony.journal import Record
from voice.events import Escalated

STAGES = ("trigger", "told", "ring", "answer", "briefed", "accept", "bridge", "first_word")
OVER = frozenset({"ended", "abandoned", "callback", "resumed"})


@dataclass(frozen=True, slots=True)
class AttemptClock:
    """One agent asked. `at`: stage → call time, of the stages reached; `outcome` None while it runs."""

    handoff: str
    agent: str
    at: Mapping[str, int]
    outcome: str | None = None
    over_ms: int | None = None


@dataclass(frozen=True, slots=True)
class StageClock:
    """The searches of one call so far. `searching`: stages of a search whose first agent is still to be found."""

    attempts: tuple[AttemptClock, ...] = ()
    searching: Mapping[str, int] = field(default_factory=dict)

    @property
    def running(self) -> AttemptClock | None:
        return self.attempts[-1] if self.attempts and self.attempts[-1].outcome is None else None

    def after(self, record: Record) -> "StageClock":
        """Itself when the record says nothing of any stage."""
        entry, at_ms = record.entry, record.at_ms
        match entry:
            case Escalated() if "trigger" not in self.searching:
                return replace(self, searching={"trigger": at_ms})
            case e.HandoffMoved(state=state) if state in OVER:
                return replace(self, searching={})
            case e.Said(prompt=prompt) if prompt.startswith("seek.") and "trigger" in self.searching:
                return self._told(at_ms)
            case e.AgentOffered():
                at = {**self.searching, "ring": at_ms}
                return replace(self, attempts=(*self.attempts, AttemptClock(entry.handoff, entry.agent, at)))
            case e.AgentAnswered():
                return self._reached("answer", at_ms)
            case e.AgentBriefed(agent=agent) if self.running is not None and self.running.agent == agent:
                return self._reached("briefed", at_ms)
            case e.AgentAccepted():
                return self._reached("accept", at_ms)
            case e.Bridged():
                return self._reached("bridge", at_ms)
            case e.Heard(speaker="agent", start_ms=start_ms, who=who):
                return self._spoke(start_ms, who)
            case e.AttemptEnded():
                return self._ended(entry)
            case _:
                return self

    def _told(self, at_ms: int) -> "StageClock":
        if "told" in self.searching:
            return self
        told = replace(self, searching={**self.searching, "told": at_ms})
        return told._reached("told", at_ms)

    def _reached(self, stage: str, at_ms: int) -> "StageClock":
        running = self.running
        if running is None or stage in running.at:
            return self
        return self._with_last(replace(running, at={**running.at, stage: at_ms}))

    def _spoke(self, start_ms: int, who: str) -> "StageClock":
        """Only what this agent says to the caller counts, and it cannot be heard before they are joined."""
        running = self.running
        if running is None or "bridge" not in running.at or who not in ("", running.agent):
            return self
        return self._reached("first_word", max(start_ms, running.at["bridge"]))

    def _ended(self, ended: e.AttemptEnded) -> "StageClock":
        if self.running is None:
            return self
        at = {stage: ended.clock[stage] for stage in STAGES if ended.clock.get(stage) is not None}
        clock = AttemptClock(ended.handoff, ended.agent, at, ended.outcome, ended.clock.get("over"))  # type: ignore[arg-type]  # None is left out
        return self._with_last(clock)

    def _with_last(self, attempt: AttemptClock) -> "StageClock":
        return replace(self, attempts=(*self.attempts[:-1], attempt))


def stage_clock(records: Iterable[Record]) -> StageClock:
    clock = StageClock()
    for record in records:
        clock = clock.after(record)
    return clock
