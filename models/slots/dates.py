"""Days and times of day as people say them, reckoned from a given today. Closed rules, no guessing: what is not here
is not a date. A day that does not exist (the thirtieth of February) is none. Our own, since dateparser 1.5 reads 10 of
the 24 spoken days ahead in the tests: it is made for figures.
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
_WHICH_MONTH = {"next": 1, "this": 0, "the": 0, "last": -1}
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


@dataclass(frozen=True, slots=True)
class NoDay:
    """A day that no calendar has, as it was meant: "02-30"."""

    written: str
    first: int
    last: int


def impossible(said: list[Token]) -> Iterator[NoDay]:
    """Days that do not exist: "the thirtieth of February", "June thirty-first", "the forty-fifth of May"."""
    at = 0
    while at < len(said):
        found = _no_day(said, at)
        if found is not None:
            yield found
        at = found.last if found is not None else at + 1


def _no_day(said: list[Token], at: int) -> NoDay | None:
    found = _month_and_number(said, at)
    if found is None or 1 <= found[1] <= _longest(found[0]):
        return None
    return NoDay(f"{found[0]:02d}-{found[1]:02d}", at, found[2])


def days(said: list[Token], today: date, *, past: bool) -> Iterator[Day]:
    """Every day named in `said`, in order."""
    at = 0
    while at < len(said):
        none = _no_day(said, at)  # "thirty first of april" holds no first of april
        found = none or _day(said, at, today, past=past)
        if isinstance(found, Day):
            yield found
        at = found.last if found is not None else at + 1


def _day(said: list[Token], at: int, today: date, *, past: bool) -> Day | None:
    for rule in (_relative, _from_a_day, _counted, _of_a_month, _weekday, _written, _month_day):
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
    found = _span(said, start)
    if found is None:
        return None
    shift, end = found
    if _word(said, end) == "ago":
        return Day(today - timedelta(shift), at, end + 1, 0.9)
    if _word(said, end) == "from" and _word(said, end + 1) in ("now", "today"):
        return Day(today + timedelta(shift), at, end + 2, 0.9)
    return Day(today + timedelta(shift), at, end, 0.9) if ahead else None


def _from_a_day(said: list[Token], at: int, today: date, past: bool) -> Day | None:
    """ "a week from tuesday", "two weeks from the third", "tuesday week"."""
    counted = _span(said, at)
    if counted is not None and _word(said, counted[1]) in ("from", "after", "on"):
        base = _day(said, counted[1] + 1, today, past=False)
        return None if base is None else Day(base.day + timedelta(counted[0]), at, base.last, min(base.confidence, 0.8))
    named = _weekday(said, at, today, past)
    if named is not None and _word(said, named.last) == "week" and _word(said, at) in _WEEKDAYS:
        return Day(named.day + timedelta(7), at, named.last + 1, 0.8)
    return None


def _of_a_month(said: list[Token], at: int, today: date, past: bool) -> Day | None:
    """ "the fifteenth of next month", "the first of the month", "the end of this month", "the last day of april"."""
    start = at + 1 if _word(said, at) == "the" else at
    last = _last_day(said, start)
    number = (31, last) if last else ordinal(said, start)
    if number is None or _word(said, number[1]) != "of":
        return None
    place = number[1] + 1
    which, month = _word(said, place), _month(_word(said, place))
    if last and month:
        year = today.year + (month < today.month and not past) - (month > today.month and past)
        return Day(_month_end(year, month), at, place + 1, 0.85)
    if which not in _WHICH_MONTH or _word(said, place + 1) != "month":
        return None
    moved = today.month - 1 + _WHICH_MONTH[which]
    year, month = today.year + moved // 12, moved % 12 + 1
    if last:
        return Day(_month_end(year, month), at, place + 2, 0.85)
    found = _real(year, month, number[0], at, place + 2, 0.9)
    if found is not None and which == "the" and (found.day > today if past else found.day < today):
        return _nearest_day(number[0], at, place + 2, today, past=past)
    return found


def _last_day(said: list[Token], at: int) -> int | None:
    """The token after "end" or "last day"."""
    if _word(said, at) == "end":
        return at + 1
    return at + 2 if _word(said, at) == "last" and _word(said, at + 1) == "day" else None


def _month_end(year: int, month: int) -> date:
    return date(year + month // 12, month % 12 + 1, 1) - timedelta(1)


def _span(said: list[Token], at: int) -> tuple[int, int] | None:
    """(days, token after) of "a week", "two weeks", "ten days"."""
    number = (1, at + 1) if _word(said, at) in ("a", "an", "one") else cardinal(said, at)
    if number is None or _word(said, number[1]) not in _SPANS or number[0] * 7 > 3660:
        return None
    return number[0] * _SPANS[_word(said, number[1])], number[1] + 1


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


def _month_and_number(said: list[Token], at: int) -> tuple[int, int, int] | None:
    """(month, number, token after) of "february thirtieth", "the thirtieth of february"."""
    month = _month(_word(said, at))
    if month:
        number = ordinal(said, at + 2 if _word(said, at + 1) == "the" else at + 1) or cardinal(said, at + 1)
        return (month, number[0], number[1]) if number is not None and number[0] <= 99 else None
    start = at + 1 if _word(said, at) == "the" else at
    number = ordinal(said, start)
    if number is None:
        return None
    place = number[1] + 1 if _word(said, number[1]) == "of" else number[1]
    month = _month(_word(said, place))
    return (month, number[0], place + 1) if month else None


def _longest(month: int) -> int:
    return 29 if month == 2 else 30 if month in (4, 6, 9, 11) else 31


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
