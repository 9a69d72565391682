"""Reads a visit off one call's journal, entry by entry."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from telephony.figures.line import Line
from telephony.figures.reexplain import reexplained
from telephony.figures.visit import OVER, STAGES, Search, Visit

LEAST_DIGITS = 5  # of a number that can be met again: shorter ones are extensions and "anonymous"


def visit(lines: Iterable[Line]) -> Visit | None:
    """The visit that one call's lines tell of, in their order; None where they do not begin with its offer."""
    reading: _Reading | None = None
    for line in lines:
        if reading is None:
            if line.type != "CallOffered":
                return None
            reading = _Reading(_offered(line))
        elif line.type in _READERS:
            _READERS[line.type](reading, line)
    if reading is None:
        return None
    again = reexplained(reading.talk, reading.briefs)
    return replace(reading.visit, searches=tuple(reading.searches.values()), asked_again=again)


@dataclass(slots=True)
class _Reading:
    """What is known so far. `talk`: what was heard with a person on the line."""

    visit: Visit
    searches: dict[str, Search] = field(default_factory=dict)
    bridged_at: float | None = None
    unbridged_at: float | None = None
    talk: list[Line] = field(default_factory=list)
    briefs: list[Mapping[str, Any]] = field(default_factory=list)
    approvals: dict[str, float] = field(default_factory=dict)

    def learn(self, **known: Any) -> None:
        self.visit = replace(self.visit, **known)


def _offered(line: Line) -> Visit:
    caller = line.fields["caller"] or ""
    known = sum(sign.isdigit() for sign in caller) >= LEAST_DIGITS
    return Visit(
        line.call,
        line.wall,
        line.fields["line"],
        line.fields["direction"] == "inbound",
        caller if known else "",
    )


def _said(reading: _Reading, line: Line) -> None:
    """The prompts' version begins with their language: "en-5"."""
    if not reading.visit.language:
        reading.learn(language=str(line.fields["version"]).partition("-")[0])


def _heard(reading: _Reading, line: Line) -> None:
    f, known = line.fields, reading.visit
    if reading.bridged_at is not None:
        reading.talk.append(line)
    elif f["speaker"] == "caller" and f["text"]:
        reading.learn(confidences=(*known.confidences, f["confidence"]))
    elif f["speaker"] == "caller":
        reading.learn(refused=known.refused + 1)


def _moved(reading: _Reading, line: Line) -> None:
    one, state = _search(reading, line), line.fields["state"]
    if state in STAGES and STAGES.index(state) > STAGES.index(one.reached):
        one = replace(one, reached=state)
    if state in OVER:
        one = replace(one, over_ms=line.at_ms, outcome=state, why=line.fields["why"] or "")
    reading.searches[one.handoff] = one


def _bridged(reading: _Reading, line: Line) -> None:
    one = _search(reading, line)
    first = line.at_ms if one.bridged_ms is None else one.bridged_ms
    reading.searches[one.handoff] = replace(one, agent=line.fields["agent"], bridged_ms=first)
    reading.bridged_at = line.wall


def _search(reading: _Reading, line: Line) -> Search:
    id = line.fields["handoff"]
    return reading.searches.get(id) or Search(id, line.at_ms)


def _unbridged(reading: _Reading, line: Line) -> None:
    if reading.bridged_at is not None:
        reading.learn(talk_s=(*reading.visit.talk_s, line.wall - reading.bridged_at))
    reading.bridged_at, reading.unbridged_at = None, line.wall


def _wrapped_up(reading: _Reading, line: Line) -> None:
    if reading.unbridged_at is not None:
        reading.learn(wrap_s=(*reading.visit.wrap_s, max(0.0, line.wall - reading.unbridged_at)))


def _approval_asked(reading: _Reading, line: Line) -> None:
    reading.approvals[line.fields["approval"]] = line.wall


def _approval_moved(reading: _Reading, line: Line) -> None:
    """How long callers wait for a decision; until nobody made one, too."""
    if line.fields["state"] in ("proposed", "reminded"):
        return
    asked = reading.approvals.pop(line.fields["approval"], None)
    if asked is not None:
        reading.learn(approval_s=(*reading.visit.approval_s, line.wall - asked))


def _escalated(reading: _Reading, line: Line) -> None:
    reading.learn(triggers=(*reading.visit.triggers, line.fields["trigger"]))


def _ended(reading: _Reading, line: Line) -> None:
    f = line.fields
    reading.learn(outcome=f["outcome"], ended_by=f["by"], seconds=f["seconds"])


_READERS: Mapping[str, Callable[[_Reading, Line], None]] = {
    "CallingBack": lambda reading, line: reading.learn(callback=True),
    "CallAnswered": lambda reading, line: reading.learn(answered=True),
    "NoRoom": lambda reading, line: reading.learn(turned_away=True),
    "Said": _said,
    "Heard": _heard,
    "Escalated": _escalated,
    "BriefReady": lambda reading, line: reading.briefs.append(line.fields["brief"]),
    "HandoffMoved": _moved,
    "Bridged": _bridged,
    "Unbridged": _unbridged,
    "WrappedUp": _wrapped_up,
    "ApprovalProposed": _approval_asked,
    "ApprovalMoved": _approval_moved,
    "Surveyed": lambda reading, line: reading.learn(rating=line.fields["score"]),
    "CallEnded": _ended,
}

NEEDED = frozenset({"CallOffered", *_READERS})
"""Entry types that a visit is made of: a query need not read the others."""
