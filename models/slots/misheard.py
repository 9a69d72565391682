"""What a number may have been instead: the recogniser's own alternatives, or a digit taken for one that sounds like it.

Only a number that cannot be meant (a wrong length, a check digit that does not fit) is looked at again, and what is
found instead is never sure: it is read back.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from models.slots.digits import runs
from models.slots.numbers import tokens
from models.slots.spec import SlotSpec, SlotValue

FOUND_INSTEAD = 0.6  # confidence: it fits what was asked for, and is worth reading back
_SOUNDS_LIKE = {
    "0": "4", "1": "9", "2": "30", "3": "2", "4": "05", "5": "914", "6": "8", "7": "6", "8": "36", "9": "15",
}  # fmt: skip
"""Digits by telephone: the most frequent errors of pocketsphinx in 300 numbers of six synthetic voices, with those that
are known of people ("five" and "nine", "one" and "nine")."""
_TWINS = {
    f"{ten}{one}": f"{ten}{other}"
    for ten in ("thir", "four", "for", "fif", "six", "seven", "eigh", "nine")
    for one, other in (("teen", "ty"), ("ty", "teen"), ("teenth", "tieth"), ("tieth", "teenth"))
} | {
    "fourteen": "forty",
    "forty": "fourteen",
    "fourteenth": "fortieth",
    "fortieth": "fourteenth",
    "tuesday": "thursday",
    "thursday": "tuesday",
}
"""Words that even people take for each other by telephone."""
_LEAST_SURE = 2  # digits of a number that may be the misheard one


def heard_words(text: str, words: str, sure: Sequence[float]) -> float:
    """How sure the recogniser was of `words`, where it said so for each word of `text`: their mean."""
    places = _places(text, words)
    if not places or len(sure) != len(text.split()):
        return 1.0
    return round(sum(sure[at] for at in places) / len(places), 3)


def other_number(
    value: SlotValue, spec: SlotSpec, text: str, alternatives: Sequence[str], sure: Sequence[float]
) -> SlotValue:
    """`value`, or in place of a number that cannot be meant the likeliest that can."""
    if spec.kind != "digits" or spec.length is None or value.problem is None:
        return value
    fitting = (digits for other in alternatives for digits in _numbers(other) if _fits(digits, spec))
    found = next(fitting, None)
    if found is None and spec.check is not None and len(value.value) == spec.length:
        found = _one_digit_off(value, spec, text, sure)
    return value if found is None else replace(value, value=found, confidence=FOUND_INSTEAD, problem=None)


def twin(words: str) -> str | None:
    """`words` with the one that is easily taken for another replaced by that; None without such a word."""
    said = words.casefold().split()
    doubted = [at for at, word in enumerate(said) if word in _TWINS]
    if len(doubted) != 1:
        return None
    return " ".join(_TWINS[word] if at == doubted[0] else word for at, word in enumerate(said))


def _fits(digits: str, spec: SlotSpec) -> bool:
    return len(digits) == spec.length and (spec.check is None or spec.check.fits(digits))


def _numbers(text: str) -> Iterator[str]:
    for run in runs(tokens(text)):
        yield from run.readings


def _one_digit_off(value: SlotValue, spec: SlotSpec, text: str, sure: Sequence[float]) -> str | None:
    """The only number that fits when one of the least sure digits was another; None where two fit, or nothing is known
    of how sure each was."""
    places = _places(text, value.words)
    if len(places) != len(value.value) or len(sure) != len(text.split()):
        return None
    doubted = sorted(range(len(places)), key=lambda at: sure[places[at]])[:_LEAST_SURE]
    found = {
        changed
        for at in doubted
        for digit in _SOUNDS_LIKE[value.value[at]]
        if _fits(changed := value.value[:at] + digit + value.value[at + 1 :], spec)
    }
    return found.pop() if len(found) == 1 else None


def _places(text: str, words: str) -> range:
    """Which words of `text` are `words`, where they stand together in it; the last such place."""
    begin = text.rfind(words) if words else -1
    if begin < 0:
        return range(0)
    first = len(text[:begin].split())
    return range(first, first + len(words.split()))
