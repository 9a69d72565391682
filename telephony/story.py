"""One call as its journal tells it: who said what when, how the mood went, what the search for a person took.

The summary on the terminal, the live view and the demo's report all read this value. Times are milliseconds since the
call was answered, like those of the transcript and of the recording.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from models.brief import Brief
from telephony import events as e
from telephony.journal import Record
from telephony.stages import STAGES, AttemptClock, StageClock, stage_clock
from voice.events import Acted, Escalated, Judged, Understood

T = TypeVar("T")

NAMES = {"first_word": "first human word"}  # stage → how a person would say it


@dataclass(frozen=True, slots=True)
class Spoken:
    """A line of the transcript. `text` "" when there was speech that was not understood."""

    turn: int
    speaker: str  # caller | system | agent
    text: str
    start_ms: int
    end_ms: int
    cut: bool = False
    confidence: float | None = None
    understood: Understood | None = None


@dataclass(frozen=True, slots=True)
class Mood:
    """The running frustration after one turn, 0..1."""

    turn: int
    at_ms: int
    level: float
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Trigger:
    at_ms: int
    escalated: Escalated


@dataclass(frozen=True, slots=True)
class Stage:
    """One step on the way to a person, `at_ms` into the call; `took_ms` since the step before it."""

    name: str  # trigger, told, ring, answer, briefed, accept, bridge, first human word
    at_ms: int
    took_ms: int


@dataclass(frozen=True, slots=True)
class Story:
    call: str
    line: str
    caller: str | None
    engines: Mapping[str, str]
    spoken: tuple[Spoken, ...] = ()
    moods: tuple[Mood, ...] = ()
    triggers: tuple[Trigger, ...] = ()
    brief: Brief | None = None  # the one that was spoken to an agent, else the newest
    brief_seconds: float | None = None
    agents: tuple[str, ...] = ()  # in the order in which they were asked
    stages: tuple[Stage, ...] = ()
    attempts: tuple[AttemptClock, ...] = ()  # each agent asked, in order; their times are call time
    acts: tuple[tuple[int, Acted], ...] = ()
    callback: e.CallbackAgreed | None = None
    wrapped_up: e.WrappedUp | None = None
    problems: tuple[e.Problem, ...] = ()
    ended: e.CallEnded | None = None
    length_ms: int = field(default=0)

    @property
    def trigger(self) -> Trigger | None:
        return self.triggers[0] if self.triggers else None


def story(records: Sequence[Record]) -> Story:
    """The story so far; any beginning of a journal has one."""
    offered = _first(records, e.CallOffered)
    answered = next((record for record in records if isinstance(record.entry, e.CallAnswered)), None)
    since = answered.at_ms if answered else 0
    stamped = [(max(0, record.at_ms - since), record.entry) for record in records]
    brief, seconds = _brief(records)
    spoken, clock = tuple(_spoken(records)), stage_clock(records)
    return Story(
        call=records[0].call if records else "",
        line=offered.line if offered else "",
        caller=offered.caller if offered else None,
        engines=answered.entry.engines if answered and isinstance(answered.entry, e.CallAnswered) else {},
        spoken=spoken,
        moods=tuple(_moods(stamped)),
        triggers=tuple(Trigger(at, entry) for at, entry in stamped if isinstance(entry, Escalated)),
        brief=brief,
        brief_seconds=seconds,
        agents=tuple(entry.agent for _, entry in stamped if isinstance(entry, e.AgentOffered)),
        stages=tuple(_stages(clock, since)),
        attempts=clock.attempts,
        acts=tuple((at, entry) for at, entry in stamped if isinstance(entry, Acted)),
        callback=_first(records, e.CallbackAgreed),
        wrapped_up=_first(records, e.WrappedUp),
        problems=tuple(entry for _, entry in stamped if isinstance(entry, e.Problem)),
        ended=_first(records, e.CallEnded),
        length_ms=max(
            [at for at, entry in stamped if not isinstance(entry, e.WrappedUp)] + [s.end_ms for s in spoken], default=0
        ),
    )


def _first(records: Sequence[Record], kind: type[T]) -> T | None:
    return next((record.entry for record in records if isinstance(record.entry, kind)), None)


def _spoken(records: Sequence[Record]) -> Iterator[Spoken]:
    understood = {record.entry.turn: record.entry for record in records if isinstance(record.entry, Understood)}
    lines = []
    for record in records:
        match record.entry:
            case e.Said() as said:
                lines.append(Spoken(said.turn, "system", said.text, said.start_ms, said.end_ms, said.cut))
            case e.Heard() as heard:
                meaning = understood.get(heard.turn) if heard.speaker == "caller" else None
                times = heard.start_ms, heard.end_ms
                lines.append(Spoken(heard.turn, heard.speaker, heard.text, *times, False, heard.confidence, meaning))
            case _:
                pass
    yield from sorted(lines, key=lambda line: line.start_ms)


def _moods(stamped: Sequence[tuple[int, e.Entry]]) -> Iterator[Mood]:
    ends = {entry.turn: entry.end_ms for _, entry in stamped if isinstance(entry, e.Heard)}
    for at_ms, entry in stamped:
        if isinstance(entry, Judged):
            yield Mood(entry.turn, ends.get(entry.turn, at_ms), entry.frustration, entry.reasons)


def _brief(records: Sequence[Record]) -> tuple[Brief | None, float | None]:
    ready = [record.entry for record in records if isinstance(record.entry, e.BriefReady)]
    spoken = [record.entry for record in records if isinstance(record.entry, e.AgentBriefed)]
    if not spoken:
        return (ready[-1].brief if ready else None), None
    same = (r.brief for r in ready if r.handoff == spoken[-1].handoff and r.version == spoken[-1].brief_version)
    return next(same, ready[-1].brief if ready else None), spoken[-1].seconds


def _stages(clock: StageClock, since: int) -> Iterator[Stage]:
    """By time: telling the caller and ringing the agent go on side by side. Of the agents asked, the last one's.
    What happened in the same moment stands in the order of the way."""
    at = clock.attempts[-1].at if clock.attempts else clock.searching
    before = None
    for name, call_ms in sorted(at.items(), key=lambda stage: (stage[1], STAGES.index(stage[0]))):
        at_ms = max(0, call_ms - since)
        yield Stage(NAMES.get(name, name), at_ms, at_ms - before if before is not None else 0)
        before = at_ms
