"""The written brief, line by line: each part's sentences, with the turns and the record that they rest on."""

from collections.abc import Iterable

from models.brief import Attempt, BriefLine, Caller, Entity, Material, Part, Reason
from models.spoken import as_said
from models.statement import says_something

VERIFIED = ", verified "
_QUOTED_WORDS = 30  # of the caller's own words on the card; the desk plays the rest
_ISSUE_LINES = 3

_IN_SHORT = {
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


def drafted(material: Material) -> dict[Part, list[BriefLine]]:
    return {
        Part.WHO: list(_who(material.caller)),
        Part.ISSUE: list(_issue(material)),
        Part.TRIED: [tried_line(attempt) for attempt in material.attempts],
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
    turns = telling(material)
    for turn in turns:
        words = material.transcript.turn(turn).text.split()
        cut = " ..." if len(words) > _QUOTED_WORDS else ""
        yield BriefLine(Part.ISSUE, f"\N{LEFT DOUBLE QUOTATION MARK}{' '.join(words[:_QUOTED_WORDS])}{cut}"
                        "\N{RIGHT DOUBLE QUOTATION MARK}", (turn,))  # fmt: skip
    if not turns and material.topic:
        yield topic_line(material, sentence(third_person(material.topic)))


def telling(material: Material) -> list[int]:
    """The turns that say what it is about: the first of them and the latest two, which may correct it."""
    last = material.transcript.last_turn
    turns = [
        turn
        for turn in dict.fromkeys(material.issue_turns)
        if 1 <= turn <= last and says_something(material.transcript.turn(turn).text)
    ]
    return turns if len(turns) <= _ISSUE_LINES else [turns[0], *turns[1 - _ISSUE_LINES :]]


def topic_line(material: Material, text: str) -> BriefLine:
    """A line about the topic, in our words; its values were said in the turns of the entities."""
    return BriefLine(Part.ISSUE, text, tuple(dict.fromkeys(entity.turn for entity in material.entities)), "topic")


def _next(material: Material) -> Iterable[BriefLine]:
    if material.next_step:
        yield BriefLine(Part.NEXT, material.next_step, record="procedure")
    if material.limits:
        yield BriefLine(Part.NEXT, f"Limits: {material.limits}", record="limits")


def tried_line(attempt: Attempt) -> BriefLine:
    receipt = f" (receipt {attempt.receipt})" if attempt.receipt else ""
    committed = "; committed" if attempt.committed else ""
    return BriefLine(Part.TRIED, f"{attempt.what}: {attempt.result}{receipt}{committed}", attempt.turns, "actions")


def _why(reason: Reason | None) -> Iterable[BriefLine]:
    if reason is None:
        return
    for evidence in reason.evidence or (in_short(reason),):
        yield BriefLine(Part.WHY, evidence, reason.turns, "escalation")


def _entity(entity: Entity) -> BriefLine:
    """The value as a person writes it, with the words it was read from."""
    value = as_said(entity.kind, entity.value)
    words = f", said \N{LEFT DOUBLE QUOTATION MARK}{entity.words}\N{RIGHT DOUBLE QUOTATION MARK}"
    label = entity.name.replace("_", " ")
    return BriefLine(Part.ENTITIES, f"{label}: {value}{words if entity.words != value else ''}", (entity.turn,))


def in_short(reason: Reason) -> str:
    """Why a person, in two or three words."""
    return _IN_SHORT.get(reason.trigger, reason.trigger.replace("_", " "))


def third_person(topic: str) -> str:
    plain = topic.strip().rstrip(".")
    for second, third in _THIRD_PERSON:
        if plain.casefold().startswith(second):
            plain = third + plain[len(second) :]
            break
    return plain.replace("your ", "their ").replace(" you want ", " they want ").replace(" you need ", " they need ")


def sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
