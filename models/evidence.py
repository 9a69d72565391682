"""All values that the sources of a line can be read to hold, each with its kind: 84 days bear out no 84 dollars."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from models.slots.amounts import amounts
from models.slots.dates import days
from models.slots.digits import runs
from models.slots.numbers import Token, cardinal, ordinal, tokens
from models.slots.times import times

Number = tuple[str, str]
"""Kind and value: ("money", "84.20 usd"), ("day", "2026-11-17"), ("plain", "42"), ("of week", "2"), ..."""

MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_ALSO_WORDS = frozenset({"may", "march", "august"})  # months only with a capital
_UNITS = {
    "%": "percent", "percent": "percent", "day": "day", "days": "day", "week": "week", "weeks": "week",
    "month": "month", "months": "month", "year": "year", "years": "year", "hour": "hour", "hours": "hour",
    "minute": "minute", "minutes": "minute", "time": "time", "times": "time",
}  # fmt: skip
_CURRENCIES = {
    "€": "eur", "euro": "eur", "euros": "eur", "£": "gbp", "pound": "gbp", "pounds": "gbp", "pence": "gbp",
}  # fmt: skip
_ENDING_OF = 8  # digits of a number whose last four may stand for it ("card ending 4242")
_WORD = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*")


@dataclass(frozen=True, slots=True)
class Evidence:
    numbers: frozenset[Number]
    words: frozenset[str]
    pairs: frozenset[tuple[str, str]]  # words that stand next to each other
    text: str  # lower case, words and numerals only, one blank between them

    def names(self, name: Sequence[str]) -> bool:
        """Whether all words of `name` are there, and together: Maria Lopez and Ana Silva make no Maria Silva."""
        words = [word.casefold() for word in name]
        return all(word in self.words for word in words) and all(pair in self.pairs for pair in pairwise(words))

    def quotes(self, quoted: str) -> bool:
        return bare(quoted) in self.text


def of(text: str, today: date) -> Evidence:
    words = tokens(text)
    alphabetic = [word.casefold() for word in _WORD.findall(text)]
    parted = [word.removesuffix("'s") for word in alphabetic]
    found = frozenset(_numbers(words, text, today)) | {("word", word) for word in alphabetic}
    return Evidence(
        found, frozenset([*alphabetic, *parted]), frozenset(pairwise(parted)) | frozenset(pairwise(alphabetic)),
        bare(text),
    )  # fmt: skip


def _numbers(words: list[Token], text: str, today: date) -> Iterator[Number]:
    for past in (False, True):
        for day in days(words, today, past=past):
            yield "day", day.day.isoformat()
            yield "month", str(day.day.month)
    for asked in (False, True):
        yield from (("time", clock(one.minutes)) for one in times(words, text, asked=asked))
    for amount in amounts(words):
        yield "plain", money(amount.cents)
        if not unit(words, amount.last):
            yield "money", f"{money(amount.cents)} {currency(words[amount.first : amount.last])}"
    for run in runs(words):
        readings = {*run.readings, *(one[-4:] for one in run.readings if len(one) >= _ENDING_OF)}
        for reading in readings:
            yield from _in_kind(reading, unit(words, run.last))
    for value, last in _cardinals(words):
        yield from _in_kind(str(value), unit(words, last))
    for at, token in enumerate(words):
        counted = ordinal(words, at)
        if counted is not None:
            yield "ordinal", str(counted[0])
        if (named := month(text, token)) is not None:
            yield "month", str(named)


def _in_kind(value: str, of_unit: str) -> Iterator[Number]:
    yield "plain", value
    if of_unit:
        yield f"of {of_unit}", value


def _cardinals(words: list[Token]) -> Iterator[tuple[int, int]]:
    """Each whole number once: "eighty four" holds no four."""
    at = 0
    while at < len(words):
        number = cardinal(words, at)
        if number is not None:
            yield number
        at = number[1] if number is not None else at + 1


def whole(words: list[Token], first: int, last: int) -> set[str]:
    """The digits in tokens `first`..`last` read as one number: "two hundred and five"."""
    number = cardinal(words, first)
    return {str(number[0])} if number is not None and number[1] >= last else set()


def unit(words: list[Token], at: int) -> str:
    """What the number before token `at` counts, in the singular; "" for money and for things."""
    return _UNITS.get(words[at].text, "") if at < len(words) else ""


def currency(words: Sequence[Token]) -> str:
    """An amount without a currency is in dollars, as callers say it here."""
    return next((_CURRENCIES[word.text] for word in words if word.text in _CURRENCIES), "usd")


def month(text: str, token: Token) -> int | None:
    """The month that a word names, if it does."""
    if token.text not in MONTHS or (token.text in _ALSO_WORDS and not text[token.start].isupper()):
        return None
    return MONTHS.index(token.text) + 1


def money(cents: int) -> str:
    return str(cents // 100) if cents % 100 == 0 else f"{cents // 100}.{cents % 100:02d}"


def clock(minutes: int) -> str:
    """The same in the morning and in the afternoon: callers rarely say which."""
    return f"{minutes % 720 // 60}:{minutes % 60:02d}"


def bare(text: str) -> str:
    words = re.findall(r"[^\W_]+", text.casefold().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").replace("'", ""))
    return " ".join(words)
