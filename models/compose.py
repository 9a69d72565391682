"""Makes the brief out of what the call left behind. Nothing in it is invented: a line that says more than its turns or
its record is dropped, a part without lines says so.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from models.brief import Attempt, Brief, BriefLine, Caller, Entity, Material, Part, Reason
from models.redact import redact
from models.spoken import as_said, spoken_words
from models.supported import supported

NOT_KNOWN = "not known"
VERIFIED = ", verified "
MOST_WORDS = 24  # spoken: 11.8 s were measured for 25 words and the pauses between their sentences; promised are 12
HEADLINE_WORDS = 8
# What gives way first when the spoken brief is too long. A part is cut where a clause ends, or left out: an agent who
# hears "see that the card" waits for the rest of it, and half of what was tried would say that it was done.
_GIVES_WAY = (
    (Part.WHY, ", "),  # the evidence
    (Part.NEXT, " and "),
    (Part.NEXT, " with "),
    (Part.ISSUE, " and "),
    (Part.ISSUE, ", "),
    (Part.TRIED, ""),
    (Part.NEXT, ""),
)
_CLAUSE_WORDS = 3  # of what stays before a cut; less is no clause ("Next: listen")
_QUOTED_WORDS = 30  # of the caller's own words on the card; the desk plays the rest

_HEADLINES = {
    "asked": "asked for a person",
    "frustrated": "frustrated",
    "lost": "not understood by us",
    "sensitive": "topic for a person",
    "stuck": "going in circles",
    "silent": "went silent",
    "amount": "amount needs a person",
    "action_failed": "our action failed",
}
_THIRD_PERSON = (
    ("you want", "wants"), ("you need", "needs"), ("you would like", "would like"), ("you have", "has"),
    ("you are", "is"), ("you were", "was"), ("you ", ""),
)  # fmt: skip


def compose(material: Material, *, version: int = 1) -> Brief:
    """The brief of `material`: six parts, redacted, each line resting on turns or on a named record."""
    record = _record(material)
    lines: list[BriefLine] = []
    for part, drafted in _drafted(material).items():
        masked = [replace(line, text=redact(line.text)) for line in drafted if line.text.strip()]
        kept = [line for line in masked if supported(line, material.transcript, record, material.today)]
        lines += kept or [BriefLine(part, NOT_KNOWN)]
    return Brief(version, _headline(material), tuple(lines), redact(_spoken(material, lines)))


def corrected(brief: Brief, material: Material, turn: int) -> Brief:
    """The next version, after the caller corrected or added something in `turn`; those words come first."""
    turns = (turn, *(number for number in material.issue_turns if number != turn))
    return compose(replace(material, issue_turns=turns), version=brief.version + 1)


def _record(material: Material) -> Mapping[str, str]:
    caller = material.caller
    own = {
        "caller": " . ".join(filter(None, (caller.name, caller.member, caller.verified, *caller.notes))),
        "actions": " . ".join(" ".join(filter(None, (one.what, one.result, one.receipt))) for one in material.attempts),
        "escalation": " . ".join(material.reason.evidence) if material.reason else "",
        "procedure": material.next_step or "",
    }
    return {**material.record, **own}


def _drafted(material: Material) -> dict[Part, list[BriefLine]]:
    return {
        Part.WHO: list(_who(material.caller)),
        Part.ISSUE: list(_issue(material)),
        Part.TRIED: [_tried(attempt) for attempt in material.attempts],
        Part.WHY: list(_why(material.reason)),
        Part.NEXT: [BriefLine(Part.NEXT, material.next_step, record="procedure")] if material.next_step else [],
        Part.ENTITIES: [_entity(entity) for entity in material.entities],
    }


def _who(caller: Caller) -> Iterable[BriefLine]:
    if caller.name or caller.member:
        who = ", ".join(filter(None, (caller.name, f"member {caller.member}" if caller.member else None)))
        how = f"{VERIFIED}{caller.verified}" if caller.verified else ", not verified"
        yield BriefLine(Part.WHO, f"{who}{how}", record="caller")
    for note in caller.notes:
        yield BriefLine(Part.WHO, note, record="caller")


def _issue(material: Material) -> Iterable[BriefLine]:
    """The caller's own words; the topic in ours only where no words are known."""
    for turn in material.issue_turns[:3]:
        if 1 <= turn <= material.transcript.last_turn:
            words = material.transcript.turn(turn).text.split()
            cut = " ..." if len(words) > _QUOTED_WORDS else ""
            yield BriefLine(Part.ISSUE, f"\N{LEFT DOUBLE QUOTATION MARK}{' '.join(words[:_QUOTED_WORDS])}{cut}"
                            "\N{RIGHT DOUBLE QUOTATION MARK}", (turn,))  # fmt: skip
    if not material.issue_turns and material.topic:
        yield BriefLine(Part.ISSUE, _sentence(_third(material.topic)))


def _tried(attempt: Attempt) -> BriefLine:
    receipt = f" (receipt {attempt.receipt})" if attempt.receipt else ""
    committed = "; committed" if attempt.committed else ""
    return BriefLine(Part.TRIED, f"{attempt.what}: {attempt.result}{receipt}{committed}", attempt.turns, "actions")


def _why(reason: Reason | None) -> Iterable[BriefLine]:
    if reason is None:
        return
    for evidence in reason.evidence or (_HEADLINES.get(reason.trigger, reason.trigger.replace("_", " ")),):
        yield BriefLine(Part.WHY, evidence, reason.turns, "escalation")


def _entity(entity: Entity) -> BriefLine:
    """The value as a person writes it, with the words it was read from."""
    value = as_said(entity.kind, entity.value)
    words = f", said \N{LEFT DOUBLE QUOTATION MARK}{entity.words}\N{RIGHT DOUBLE QUOTATION MARK}"
    label = entity.name.replace("_", " ")
    return BriefLine(Part.ENTITIES, f"{label}: {value}{words if entity.words != value else ''}", (entity.turn,))


def _headline(material: Material) -> str:
    topic = _short_topic(material.topic)
    trigger = material.reason.trigger if material.reason else ""
    why = _HEADLINES.get(trigger, trigger.replace("_", " "))
    return redact(
        " ".join(_sentence(": ".join(filter(None, (topic, why))) or "caller needs a person").split()[:HEADLINE_WORDS])
    )


def _short_topic(topic: str | None) -> str:
    """ "you want to dispute a charge" -> "dispute a charge"."""
    plain = re.sub(r"^you (?:want|need|would like|have|are|were)(?: to)? |^you ", "", (topic or "").strip().rstrip("."))
    short = " ".join(plain.replace("your ", "their ").split()[:4])
    return re.sub(r" (?:of|for|to|from|in|on|at|a|an|the)$", "", short)


def _spoken(material: Material, lines: list[BriefLine]) -> str:
    """Who, what, tried, why, next; what does not fit is shortened from the least needed on."""
    kept = {part: [line for line in lines if line.part is part and line.text != NOT_KNOWN] for part in Part}
    pieces = {
        Part.WHO: _spoken_who(material.caller),
        Part.ISSUE: _spoken_issue(material, kept[Part.ENTITIES]),
        Part.TRIED: _spoken_tried(material.attempts, kept[Part.TRIED]),
        Part.WHY: _spoken_why(material.reason),
        Part.NEXT: f"Next: {_first_clause(material.next_step)}" if kept[Part.NEXT] and material.next_step else "",
    }
    for part, joint in _GIVES_WAY:
        if sum(map(spoken_words, pieces.values())) <= MOST_WORDS:
            break
        pieces[part] = _cut_at(pieces[part], joint) if joint else ""
    text = " ".join(_sentence(piece) + "." for piece in pieces.values() if piece)
    while spoken_words(text) > MOST_WORDS:
        text = text.rsplit(" ", 1)[0]
    return text.rstrip(" ,;:.") + "."


def _spoken_who(caller: Caller) -> str:
    if not caller.name and not caller.member:
        return "Caller not known, not verified"
    how = f"verified {_clipped(caller.verified, 2)}" if caller.verified else "not verified"
    return f"{caller.name or 'A member'}, {how}"


def _spoken_issue(material: Material, entities: list[BriefLine]) -> str:
    known = {line.text.split(":")[0] for line in entities}
    values = [
        as_said(entity.kind, entity.value)
        for entity in material.entities
        if entity.kind != "digits" and entity.name.replace("_", " ") in known
    ][:2]
    if topic := material.topic:
        return ": ".join(filter(None, (_third(topic), ", ".join(value for value in values if value not in topic))))
    if material.issue_turns and 1 <= material.issue_turns[0] <= material.transcript.last_turn:
        return f"Says: {_clipped(material.transcript.turn(material.issue_turns[0]).text, 9)}"
    return "Issue not known"


def _spoken_tried(attempts: tuple[Attempt, ...], kept: list[BriefLine]) -> str:
    if not attempts or not kept:
        return "Nothing tried"
    committed = [attempt for attempt in attempts if attempt.committed]
    told = committed[-1] if committed else attempts[-1]
    return f"{told.what} {_outcome(told.result)}"


def _outcome(result: str) -> str:
    """ "failed (no such charge)" -> "failed": without it an attempt sounds like a deed."""
    return re.split(r"[(,;]", result, maxsplit=1)[0].strip()


def _spoken_why(reason: Reason | None) -> str:
    if reason is None:
        return ""
    why = _HEADLINES.get(reason.trigger, reason.trigger.replace("_", " "))
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


def _third(topic: str) -> str:
    plain = topic.strip().rstrip(".")
    for second, third in _THIRD_PERSON:
        if plain.casefold().startswith(second):
            plain = third + plain[len(second) :]
            break
    return plain.replace("your ", "their ").replace(" you want ", " they want ").replace(" you need ", " they need ")


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
