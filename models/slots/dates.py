"""Days and times of day as people say them, reckoned from a given today. Closed rules, no guessing: what is not here
is not a date. A day that does not exist (the thirtieth of February) is none.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from models.slots.numbers import Token, cardinal, ordinal

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_SHORT = {name[:3]: number for number, name in enumerate(_MONTHS, 1) if name != "may"} | {"sept": 9}
_SPANS = {"day": 1, "days": 1, "week": 7, "weeks": 7, "fortnight": 14}


def _by_first_word(shifts: dict[str, int]) -> dict[str, list[tuple[list[str], int]]]:
    found: dict[str, list[tuple[list[str], int]]] = {}
    for phrase, shift in shifts.items():
        found.setdefault(phrase.split()[0], []).append((phrase.split(), shift))
    return found


_RELATIVE = _by_first_word(
    {
        "the day after tomorrow": 2, "day after tomorrow": 2, "the day before yesterday": -2,
        "day before yesterday": -2, "tomorrow": 1, "yesterday": -1, "today": 0, "tonight": 0, "last night": -1,
        "this morning": 0, "this afternoon": 0, "this evening": 0,
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Day:
    """A day in tokens `first`..`last` (exclusive), and how sure its words leave us which one is meant."""

    day: date
    first: int
    last: int
    confidence: float


def days(said: list[Token], today: date, *, past: bool) -> Iterator[Day]:
    """Every day named in `said`, in order."""
    at = 0
    while at < len(said):
        found = _day(said, at, today, past=past)
        if found is not None:
            yield found
        at = found.last if found is not None else at + 1


def _day(said: list[Token], at: int, today: date, *, past: bool) -> Day | None:
    for rule in (_relative, _counted, _weekday, _written, _month_day):
        found = rule(said, at, today, past)
        if found is not None:
            return found
    return None


def _relative(said: list[Token], at: int, today: date, past: bool) -> Day | None:
    for phrase, shift in _RELATIVE.get(said[at].text, ()):
        end = at + len(phrase)
        if [_word(said, place) for place in range(at, end)] == phrase:
            return Day(today + timedelta(shift), at, end, 0.95)
    return None


def _counted(said: list[Token], at: int, today: date, past: bool) -> Day | None:
    """ "in three days", "two weeks ago", "a week from today"."""
    ahead = _word(said, at) == "in"
    start = at + 1 if ahead else at
    number = (1, start + 1) if _word(said, start) in ("a", "an", "one") else cardinal(said, start)
    if number is None or _word(said, number[1]) not in _SPANS:
        return None
    end = number[1] + 1
    shift = number[0] * _SPANS[_word(said, number[1])]
    if shift > 3660:
        return None
    if _word(said, end) == "ago":
        return Day(today - timedelta(shift), at, end + 1, 0.9)
    if _word(said, end) == "from" and _word(said, end + 1) in ("now", "today"):
        return Day(today + timedelta(shift), at, end + 2, 0.9)
    return Day(today + timedelta(shift), at, end, 0.9) if ahead else None


def _weekday(said: list[Token], at: int, today: date, past: bool) -> Day | None:
    """ "monday" is the nearest one ahead (or behind); "next tuesday" said before this week's Tuesday means next week's,
    but not to everyone: worth confirming."""
    before = _word(said, at) if _word(said, at) in ("next", "last", "this", "coming") else ""
    name = _word(said, at + 1) if before else _word(said, at)
    name = name.removesuffix("'s") if name.removesuffix("'s") in _WEEKDAYS else name.removesuffix("s")
    if name not in _WEEKDAYS:
        return None
    ahead = (_WEEKDAYS.index(name) - today.weekday()) % 7
    end = at + 2 if before else at + 1
    if before == "last" or (past and before != "next"):
        behind = (7 - ahead) % 7 or 7
        sure = 0.9 if before == "last" or behind < 7 else 0.7
        return Day(today - timedelta(behind), at, end, sure)
    if before == "next":
        later = ahead + 7 if today.weekday() + ahead < 7 else ahead
        return Day(today + timedelta(later or 7), at, end, 0.7)
    return Day(today + timedelta(ahead or (0 if before == "this" else 7)), at, end, 0.9 if ahead else 0.7)


def _written(said: list[Token], at: int, today: date, past: bool) -> Day | None:
    """2026-05-03 and 5/3 or 5/3/2026 (month first), as numerals that stand next to each other."""
    numbers: list[int] = []
    place = at
    while place < len(said) and said[place].text.isdecimal() and len(numbers) < 3:
        if numbers and said[place].start != said[place - 1].end + 1:
            break
        numbers.append(int(said[place].text))
        place += 1
    if len(numbers) == 3 and numbers[0] > 31:
        return _real(numbers[0], numbers[1], numbers[2], at, place, 0.95)
    if len(numbers) == 3 and numbers[0] <= 12:
        year = numbers[2] + 2000 if numbers[2] < 100 else numbers[2]
        return _real(year, numbers[0], numbers[1], at, place, 0.9)
    return None


def _month_day(said: list[Token], at: int, today: date, past: bool) -> Day | None:
    """ "may third", "3 may 2026", "the third of may", and "the third" alone: the nearest one in the right direction."""
    month = _month(_word(said, at))
    if month:
        start = at + 2 if _word(said, at + 1) == "the" else at + 1
        number = ordinal(said, start) or cardinal(said, start)
        if number is None or number[0] > 31:
            return None
        return _with_year(said, at, number[1], month, number[0], today, past)
    the = _word(said, at) == "the"
    start = at + 1 if the else at
    ordered = ordinal(said, start)
    number = ordered or cardinal(said, start)
    if number is None or not 1 <= number[0] <= 31:
        return None
    place = number[1] + 1 if _word(said, number[1]) == "of" else number[1]
    month = _month(_word(said, place))
    may_be = _word(said, place) != "may" or ordered or the or place + 1 == len(said)  # "five may not do" is no date
    if month and may_be:
        return _with_year(said, at, place + 1, month, number[0], today, past)
    if ordered and the and not _word(said, number[1]).startswith(("time", "one", "call", "person", "party", "day")):
        return _nearest_day(number[0], at, number[1], today, past=past)
    return None


def _with_year(said: list[Token], at: int, end: int, month: int, day: int, today: date, past: bool) -> Day | None:
    year = cardinal(said, end)
    if year is not None and 1900 <= year[0] <= 2200:
        return _real(year[0], month, day, at, year[1], 0.95)
    if year is not None and year[0] == 20 and 0 <= (short := cardinal(said, year[1]) or (-1, 0))[0] < 100:
        return _real(2000 + short[0], month, day, at, short[1], 0.9)
    found = _real(today.year, month, day, at, end, 0.9)
    candidates = [_real(today.year + step, month, day, at, end, 0.9) for step in (-1, 1)] + [found]
    right = [one for one in candidates if one is not None and (one.day <= today if past else one.day >= today)]
    return min(right, key=lambda one: abs((one.day - today).days), default=None)


def _nearest_day(day: int, at: int, end: int, today: date, *, past: bool) -> Day | None:
    """The next (or last) day with this number in its month."""
    year, month = today.year, today.month
    for _ in range(3):
        found = _real(year, month, day, at, end, 0.8)
        if found is not None and (found.day <= today if past else found.day >= today):
            return found
        month += -1 if past else 1
        year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    return None


def _real(year: int, month: int, day: int, at: int, end: int, confidence: float) -> Day | None:
    try:
        return Day(date(year, month, day), at, end, confidence)
    except ValueError:  # no such day
        return None


def _month(word: str) -> int | None:
    return _MONTHS.index(word) + 1 if word in _MONTHS else _SHORT.get(word)


def _word(said: list[Token], at: int) -> str:
    return said[at].text if 0 <= at < len(said) else ""
