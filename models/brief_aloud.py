"""The brief as an agent hears it, in twelve seconds: who, what, tried, why, next, each known or said to be unknown."""

import re

from models.brief import Attempt, BriefLine, Caller, Material, Part, Reason
from models.brief_lines import in_short, sentence, telling, third_person, topic_line, tried_line
from models.redact import redact
from models.spoken import as_said, spoken_words
from models.vouched import NOT_KNOWN, Vouched

MOST_WORDS = 24  # spoken: 11.8 s were measured for 25 words and the pauses between their sentences; promised are 12
# What gives way first when the spoken brief is too long. A part is cut where a clause ends, or left out: an agent who
# hears "see that the card" waits for the rest of it, and half of what was tried would say that it was done.
_GIVES_WAY = (
    (Part.WHO, "; "),  # the tier
    (Part.ENTITIES, ""),  # that there are none
    (Part.TRIED, ", "),
    (Part.WHY, ", "),  # the evidence
    (Part.NEXT, " and "),
    (Part.NEXT, " with "),
    (Part.ISSUE, " and "),
    (Part.ISSUE, ", "),
    (Part.TRIED, ""),
    (Part.NEXT, ""),
)
_CLAUSE_WORDS = 3  # of what stays before a cut; less is no clause ("Next: listen")
_SAID_WORDS = 9  # of the caller's own words, where no topic is known
_NOTHING_TRIED = "Nothing tried"


def spoken(material: Material, lines: list[BriefLine], vouched: Vouched) -> str:
    """Who, what, tried, why, next, each as known or said to be unknown; what does not fit is shortened from the least
    needed on. Nothing is said that could not be written."""
    kept = {part: [line for line in lines if line.part is part and line.text != NOT_KNOWN] for part in Part}
    no_details = "" if kept[Part.ENTITIES] else "no details"
    pieces = {
        Part.WHO: _spoken_who(material.caller),
        Part.ISSUE: _spoken_issue(material, kept[Part.ENTITIES], vouched),
        Part.TRIED: _spoken_tried(material.attempts, kept[Part.TRIED]),
        Part.WHY: _spoken_why(material.reason),
        Part.NEXT: "Next step not known",
        Part.ENTITIES: no_details,
    }
    if material.next_step and any(line.record == "procedure" for line in kept[Part.NEXT]):
        pieces[Part.NEXT] = f"Next: {_first_clause(material.next_step)}"
    if pieces[Part.TRIED] == _NOTHING_TRIED and no_details:  # one sentence, one pause
        pieces[Part.TRIED], pieces[Part.ENTITIES] = f"{_NOTHING_TRIED}, {no_details}", ""
    for part, joint in _GIVES_WAY:
        if sum(map(spoken_words, pieces.values())) <= MOST_WORDS:
            break
        pieces[part] = _cut_at(pieces[part], joint) if joint else ""
    text = " ".join(sentence(piece) + "." for piece in pieces.values() if piece)
    while spoken_words(text) > MOST_WORDS:
        text = text.rsplit(" ", 1)[0]
    return text.rstrip(" ,;:.") + "."


def _spoken_who(caller: Caller) -> str:
    """ "Ines Cordeiro, verified by PIN; standard member"."""
    if not caller.name and not caller.member:
        return "Caller not known, not verified"
    how = f"verified {_clipped(caller.verified, 2)}" if caller.verified else "not verified"
    who = f"{caller.name or 'A member'}, {how}"
    return "; ".join([who, *caller.notes[:1]])


def _spoken_issue(material: Material, entities: list[BriefLine], vouched: Vouched) -> str:
    known = {line.text.split(":")[0] for line in entities}
    values = [
        as_said(entity.kind, entity.value)
        for entity in material.entities
        if entity.kind != "digits" and entity.name.replace("_", " ") in known
    ][:2]
    choices = []
    if topic := material.topic:
        new = ", ".join(value for value in values if value not in topic)
        said = ": ".join(filter(None, (third_person(topic), new)))
        choices.append(topic_line(material, said))
    for turn in telling(material)[:1]:
        words = _clipped(material.transcript.turn(turn).text, _SAID_WORDS)
        choices.append(BriefLine(Part.ISSUE, f"Says: {words}", (turn,)))
    return vouched.first(*choices) or "Issue not known"


def _spoken_tried(attempts: tuple[Attempt, ...], kept: list[BriefLine]) -> str:
    """What was committed last, else what was tried last, of the lines that hold."""
    written = {line.text for line in kept}
    told = [attempt for attempt in attempts if redact(tried_line(attempt).text) in written]
    if not told:
        return _NOTHING_TRIED if not attempts else "Tried: not known"
    last = ([attempt for attempt in told if attempt.committed] or told)[-1]
    return f"{last.what} {_outcome(last.result)}"


def _outcome(result: str) -> str:
    """ "failed (no such charge)" -> "failed": without it an attempt sounds like a deed."""
    return re.split(r"[(,;]", result, maxsplit=1)[0].strip()


def _spoken_why(reason: Reason | None) -> str:
    if reason is None:
        return "Reason not known"
    why = in_short(reason)
    shortest = min(reason.evidence, key=len, default="")
    return f"{why}, {shortest}" if 0 < spoken_words(shortest) <= 6 and reason.trigger != "asked" else why


def _first_clause(text: str) -> str:
    return re.split(r"[;.,](?:\s|$)", text.strip(), maxsplit=1)[0]


def _clipped(text: str, most: int) -> str:
    kept: list[str] = []
    for word in text.split():
        if spoken_words(" ".join([*kept, word])) > most:
            break
        kept.append(word)
    clipped = " ".join(kept)
    if len(kept) < len(text.split()) and "," in clipped:  # a whole clause rather than the beginning of the next
        clipped = clipped.rsplit(",", 1)[0]
    return clipped.rstrip(" ,;:.")


def _cut_at(text: str, joint: str) -> str:
    """`text` without what follows its last `joint`, where enough is left of it."""
    kept = text.rpartition(joint)[0]
    least = 1 if joint == ", " else _CLAUSE_WORDS
    return kept if len(kept.split()) >= least else text
