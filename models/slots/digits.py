"""Strings of digits as people say them: "double oh four, forty two, triple one", numerals and words mixed."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from models.slots.numbers import ONES, TEENS, TENS, Token

_DIGITS = {word: str(value) for word, value in ONES.items()} | {
    "oh": "0",
    "o": "0",
    "nought": "0",
    "naught": "0",
    "nil": "0",
}
_TIMES = {"double": 2, "triple": 3, "treble": 3, "quadruple": 4}
_BETWEEN = frozenset({"uh", "um", "er", "erm", "dash", "hyphen", "space", "then", "and", "dot", "point", "comma"})
_HEARD_AS = {
    "to": "2",
    "too": "2",
    "for": "4",
    "ate": "8",
    "won": "1",
    "tree": "3",
    "sex": "6",
    "fife": "5",
    "niner": "9",
}
_MOST_READINGS = 64  # of one run: enough for six ambiguous pairs


@dataclass(frozen=True, slots=True)
class Run:
    """Digits said in one go. `readings` begins with the likeliest; tokens `first`..`last` (exclusive) hold it."""

    readings: tuple[str, ...]
    first: int
    last: int


def runs(said: list[Token]) -> Iterator[Run]:
    """All maximal runs of digits, in order."""
    at = 0
    while at < len(said):
        pieces: list[tuple[str, ...]] = []
        place, end = at, at
        while place < len(said):
            piece = _piece(said, place, begun=bool(pieces))
            if piece is None:
                if pieces and said[place].text in _BETWEEN:
                    place += 1
                    continue
                break
            choices, place = piece
            pieces.append(choices)
            end = place
        if pieces:
            yield Run(_readings(pieces), at, end)
        at = max(end, at + 1)


def _readings(pieces: list[tuple[str, ...]]) -> tuple[str, ...]:
    found: list[str] = []
    for choice in product(*pieces):
        found.append("".join(choice))
        if len(found) == _MOST_READINGS:
            break
    return tuple(dict.fromkeys(found))


def _piece(said: list[Token], at: int, *, begun: bool) -> tuple[tuple[str, ...], int] | None:
    word, after = said[at].text, said[at + 1].text if at + 1 < len(said) else ""
    if word in _TIMES:
        repeated = _single(after)
        return ((repeated * _TIMES[word],), at + 2) if repeated else None
    if word in TENS:
        return _tens(said, at)
    if word in TEENS:
        return _with_hundred((str(TEENS[word]),), said, at + 1)
    if word.isdecimal() or word.replace(",", "").isdecimal():
        return (word.replace(",", ""),), at + 1
    if "." in word and len(word.rpartition(".")[2]) > 2 and word.replace(".", "").isdecimal():
        return (word.replace(".", ""),), at + 1  # "4242.4242" is no price
    if word == "o" and not begun and not _single(after):
        return None
    digit = _single(word)
    if digit:
        return _with_hundred((digit,), said, at + 1)
    if begun and word in _HEARD_AS and _continues(said, at + 1):
        return (_HEARD_AS[word],), at + 1
    return None


def _tens(said: list[Token], at: int) -> tuple[tuple[str, ...], int]:
    """ "forty two" is 42, or 40 and 2; "forty" alone is 40, or a 4 whose ending was misheard as nothing else."""
    tens = TENS[said[at].text]
    unit = _DIGITS.get(said[at + 1].text, "") if at + 1 < len(said) else ""
    if unit and unit != "0":
        return (str(tens + int(unit)), f"{tens}{unit}"), at + 2
    return (str(tens),), at + 1


def _with_hundred(choices: tuple[str, ...], said: list[Token], at: int) -> tuple[tuple[str, ...], int]:
    """ "four hundred" is 400, "nine thousand" 9000; what follows fills the zeros in the second reading."""
    zeros = {"hundred": "00", "thousand": "000"}.get(said[at].text if at < len(said) else "")
    if zeros is None:
        return choices, at
    return (*(choice + zeros for choice in choices), *choices), at + 1


def _single(word: str) -> str:
    return _DIGITS.get(word, word if len(word) == 1 and word.isdecimal() else "")


def _continues(said: list[Token], at: int) -> bool:
    return at < len(said) and (said[at].text in TENS or said[at].text in TEENS or bool(_single(said[at].text)))
