"""Compares what a journal says of a call with what its fixture says is true. Each difference is one sentence."""

from collections.abc import Iterator, Sequence

from models.brief import Brief, Part
from models.vouched import NOT_KNOWN
from telephony.events import AgentAccepted, AgentBriefed, BriefReady, CallbackAgreed, CallEnded, Heard
from telephony.journal import Record
from telephony.sim.fixture import Fixture
from voice.events import Escalated, Understood

BRIEF_SECONDS_MAX = 12.0


def differences(fixture: Fixture, records: Sequence[Record]) -> list[str]:
    return [
        *_outcome(fixture, records), *_turns(fixture, records), *_escalation(fixture, records),
        *_brief(fixture, records), *_callback(fixture, records),
    ]  # fmt: skip


def heard_turns(records: Sequence[Record]) -> list[int]:
    """The caller's utterances until a person is there, by their numbers in the journal."""
    found = []
    for record in records:
        if record.type == "Bridged":
            break
        if isinstance(record.entry, Heard) and record.entry.speaker == "caller":
            found.append(record.entry.turn)
    return found


def _outcome(fixture: Fixture, records: Sequence[Record]) -> Iterator[str]:
    ended = [record.entry for record in records if isinstance(record.entry, CallEnded)]
    if [end.outcome for end in ended] != [fixture.truth.outcome]:
        yield f"outcome {fixture.truth.outcome} expected, got {[end.outcome for end in ended]}"
    accepted = [record.entry.agent for record in records if isinstance(record.entry, AgentAccepted)]
    if accepted != ([fixture.truth.agent] if fixture.truth.agent else []):
        yield f"accepted by {fixture.truth.agent} expected, got {accepted}"


def _turns(fixture: Fixture, records: Sequence[Record]) -> Iterator[str]:
    heard = heard_turns(records)
    if len(heard) != len(fixture.spoken):
        yield f"{len(fixture.spoken)} utterances of the caller expected, got {len(heard)}"
        return
    understood = {record.entry.turn: record.entry for record in records if isinstance(record.entry, Understood)}
    for turn, number in zip(fixture.spoken, heard, strict=True):
        got = understood.get(number)
        if turn.truth.intent is not None and (got is None or got.intent != turn.truth.intent):
            yield f"“{turn.text}”: intent {turn.truth.intent} expected, got {got.intent if got else None}"
        slots = dict(got.slots) if got else {}
        wrong = {name: value for name, value in turn.truth.slots.items() if slots.get(name) != value}
        if wrong:
            yield f"“{turn.text}”: slots {wrong} expected, got {slots}"


def _escalation(fixture: Fixture, records: Sequence[Record]) -> Iterator[str]:
    escalated = [record for record in records if isinstance(record.entry, Escalated)]
    triggers = [record.entry.trigger for record in escalated if isinstance(record.entry, Escalated)]
    if triggers != ([fixture.truth.trigger] if fixture.truth.trigger else []):
        yield f"trigger {fixture.truth.trigger} expected, got {triggers}"
    elif escalated and fixture.truth.escalate_by_turn is not None:
        before = records[: records.index(escalated[0])]
        allowed = sum(1 for turn in fixture.turns[: fixture.truth.escalate_by_turn] if turn.text or turn.clip)
        if (spoken := len(heard_turns(before))) > allowed:
            yield f"escalation after at most {allowed} utterances expected, came after {spoken}"


def _brief(fixture: Fixture, records: Sequence[Record]) -> Iterator[str]:
    wanted = fixture.truth.brief
    if any(getattr(wanted, part.value) for part in Part) or wanted.blank:
        brief = newest_brief(records)
        yield from _parts(fixture, brief) if brief else ("a brief expected, got none",)
    for record in records:
        if isinstance(record.entry, AgentBriefed) and record.entry.seconds > BRIEF_SECONDS_MAX:
            yield f"a brief of at most {BRIEF_SECONDS_MAX} s expected, got {record.entry.seconds:.1f} s"


def newest_brief(records: Sequence[Record]) -> Brief | None:
    briefs = [record.entry.brief for record in records if isinstance(record.entry, BriefReady)]
    return briefs[-1] if briefs else None


def parts_right(fixture: Fixture, brief: Brief) -> dict[Part, bool]:
    """Each part that has a truth, and whether the brief has it: all of it, nothing else, or honestly blank."""
    truth = fixture.truth.brief
    right: dict[Part, bool] = {}
    for part in Part:
        phrases = [phrase.lower() for phrase in getattr(truth, part.value)]
        lines = [line.text.lower() for line in brief.part(part)]
        if part.value in truth.blank:
            right[part] = lines == [NOT_KNOWN]
        elif phrases:
            all_there = all(any(phrase in line for line in lines) for phrase in phrases)
            right[part] = all_there and all(any(phrase in line for phrase in phrases) for line in lines)
    return right


def _parts(fixture: Fixture, brief: Brief) -> Iterator[str]:
    for part, right in parts_right(fixture, brief).items():
        if not right:
            wanted = getattr(fixture.truth.brief, part.value) or ("not known",)
            yield f"brief, {part}: {' and '.join(wanted)} expected, got {[line.text for line in brief.part(part)]}"


def _callback(fixture: Fixture, records: Sequence[Record]) -> Iterator[str]:
    agreed = [record.entry for record in records if isinstance(record.entry, CallbackAgreed)]
    if [one.number for one in agreed] != ([fixture.truth.callback] if fixture.truth.callback else []):
        yield f"callback on {fixture.truth.callback} expected, got {[one.number for one in agreed]}"
    versions = [record.entry.version for record in records if isinstance(record.entry, BriefReady)]
    if agreed and versions and agreed[-1].brief_version != versions[-1]:
        yield f"callback with brief {versions[-1]} expected, got {agreed[-1].brief_version}"
