"""Amounts of money: "$84.20", "84 dollars 20", "eighty four twenty", "twelve hundred bucks", "two and a half grand"."""

from collections.abc import Iterator
from dataclasses import dataclass

from models.slots.numbers import Token, cardinal

_UNITS = frozenset({"dollar", "dollars", "buck", "bucks", "usd", "euro", "euros", "pound", "pounds"})
_SIGNS = frozenset("$€£")
_CENTS = frozenset({"cent", "cents", "penny", "pennies", "pence"})


@dataclass(frozen=True, slots=True)
class Amount:
    """`cents` in tokens `first`..`last` (exclusive); `named` when a currency was said."""

    cents: int
    first: int
    last: int
    named: bool


def amounts(said: list[Token]) -> Iterator[Amount]:
    """Everything that can be an amount, in order."""
    at = 0
    while at < len(said):
        found = _amount(said, at)
        if found is not None:
            yield found
        at = found.last if found is not None else at + 1


def _amount(said: list[Token], at: int) -> Amount | None:
    signed = said[at].text in _SIGNS
    start = at + 1 if signed else at
    number = _number(said, start)
    if number is None:
        return None
    cents, after = number
    word = _word(said, after)
    if word in _CENTS and not signed:
        return Amount(cents // 100, at, after + 1, named=True)
    named = signed or word in _UNITS
    if word in _UNITS:
        after += 1
    if cents % 100 == 0:
        added = _added_cents(said, after, named=named, wanted_word=not named)
        if added is not None:
            cents, after, named = cents + added[0], added[1], named or added[2]
    if _word(said, after) in _UNITS:  # "eighty four twenty dollars"
        after, named = after + 1, True
    return Amount(cents, at, after, named)


def _number(said: list[Token], at: int) -> tuple[int, int] | None:
    """Cents and the token after, for "84", "84.20", "1,250", "two and a half thousand", "one point five million"."""
    word = _word(said, at)
    plain = word.replace(",", "")
    if "." in plain and plain.replace(".", "", 1).isdecimal():
        value, after = float(plain), at + 1
    else:
        whole = cardinal(said, at)
        if whole is None:
            return None
        value, after = float(whole[0]), whole[1]
    if [_word(said, after + step) for step in range(3)] == ["and", "a", "half"]:
        value, after = value + 0.5, after + 3
    elif _word(said, after) == "point":
        tenth = cardinal(said, after + 1)
        if tenth is not None:
            value, after = float(f"{int(value)}.{tenth[0]}"), tenth[1]
    if value != int(value) or after == at + 1:
        scale = {"thousand": 1000, "grand": 1000, "k": 1000, "million": 1_000_000}.get(_word(said, after))
        if scale is not None:
            value, after = value * scale, after + 1
    return round(value * 100), after


def _added_cents(said: list[Token], at: int, *, named: bool, wanted_word: bool) -> tuple[int, int, bool] | None:
    """The "and twenty cents", "20" or "oh five" after the dollars."""
    place = at + 1 if _word(said, at) == "and" else at
    oh = _word(said, place) in ("oh", "o", "zero")
    part = cardinal(said, place + 1 if oh else place)
    if part is None or not 0 < part[0] < (10 if oh else 100):
        return None
    if _word(said, part[1]) in _CENTS:
        return part[0], part[1] + 1, True
    joined = place != at
    if joined or (not oh and part[0] < 10):  # "5 dollars and 3 ..." or "five 3" names something else
        return None
    return part[0], part[1], named or not wanted_word


def _word(said: list[Token], at: int) -> str:
    return said[at].text if 0 <= at < len(said) else ""
