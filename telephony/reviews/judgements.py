"""What the system judged in one call, read off its journal: each intent, each mood, the escalation or its absence, each
line of the brief. A reviewer says of each whether it was right."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from models.redact import MASKS, redact_turns

UPSET = 0.65  # from here on the desk calls a caller upset, too ([supervision] alert_frustration)
ESCALATION = "escalation"
NOBODY, NOTHING = "nobody", "nothing"
MOODS = ("upset", "calm")
_HIDDEN = (*MASKS, "•")  # the dot: a key or a word that must not be kept


class Line(Protocol):
    """A journal line: `telephony.records.rows.Row`."""

    @property
    def call(self) -> str: ...
    @property
    def at_ms(self) -> int: ...
    @property
    def wall(self) -> float: ...
    @property
    def type(self) -> str: ...
    @property
    def fields(self) -> Mapping[str, Any]: ...
    @property
    def line(self) -> Mapping[str, Any]:
        """The whole of it, as it is exported."""
        ...


class Kind(StrEnum):
    INTENT = "intent"
    MOOD = "mood"
    ESCALATION = "escalation"
    BRIEF = "brief"


@dataclass(frozen=True, slots=True)
class Judgement:
    """`said`: an intent or `NOTHING`; a mood; the trigger or `NOBODY`; a line of the brief. `words`: the caller's, in
    that turn. `nth`: that turn as the back-test counts, from 1; 0: before the first."""

    id: str
    kind: Kind
    turn: int
    said: str
    words: str = ""
    nth: int = 0


@dataclass(frozen=True, slots=True)
class Turn:
    """One thing that was said, as the page shows it. Times are of the recording."""

    turn: int
    speaker: str  # caller | system | agent
    text: str
    start_ms: int
    end_ms: int
    nth: int = 0  # of the caller's turns, as the back-test counts


def turns(lines: Sequence[Line]) -> list[Turn]:
    found: list[Turn] = []
    counted = _counted(lines)
    for line in lines:
        f = line.fields
        if line.type == "Said":
            found.append(Turn(int(f["turn"]), "system", str(f["text"]), int(f["start_ms"]), int(f["end_ms"])))
        elif line.type == "Heard":
            turn, speaker = int(f["turn"]), str(f["speaker"])
            nth = counted.get(turn, 0) if speaker == "caller" else 0
            found.append(Turn(turn, speaker, str(f["text"]), int(f["start_ms"]), int(f["end_ms"]), nth))
    return found


def audible(said: Sequence[Turn]) -> frozenset[int]:
    """Turns of the caller that may be heard again: as in a brief, none in which something was taken out of the words,
    nor one that holds a piece of a number."""
    own = [one for one in said if one.speaker == "caller" and one.text]
    kept = redact_turns([one.text for one in own])
    return frozenset(
        one.turn
        for one, text in zip(own, kept, strict=True)
        if text == one.text and not any(mark in text for mark in _HIDDEN)
    )


def judgements(lines: Sequence[Line]) -> list[Judgement]:
    """In the order of the turns; the escalation and the brief last."""
    alone = _before_person(lines)
    words = {t.turn: t.text for t in turns(alone) if t.speaker == "caller"}
    counted = _counted(lines)
    found: list[Judgement] = []
    for line in alone:
        f = line.fields
        if line.type == "Understood" and words.get(int(f["turn"])):
            turn = int(f["turn"])
            said = str(f["intent"]) if f["intent"] and f["in_scope"] else NOTHING
            found.append(Judgement(f"intent:{turn}", Kind.INTENT, turn, said, words[turn], counted.get(turn, 0)))
        elif line.type == "Judged" and words.get(int(f["turn"])):
            turn = int(f["turn"])
            mood = MOODS[0] if float(f["frustration"]) >= UPSET else MOODS[1]
            found.append(Judgement(f"mood:{turn}", Kind.MOOD, turn, mood, words[turn], counted.get(turn, 0)))
    newest = {one.id: one for one in found}  # what was understood anew counts
    return [*newest.values(), _escalation(lines, counted), *_brief(lines)]


def _escalation(lines: Sequence[Line], counted: Mapping[int, int]) -> Judgement:
    at = next((place for place, line in enumerate(lines) if line.type == "Escalated"), None)
    if at is None:
        return Judgement(ESCALATION, Kind.ESCALATION, 0, NOBODY, nth=max(counted.values(), default=0))
    f = lines[at].fields
    heard = [int(line.fields["turn"]) for line in lines[:at] if _of_caller(line)]
    turn = heard[-1] if heard else 0
    return Judgement(ESCALATION, Kind.ESCALATION, turn, str(f["trigger"]), nth=_count(lines[:at])[1])


def _brief(lines: Sequence[Line]) -> Iterator[Judgement]:
    newest = next((line for line in reversed(lines) if line.type == "BriefReady"), None)
    for number, one in enumerate(newest.fields["brief"]["lines"] if newest is not None else ()):
        rests = list(one.get("turns") or ())
        yield Judgement(f"brief:{number}", Kind.BRIEF, int(rests[0]) if rests else 0, f"{one['part']}: {one['text']}")


def _before_person(lines: Sequence[Line]) -> Sequence[Line]:
    bridged = next((place for place, line in enumerate(lines) if line.type == "Bridged"), len(lines))
    return lines[:bridged]


def _of_caller(line: Line) -> bool:
    return line.type == "Heard" and line.fields["speaker"] == "caller"


def _counted(lines: Sequence[Line]) -> Mapping[int, int]:
    return _count(_before_person(lines))[0]


def _count(lines: Sequence[Line]) -> tuple[dict[int, int], int]:
    """The caller's turns as the back-test counts them: an utterance, a silence, or keys one after the other."""
    found: dict[int, int] = {}
    nth, keying = 0, False
    for line in lines:
        if _of_caller(line) or line.type == "Silent":
            nth, keying = nth + 1, False
            if line.type == "Heard":
                found[int(line.fields["turn"])] = nth
        elif line.type == "KeyPressed" and line.fields["speaker"] == "caller":
            nth, keying = nth + (0 if keying else 1), True
        elif line.type == "Said":
            keying = keying and bool(line.fields["cut"])
    return found, nth
