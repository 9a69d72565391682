"""What a caller takes back: "no, fifteen, not fifty", "not savings, checking", "I said Tuesday". Pure: from the values
held and the sentence to those that change.

A recogniser writes no commas, so where a denied value ends is told by the values held: in "not fifty fifteen" the fifty
is the fifty that we have.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from models.slots.misheard import FOUND_INSTEAD, twin
from models.slots.numbers import Token, tokens
from models.slots.reading import Found, candidates, read
from models.slots.spec import SlotSpec, SlotValue

_DENIES = re.compile(
    r"\b(?:not|isn't|wasn't|instead of|rather than|don't mean|didn't say|never said)\s+", re.IGNORECASE
)
_OBJECTS = re.compile(r"no\b(?! that's (?:right|it|correct|all|fine))", re.IGNORECASE)
_LEAD = frozenset(["the", "a", "an", "my", "on", "at", "in", "to", "from", "into", "it's", "for", "of", "that"])
_MOST_DENIED = 12  # words of one value; ten digits with "double" and "oh"


@dataclass(frozen=True, slots=True)
class Correction:
    """`changed`: slots with their new values; `denied`: slots whose value is wrong, and nothing was said instead."""

    changed: Mapping[str, SlotValue] = field(default_factory=dict)
    denied: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.changed or self.denied)


def corrects(text: str) -> bool:
    """Whether the caller takes something back ("no, I said fifteen"): behaviour that frustration looks at."""
    return bool(
        re.search(
            r"\bno[, ]+(?:i|it's|not|that|the|my)\b|\bi said\b|\bthat's (?:not|wrong)|\bnot what i\b",
            text,
            re.IGNORECASE,
        )
    )


def correct(
    old: Mapping[str, str], text: str, wanted: Sequence[SlotSpec], today: date, *, sure: Sequence[float] = ()
) -> Correction:
    """What `text` changes of the values `old` (slot → canonical value). Values that cannot be meant come with their
    problem: the caller is told, and nothing is guessed."""
    rest, denied = _without_denied(text, old, wanted, today)
    instead: dict[str, SlotValue] = {}
    for spec in wanted:
        if spec.name in denied:
            new = _instead(old[spec.name], denied[spec.name], rest, spec, today, sure)
            if new is not None:
                instead[spec.name] = new
    others = [spec for spec in wanted if spec.name not in denied]
    found = [*instead.values(), *sorted(read(rest, others, today, sure=sure), key=lambda value: -value.confidence)]
    changed = {
        value.name: value
        for at, value in enumerate(found)
        if value.value != old.get(value.name)
        and not any(_share(value, better) for better in found[:at])
        and not _twin_has(value, old, others)
    }
    if not changed and not denied and _OBJECTS.match(text):
        changed = _twins(found, old, wanted, today)
    return Correction(changed, tuple(name for name in denied if name not in instead))


def _twins(
    found: Sequence[SlotValue], old: Mapping[str, str], wanted: Sequence[SlotSpec], today: date
) -> dict[str, SlotValue]:
    """ "No, the thirteenth", heard as the thirtieth once more: who says no to a value does not repeat it."""
    of = {spec.name: spec for spec in wanted}
    for value in found:
        other = twin(value.words) if value.value == old.get(value.name) else None
        new = next(iter(read(other, [of[value.name]], today)), None) if other else None
        if new is not None and new.value != value.value and new.problem is None:
            return {new.name: replace(new, confidence=FOUND_INSTEAD)}
    return {}


def _without_denied(
    text: str, old: Mapping[str, str], wanted: Sequence[SlotSpec], today: date
) -> tuple[str, dict[str, str]]:
    """`text` with what it denies blanked out, and for each slot denied the words that did it."""
    denied: dict[str, str] = {}
    rest = text
    for found in _DENIES.finditer(text):
        said = [token for token in tokens(text) if token.start >= found.end()][:_MOST_DENIED]
        name, end = next(_held(text, said, old, wanted, today), (None, found.end()))
        if name is not None and name not in denied:
            denied[name] = text[found.end() : end]
            rest = rest[: found.start()] + "," + " " * (end - found.start() - 1) + rest[end:]
    return rest, denied


def _held(
    text: str, said: Sequence[Token], old: Mapping[str, str], wanted: Sequence[SlotSpec], today: date
) -> Iterator[tuple[str, int]]:
    """(slot, end in `text`) of the longest value right at the beginning of `said` that one of the slots holds, or of a
    digit that the number held has exactly once."""
    lead = next((at for at, token in enumerate(said) if token.text not in _LEAD), len(said))
    for last in range(len(said), lead, -1):
        part = text[said[0].start : said[last - 1].end]
        for spec in wanted:
            loose = replace(spec, length=None, check=None)
            for value, begin, end in candidates(part, loose, [loose], today):
                whole = begin <= said[lead].start - said[0].start and end == len(part)
                if whole and spec.name in old and _is(value, old[spec.name], spec):
                    yield spec.name, said[0].start + end


def _is(value: SlotValue, held: str, spec: SlotSpec) -> bool:
    return value.value == held or (spec.kind == "digits" and held.count(value.value) == 1)


def _instead(held: str, denied: str, rest: str, spec: SlotSpec, today: date, sure: Sequence[float]) -> SlotValue | None:
    """The value said in place of the denied one. Of a number, a part may be put right: "nine, not five"."""
    if spec.kind == "digits" and spec.length is not None:
        part = replace(spec, length=None, check=None)
        wrong = next((found[0].value for found in candidates(denied, part, [part], today)), held)
        right = [found[0] for found in _digits(rest, part, today)]
        if wrong != held and right and len(right[-1].value) == len(wrong) and held.count(wrong) == 1:
            number = held.replace(wrong, right[-1].value)
            fits = spec.check is None or spec.check.fits(number)
            return replace(right[-1], value=number, confidence=0.6) if fits else None
    return next((value for value in read(rest, [spec], today, sure=sure) if value.value != held), None)


def _digits(text: str, spec: SlotSpec, today: date) -> Iterator[Found]:
    """Runs of digits, a single one too."""
    for word in re.split(r"[^\w' ]+|\b(?:no|it's|its|is|the|i|said)\b", text, flags=re.IGNORECASE):
        yield from candidates(word.strip(), spec, [spec], today)


def _share(one: SlotValue, other: SlotValue) -> bool:
    """ "Four two nine five" is a number of four digits, and so no four dollars."""
    return one.words in other.words or other.words in one.words


def _twin_has(value: SlotValue, old: Mapping[str, str], wanted: Sequence[SlotSpec]) -> bool:
    """ "Checking", where the other account is checking: nothing new."""
    of = {spec.name: spec for spec in wanted}
    spec = of.get(value.name)
    twins = [one for one in wanted if one.name != value.name and spec and one.values and one.values == spec.values]
    uncued = value.confidence < 0.95
    return uncued and any(old.get(twin.name) == value.value for twin in twins)
