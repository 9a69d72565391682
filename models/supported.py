"""Whether a line of a brief says only what its turns or its record say: every number, amount, date and name in it.

Numbers are compared by value, so "eighty four twenty", "84 dollars 20" and "$84.20" are the same.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from models.brief import BriefLine
from models.slots.amounts import amounts
from models.slots.dates import days
from models.slots.digits import runs
from models.slots.numbers import Token, cardinal, ordinal, tokens
from models.transcript import Transcript

_WORD = re.compile(r"[^\W\d_]+(?:['\N{RIGHT SINGLE QUOTATION MARK}-][^\W\d_]+)*")
_NO_NAMES = frozenset(
    {"I", "I'm", "I've", "I'd", "I'll", "PIN", "SSN", "OK", "AI", "TV", "ATM", "USD", "January", "February", "March"}
    | {"April", "May", "June", "July", "August", "September", "October", "November", "December", "Monday", "Tuesday"}
    | {"Wednesday", "Thursday", "Friday", "Saturday", "Sunday"}
)


@dataclass(frozen=True, slots=True)
class _Said:
    """All values that a text can be read to hold."""

    numbers: frozenset[str]
    words: frozenset[str]


def supported(line: BriefLine, transcript: Transcript, record: Mapping[str, str], today: date) -> bool:
    """False when `line` holds a number, amount, date or name that neither its turns nor its record field hold."""
    sources = [transcript.turn(turn).text for turn in line.turns if 1 <= turn <= transcript.last_turn]
    if line.record is not None and line.record in record:
        sources.append(record[line.record])
    said = _said(" . ".join(sources), today)
    numbers = all(not choices.isdisjoint(said.numbers) for choices in _claimed(line.text, today))
    return numbers and all(name.casefold() in said.words for name in _names(line.text))


def _said(text: str, today: date) -> _Said:
    words = tokens(text)
    found: set[str] = set()
    for amount in amounts(words):
        found.add(_money(amount.cents))
    for past in (False, True):
        found.update(day.day.isoformat() for day in days(words, today, past=past))
    for run in runs(words):
        found.update(run.readings)
        found.update(reading[-4:] for reading in run.readings)  # "card ending 4242"
    for at in range(len(words)):
        for number in (cardinal(words, at), ordinal(words, at)):
            if number is not None:
                found.add(str(number[0]))
    return _Said(frozenset(found), frozenset(word.casefold() for word in _WORD.findall(_straight(text))))


def _claimed(text: str, today: date) -> list[set[str]]:
    """For each number in `text` the ways it may stand in the evidence."""
    words = tokens(text)
    claims: list[set[str]] = []
    used: set[int] = set()
    for day in days(words, today, past=False):
        behind = {one.day.isoformat() for one in days(words, today, past=True) if one.first == day.first}
        claims.append({day.day.isoformat(), *behind})
        used.update(range(day.first, day.last))
    for amount in amounts(words):
        if amount.named or "." in words[amount.first].text:
            if used.isdisjoint(range(amount.first, amount.last)):
                claims.append({_money(amount.cents)})
            used.update(range(amount.first, amount.last))
    for run in runs(words):
        if used.isdisjoint(range(run.first, run.last)) and _counts(words, run.first, run.last):
            number = cardinal(words, run.first)
            whole = {str(number[0])} if number is not None and number[1] >= run.last else set()
            claims.append({*run.readings, *whole})
    return claims


def _counts(words: list[Token], first: int, last: int) -> bool:
    """ "one" alone is a pronoun more often than a number."""
    return not (last - first == 1 and words[first].text == "one")


def _names(text: str) -> list[str]:
    """Capitalised words: inside a sentence each is a name; at its beginning only before another one or "'s"."""
    found: list[str] = []
    plain = _straight(text)
    matches = list(_WORD.finditer(plain))
    for at, match in enumerate(matches):
        word = match.group()
        if not word[0].isupper() or word in _NO_NAMES:
            continue
        opens = (
            match.start() == 0 or plain[: match.start()].rstrip(" \"'\N{LEFT DOUBLE QUOTATION MARK}(")[-1:] in ".!?:;"
        )
        opens = opens or not plain[: match.start()].strip(" \"'\N{LEFT DOUBLE QUOTATION MARK}(")
        following = matches[at + 1].group() if at + 1 < len(matches) else ""
        close = at + 1 < len(matches) and plain[match.end() : matches[at + 1].start()] == " "
        if not opens or word.endswith("'s") or (close and following[:1].isupper() and following not in _NO_NAMES):
            found.append(word.removesuffix("'s"))
    return found


def _money(cents: int) -> str:
    return str(cents // 100) if cents % 100 == 0 else f"{cents // 100}.{cents % 100:02d}"


def _straight(text: str) -> str:
    return text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
