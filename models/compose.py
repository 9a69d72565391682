"""Makes the brief out of what the call left behind. Nothing in it is invented: a line that says more than its turns or
its record is dropped, a part without lines says so.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from models.brief import Attempt, Brief, BriefLine, Caller, Clip, Entity, Material, Part, Reason
from models.redact import MASKS, redact, redact_turns
from models.spoken import as_said, spoken_words
from models.statement import says_something
from models.supported import supported
from models.transcript import Speaker, Transcript

NOT_KNOWN = "not known"
VERIFIED = ", verified "
MOST_WORDS = 24  # spoken: 11.8 s were measured for 25 words and the pauses between their sentences; promised are 12
HEADLINE_WORDS = 8
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
_QUOTED_WORDS = 30  # of the caller's own words on the card; the desk plays the rest
_SAID_WORDS = 9  # of them when read out, where no topic is known
_ISSUE_LINES = 3
_NOTHING_TRIED = "Nothing tried"
_NUMERAL = re.compile(r"[$\N{EURO SIGN}\N{POUND SIGN}]?\d[\d,.]*")

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
    said = material.transcript
    material = replace(material, transcript=_redacted(said))
    vouched = _Vouched(material)
    lines: list[BriefLine] = []
    for part, drafted in _drafted(material).items():
        masked = [replace(line, text=redact(line.text)) for line in drafted if line.text.strip()]
        kept = [_playable(line, material, said) for line in masked if vouched(line)]
        lines += kept or [BriefLine(part, NOT_KNOWN)]
    return Brief(version, _headline(material, vouched), tuple(lines), redact(_spoken(material, lines, vouched)))


class _Vouched:
    """Whether a line may be written or said: its turns and its record hold what it names."""

    def __init__(self, material: Material) -> None:
        self._transcript, self._today, self._record = material.transcript, material.today, _record(material)

    def __call__(self, line: BriefLine) -> bool:
        return supported(line, self._transcript, self._record, self._today)

    def first(self, *lines: BriefLine) -> str:
        """The text of the first line that holds; "" when none does."""
        return next((line.text for line in lines if line.text and self(line)), "")


def _redacted(transcript: Transcript) -> Transcript:
    """The caller's turns read together, and an agent's, so that a number given in pieces is none in the brief."""
    texts = {one.turn: one.text for one in transcript}
    for speaker in (Speaker.CALLER, Speaker.AGENT):
        spoken = transcript.by(speaker)
        kept = redact_turns([one.text for one in spoken])
        texts |= {one.turn: text for one, text in zip(spoken, kept, strict=True)}
    return Transcript(tuple(replace(one, text=texts[one.turn]) for one in transcript))


def _playable(line: BriefLine, material: Material, said: Transcript) -> BriefLine:
    """With the clip of the first of its turns that the caller said, unless something in it must not be heard again."""
    for turn in line.turns if material.recorded else ():
        if 1 <= turn <= said.last_turn:
            one, kept = said.turn(turn), material.transcript.turn(turn).text
            hidden = kept != one.text or any(mask in kept for mask in MASKS)
            if one.speaker is Speaker.CALLER and kept.strip() and not hidden and one.end_ms > one.start_ms:
                return replace(line, clip=Clip(turn, one.start_ms, one.end_ms))
    return line


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
        "limits": material.limits or "",
        "topic": _NUMERAL.sub("", material.topic or ""),  # what it is about; its values rest on turns
    }
    return {**material.record, **own}


def _drafted(material: Material) -> dict[Part, list[BriefLine]]:
    return {
        Part.WHO: list(_who(material.caller)),
        Part.ISSUE: list(_issue(material)),
        Part.TRIED: [_tried(attempt) for attempt in material.attempts],
        Part.WHY: list(_why(material.reason)),
        Part.NEXT: list(_next(material)),
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
    turns = _telling(material)
    for turn in turns:
        words = material.transcript.turn(turn).text.split()
        cut = " ..." if len(words) > _QUOTED_WORDS else ""
        yield BriefLine(Part.ISSUE, f"\N{LEFT DOUBLE QUOTATION MARK}{' '.join(words[:_QUOTED_WORDS])}{cut}"
                        "\N{RIGHT DOUBLE QUOTATION MARK}", (turn,))  # fmt: skip
    if not turns and material.topic:
        yield _topic(material, _sentence(_third(material.topic)))


def _telling(material: Material) -> list[int]:
    """The turns that say what it is about: the first of them and the latest two, which may correct it."""
    last = material.transcript.last_turn
    turns = [
        turn
        for turn in dict.fromkeys(material.issue_turns)
        if 1 <= turn <= last and says_something(material.transcript.turn(turn).text)
    ]
    return turns if len(turns) <= _ISSUE_LINES else [turns[0], *turns[1 - _ISSUE_LINES :]]


def _topic(material: Material, text: str) -> BriefLine:
    """A line about the topic, in our words; its values were said in the turns of the entities."""
    return BriefLine(Part.ISSUE, text, tuple(dict.fromkeys(entity.turn for entity in material.entities)), "topic")


def _next(material: Material) -> Iterable[BriefLine]:
    if material.next_step:
        yield BriefLine(Part.NEXT, material.next_step, record="procedure")
    if material.limits:
        yield BriefLine(Part.NEXT, f"Limits: {material.limits}", record="limits")


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


def _headline(material: Material, vouched: _Vouched) -> str:
    trigger = material.reason.trigger if material.reason else ""
    why = _HEADLINES.get(trigger, trigger.replace("_", " "))
    topic = vouched.first(_topic(material, _sentence(_short_topic(material.topic, HEADLINE_WORDS - len(why.split())))))
    headline = _sentence(": ".join(filter(None, (topic, why))) or "caller needs a person")
    return redact(" ".join(headline.split()[:HEADLINE_WORDS]))


def _short_topic(topic: str | None, most: int) -> str:
    """ "you want to dispute a charge" -> "dispute a charge", of at most so many words; none that wants another."""
    plain = re.sub(r"^you (?:want|need|would like|have|are|were)(?: to)? |^you ", "", (topic or "").strip().rstrip("."))
    short = " ".join(plain.replace("your ", "their ").split()[:most])
    return re.sub(r"(?: (?:of|for|to|from|in|on|at|a|an|the|about|and|or|is|their|into))+$", "", short)


def _spoken(material: Material, lines: list[BriefLine], vouched: _Vouched) -> str:
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
    text = " ".join(_sentence(piece) + "." for piece in pieces.values() if piece)
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


def _spoken_issue(material: Material, entities: list[BriefLine], vouched: _Vouched) -> str:
    known = {line.text.split(":")[0] for line in entities}
    values = [
        as_said(entity.kind, entity.value)
        for entity in material.entities
        if entity.kind != "digits" and entity.name.replace("_", " ") in known
    ][:2]
    choices = []
    if topic := material.topic:
        said = ": ".join(filter(None, (_third(topic), ", ".join(value for value in values if value not in topic))))
        choices.append(_topic(material, said))
    for turn in _telling(material)[:1]:
        words = _clipped(material.transcript.turn(turn).text, _SAID_WORDS)
        choices.append(BriefLine(Part.ISSUE, f"Says: {words}", (turn,)))
    return vouched.first(*choices) or "Issue not known"


def _spoken_tried(attempts: tuple[Attempt, ...], kept: list[BriefLine]) -> str:
    """What was committed last, else what was tried last, of the lines that hold."""
    written = {line.text for line in kept}
    told = [attempt for attempt in attempts if redact(_tried(attempt).text) in written]
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
