"""How callers say amounts and days when they are asked for one, or put one right: enough of each kind that a language
model knows which words follow which. All of them would be millions.
"""

import random
from collections.abc import Iterator, Sequence

from models.slots.numbers import ONES, ORDINALS, TEENS, TENS

_SEED = 7
_OF_EACH = 60  # drawn of a kind that has thousands
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_BEFORE_A_DAY = ("", "on ", "this ", "next ", "this coming ", "a week from ", "two weeks from ")
_NEAR = (
    "today", "tomorrow", "tomorrow please", "the day after tomorrow", "in a week", "in two weeks", "a week from today",
    "a week from tomorrow", "two weeks from today", "the end of the month", "the first of the month",
    "the first of next month",
)  # fmt: skip


def below_hundred(number: int) -> str:
    """ "eighty four"."""
    small = {value: word for word, value in (ONES | TEENS).items()}
    if number in small:
        return small[number]
    tens = {value: word for word, value in TENS.items() if word != "fourty"}
    return " ".join(filter(None, (tens[number // 10 * 10], small[number % 10] if number % 10 else "")))


def ordinal(number: int) -> str:
    """ "twenty third", of a day in a month."""
    plain = {value: word for word, value in ORDINALS.items()}
    return plain.get(number) or f"{below_hundred(number // 10 * 10)} {plain[number % 10]}"


def amounts() -> tuple[str, ...]:
    draw = random.Random(_SEED)
    small = [below_hundred(number) for number in range(1, 100)]
    hundreds = [f"{below_hundred(number)} hundred" for number in range(1, 10)]
    whole = [*small[1:], *hundreds, "a hundred", "a thousand", *(f"{one} thousand" for one in small[:5])]
    said = [f"{number} {unit}" for number in whole for unit in ("dollars", "dollars", "bucks")]
    said += ["one dollar", "a hundred and fifty dollars"]
    said += _drawn(draw, "{} and {} dollars", hundreds, small)
    said += _drawn(draw, "{} {} dollars", hundreds, small)
    said += _drawn(draw, "{} dollars and {} cents", small, small)
    said += _drawn(draw, "{} hundred {} dollars and {} cents", small[:9], small, small)
    said += _drawn(draw, "{} {}", small[9:], small[9:])
    said += _drawn(draw, "{} thousand {} dollars", small[:5], hundreds)
    return tuple(dict.fromkeys(said))


def days() -> tuple[str, ...]:
    draw = random.Random(_SEED)
    numbers = [ordinal(number) for number in range(1, 32)]
    said = [f"{before}{day}" for day in _WEEKDAYS for before in _BEFORE_A_DAY]
    said += [
        f"{before}the {number}{after}" for number in numbers for before, after in (("", ""), ("", " of next month"))
    ]
    said += [f"in {below_hundred(number)} {span}" for number in range(2, 11) for span in ("days", "weeks")]
    said += [f"{month} {number}" for month in _MONTHS for number in draw.sample(numbers[:28], 8)]
    said += _drawn(draw, "the {} of {}", numbers[:28], _MONTHS)
    return tuple(dict.fromkeys([*_NEAR, *said]))


def _drawn(draw: random.Random, form: str, *parts: Sequence[str]) -> Iterator[str]:
    """Each part comes up equally often, or nearly."""
    columns = [draw.sample(list(part) * (_OF_EACH // len(part) + 1), _OF_EACH) for part in parts]
    for row in zip(*columns, strict=True):
        yield form.format(*row)
