"""Several slots from one sentence. A later correction beats what stands before it ("fifteen, no, fifty")."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date

from models.slots.amounts import amounts
from models.slots.dates import days, impossible
from models.slots.digits import runs
from models.slots.listed import Listed, listed
from models.slots.misheard import heard_words, other_number
from models.slots.names import read_name
from models.slots.numbers import Token, tokens
from models.slots.spec import Problem, SlotSpec, SlotValue
from models.slots.times import times
from models.slots.yes_no import read_yes_no

MOST_CHARACTERS = 2000  # of one utterance; two minutes of talk without a pause

_CORRECTION = re.compile(
    r"\b(?:no wait|no sorry|no no|sorry|i meant?|actually|correction|make that|scratch that|no i said|no)\b[,.]?\s+",
    re.IGNORECASE,
)
_NOT_THIS = re.compile(
    r"[,.]?\s*\b(?:not|rather than|instead of)\s+(?:the |on |at |from |to )?[\w$.:' -]{2,30}$", re.IGNORECASE
)
_COUNT_WORDS = re.compile(  # "the last four are 4242": this four is no digit
    r"\b(?:last|first|final) (?:four|4|three|3|six|6)(?: digits| numbers)?(?: (?:is|are|of))?\b"
    r"|\bthis one\b|\bone (?:moment|second|sec|more)\b",
    re.IGNORECASE,
)

UNFIT = 0.3  # confidence in a value that cannot be meant
Found = tuple[SlotValue, int, int]  # with the span of characters it was read from


def read(
    text: str,
    wanted: Sequence[SlotSpec],
    today: date,
    *,
    sure: Sequence[float] = (),
    alternatives: Sequence[str] = (),
) -> list[SlotValue]:
    """The values of `wanted` found in `text`, in their order, each at most once.

    `sure`: the recogniser's confidence in each word of `text`; `alternatives`: what else it may have been. Of a number
    that does not fit, the first alternative that does is taken, as one to read back.
    """
    text = text[:MOST_CHARACTERS]
    values: dict[str, SlotValue] = {}
    for spec in wanted:
        answer = read_yes_no(text) if spec.kind == "yes_no" else None
        if answer is not None:
            values[spec.name] = SlotValue(spec.name, spec.kind, *answer)
    for part in _parts(text):
        taken: list[tuple[int, int]] = []
        for spec in wanted:
            known = values[spec.name].confidence if spec.name in values else 0.0
            if spec.kind == "yes_no" or known >= 0.5:
                continue
            free = (found for found in _ranked(part, spec, wanted, today) if not _overlaps(found, taken))
            found = next(free, None)
            if found is None or found[0].confidence <= known:
                continue
            values[spec.name] = found[0]
            taken.append((found[1], found[2]))
    fitting = [values[spec.name] for spec in wanted if spec.name in values]
    heard = [replace(value, heard=heard_words(text, value.words, sure)) for value in fitting]
    specs = {spec.name: spec for spec in wanted}
    return [other_number(value, specs[value.name], text, alternatives, sure) for value in heard]


def candidates(text: str, spec: SlotSpec, wanted: Sequence[SlotSpec], today: date) -> list[Found]:
    """Everything in `text` that could be a value of `spec`, in the order said."""
    if spec.kind == "yes_no":
        return []
    return sorted(_READERS[spec.kind](text, spec, wanted, today), key=lambda found: found[1])


def _parts(text: str) -> Iterator[str]:
    """What follows the last correction first, then what stood before it; what is called wrong is left out."""
    cuts = [found.end() for found in _CORRECTION.finditer(text)]
    for start in [*reversed(cuts), 0]:
        part = _NOT_THIS.sub("", text[start:])
        yield part if part.strip() else text[start:]


def _overlaps(found: Found, taken: list[tuple[int, int]]) -> bool:
    """Two slots may not rest on the same words."""
    return any(found[1] < end and begin < found[2] for begin, end in taken)


def _ranked(text: str, spec: SlotSpec, wanted: Sequence[SlotSpec], today: date) -> list[Found]:
    return sorted(_READERS[spec.kind](text, spec, wanted, today), key=lambda found: -found[0].confidence)


def _value(
    spec: SlotSpec,
    value: str,
    text: str,
    said: list[Token],
    first: int,
    last: int,
    confidence: float,
    problem: Problem | None = None,
) -> Found:
    begin, end = said[first].start, said[last - 1].end
    sure = UNFIT if problem else round(confidence, 3)
    return SlotValue(spec.name, spec.kind, value, text[begin:end], sure, problem=problem), begin, end


def _digits(text: str, spec: SlotSpec, wanted: Sequence[SlotSpec], today: date) -> Iterator[Found]:
    masked = _COUNT_WORDS.sub(lambda found: " " * len(found.group()), text)
    said = tokens(masked)
    for run in runs(said):
        whole = run.first == 0 and run.last == len(said)
        best = run.readings[0]
        if spec.length is None:
            if len(best) > 1 or whole:
                yield _value(spec, best, text, said, run.first, run.last, 0.8)
            continue
        fitting = [one for one in run.readings if len(one) == spec.length]
        if spec.check is not None:
            fitting = [one for one in fitting if spec.check.fits(one)] or fitting
        if fitting:
            sure = 0.95 if fitting[0] == best else 0.8
            wrong = None if spec.check is None or spec.check.fits(fitting[0]) else Problem.CHECK
            yield _value(spec, fitting[0], text, said, run.first, run.last, sure, wrong)
        elif len(best) > 1:
            wrong = Problem.TOO_FEW if len(best) < spec.length else Problem.TOO_MANY
            yield _value(spec, best, text, said, run.first, run.last, UNFIT, wrong)


def _amount(text: str, spec: SlotSpec, wanted: Sequence[SlotSpec], today: date) -> Iterator[Found]:
    said = tokens(text)
    for amount in amounts(said):
        value = amount.cents / 100
        wrong = None
        if spec.least is not None and value < spec.least:
            wrong = Problem.TOO_LITTLE
        elif spec.most is not None and value > spec.most:
            wrong = Problem.TOO_MUCH
        alone = amount.last - amount.first >= len(said) - 2
        sure = 0.95 if amount.named else 0.7 if alone else 0.55
        written = f"{amount.cents // 100}.{amount.cents % 100:02d}"
        yield _value(spec, written, text, said, amount.first, amount.last, sure, wrong)


def _date(text: str, spec: SlotSpec, wanted: Sequence[SlotSpec], today: date) -> Iterator[Found]:
    said = tokens(text)
    for day in days(said, today, past=spec.past):
        yield _value(spec, day.day.isoformat(), text, said, day.first, day.last, day.confidence)
    for no_day in impossible(said):
        yield _value(spec, no_day.written, text, said, no_day.first, no_day.last, UNFIT, Problem.NO_SUCH_DAY)


def _time(text: str, spec: SlotSpec, wanted: Sequence[SlotSpec], today: date) -> Iterator[Found]:
    said = tokens(text)
    bare = not any(other.kind in ("amount", "digits") for other in wanted)
    for clock in times(said, text, asked=bare):
        yield _value(spec, str(clock), text, said, clock.first, clock.last, clock.confidence)


def _list(text: str, spec: SlotSpec, wanted: Sequence[SlotSpec], today: date) -> Iterator[Found]:
    said = tokens(text)
    rivals = [
        other for other in wanted if other.name != spec.name and other.kind == "list" and other.values == spec.values
    ]
    named = [one for other in wanted if other.kind == "list" and other not in (spec, *rivals)
             for one in listed(said, other.values) if one.exact]  # fmt: skip
    for found in listed(said, spec.values):
        if not found.exact and any(found.first < one.last and one.first < found.last for one in named):
            continue  # "a bit of sugar" is like "a bit of cream", but it is sugar
        owner = _cued(said, found, [spec, *rivals])
        if owner is None or owner == spec.name:
            sure = found.confidence if owner or not rivals else min(found.confidence, 0.6)
            yield _value(spec, found.value, text, said, found.first, found.last, sure)


def _cued(said: list[Token], found: Listed, rivals: list[SlotSpec]) -> str | None:
    """The slot whose cue stands nearest before `found`, at most four words back."""
    for at in range(found.first - 1, max(-1, found.first - 5), -1):
        for spec in rivals:
            if said[at].text in spec.cues:
                return spec.name
    return None


def _name(text: str, spec: SlotSpec, wanted: Sequence[SlotSpec], today: date) -> Iterator[Found]:
    said = tokens(text)
    for one in listed(said, spec.values, by_sound=True):
        yield _value(spec, one.value, text, said, one.first, one.last, one.confidence)
    named = read_name(text)
    if named is not None and not spec.values:
        yield SlotValue(spec.name, spec.kind, named[0], named[1], named[2]), 0, 0


_READERS: dict[str, Callable[[str, SlotSpec, Sequence[SlotSpec], date], Iterator[Found]]] = {
    "digits": _digits,
    "amount": _amount,
    "date": _date,
    "time": _time,
    "list": _list,
    "name": _name,
}
