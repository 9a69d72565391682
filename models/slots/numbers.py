"""Numbers as people say them: tokens with their place in the text, cardinals ("eighty four"), ordinals ("third")."""

import re
from dataclasses import dataclass

ONES = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
}  # fmt: skip
TEENS = {
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19,
}  # fmt: skip
TENS = {
    "twenty": 20, "thirty": 30, "forty": 40, "fourty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80,
    "ninety": 90,
}  # fmt: skip
SCALES = {"thousand": 1000, "grand": 1000, "million": 1_000_000}
ORDINALS = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9,
    "tenth": 10, "eleventh": 11, "twelfth": 12, "thirteenth": 13, "fourteenth": 14, "fifteenth": 15, "sixteenth": 16,
    "seventeenth": 17, "eighteenth": 18, "nineteenth": 19, "twentieth": 20, "thirtieth": 30,
}  # fmt: skip

_TOKEN = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+\.\d+|\d+(?:st|nd|rd|th)\b|\d+|[^\W\d_]+(?:'[^\W\d_]+)*|[$€£%]")


@dataclass(frozen=True, slots=True)
class Token:
    """One word, numeral or sign; `start` and `end` are places in the text it came from."""

    text: str
    start: int
    end: int


def tokens(text: str) -> list[Token]:
    """Lower-case tokens of `text`. Hyphens part words, so "forty-two" is two tokens."""
    plain = text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    return [Token(found.group().casefold(), found.start(), found.end()) for found in _TOKEN.finditer(plain)]


def cardinal(said: list[Token], at: int) -> tuple[int, int] | None:
    """The whole number that begins at token `at`, and the token after it; None when none begins there.

    Stops where a second number begins: "eighty four twenty" is 84 and then 20.
    """
    total, place = 0, at
    part = _below_thousand(said, place)
    if part is None:
        return None
    while part is not None:
        value, place = part
        scale = SCALES.get(_word(said, place))
        if scale is None:
            return total + value, place
        total += value * scale
        place += 1
        part = _below_thousand(said, place + 1 if _word(said, place) == "and" else place)
    return total, place


def ordinal(said: list[Token], at: int) -> tuple[int, int] | None:
    """The day number ("third", "21st", "twenty first") at token `at`, and the token after it."""
    word = _word(said, at)
    if word in ORDINALS:
        return ORDINALS[word], at + 1
    if word[:-2].isdigit() and word[-2:] in ("st", "nd", "rd", "th"):
        return int(word[:-2]), at + 1
    last = ORDINALS.get(_word(said, at + 1), 99)
    if word in TENS and last < 10:
        return TENS[word] + last, at + 2
    return None


def _below_thousand(said: list[Token], at: int) -> tuple[int, int] | None:
    word = _word(said, at)
    if word in ("a", "an") and _word(said, at + 1) in ("hundred", *SCALES):
        value, place = 1, at + 1
    elif word == "hundred":  # "hundred and twelve"
        value, place = 1, at
    else:
        small = _below_hundred(said, at)
        if small is None:
            return None
        value, place = small
    if _word(said, place) != "hundred" or value == 0 or value > 99:
        return value, place
    value, place = value * 100, place + 1
    joined = place + 1 if _word(said, place) == "and" else place
    rest = _below_hundred(said, joined)
    return (value + rest[0], rest[1]) if rest is not None and rest[0] < 100 else (value, place)


def _below_hundred(said: list[Token], at: int) -> tuple[int, int] | None:
    word = _word(said, at)
    if word.isdecimal():
        return int(word), at + 1
    if word.replace(",", "").isdecimal():
        return int(word.replace(",", "")), at + 1
    if word in ONES:
        return ONES[word], at + 1
    if word in TEENS:
        return TEENS[word], at + 1
    if word in TENS:
        unit = ONES.get(_word(said, at + 1), 0)
        return (TENS[word] + unit, at + 2) if unit else (TENS[word], at + 1)
    return None


def _word(said: list[Token], at: int) -> str:
    return said[at].text if 0 <= at < len(said) else ""
