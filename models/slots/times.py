"""Times of day as people say them: "ten thirty am", "half past two", "noon", "9:15"."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from models.slots.numbers import ONES, TEENS, TENS, Token, cardinal

_HALVES = {"am": "am", "pm": "pm", "a": "am", "p": "pm"}
_PARTS = {"morning": "am", "afternoon": "pm", "evening": "pm", "tonight": "pm", "night": "pm"}
_NO_HOURS = frozenset(
    [
        "hundred",
        "thousand",
        "dollars",
        "bucks",
        "cents",
        "days",
        "weeks",
        "months",
        "years",
        "times",
        "minutes",
        "hours",
    ]
)
_STEPS = {"quarter": 15, "half": 30, "ten": 10, "twenty": 20, "five": 5}


@dataclass(frozen=True, slots=True)
class Clock:
    """Minutes after midnight in tokens `first`..`last` (exclusive)."""

    minutes: int
    first: int
    last: int
    confidence: float

    def __str__(self) -> str:
        return f"{self.minutes // 60:02d}:{self.minutes % 60:02d}"


def times(said: list[Token], text: str, *, asked: bool) -> Iterator[Clock]:
    """Every time of day in `said`. A bare number is one only when a time was `asked` for."""
    part = next((_PARTS[token.text] for token in said if token.text in _PARTS), None)
    at = 0
    while at < len(said):
        found = _time(said, at, text, asked=asked)
        if found is not None:
            yield _in_half(said, found, part)
        at = found.last if found is not None else at + 1


def _time(said: list[Token], at: int, text: str, *, asked: bool) -> Clock | None:
    word = _word(said, at)
    if word in ("noon", "midday", "midnight"):
        return Clock(0 if word == "midnight" else 720, at, at + 1, 0.95)
    stepped = _stepped(said, at)
    if stepped is not None:
        return stepped
    hour = _hour(said, at)
    if hour is None:
        return None
    after = at + 1
    if _word(said, after) in ("o'clock", "oclock"):
        return Clock(hour * 60, at, after + 1, 0.9)
    minute = _minute(said, after)
    end = minute[1] if minute is not None else after
    half = _half(said, end)
    begun = _word(said, at - 1) in ("at", "around", "about", "after", "before", "by")
    written = after < len(said) and text[said[at].end : said[after].start] == ":"
    if half is None and not (asked or written or (begun and minute is not None)):
        return None
    if _word(said, end) in _NO_HOURS:
        return None
    sure = 0.9 if half or written else 0.8 if begun else 0.75
    return Clock(hour * 60 + (minute[0] if minute is not None else 0), at, end, sure)


def _stepped(said: list[Token], at: int) -> Clock | None:
    """ "half past two", "quarter to nine", "twenty past four"."""
    start = at + 1 if _word(said, at) == "a" else at
    step, way = _STEPS.get(_word(said, start)), _word(said, start + 1)
    hour = _hour(said, start + 2)
    if step is None or hour is None or way not in ("past", "after", "to", "of", "till"):
        return None
    minutes = hour * 60 + step if way in ("past", "after") else hour * 60 - step
    return Clock(minutes % 1440, at, start + 3, 0.9)


def _hour(said: list[Token], at: int) -> int | None:
    word = _word(said, at)
    if word.isdecimal() and len(word) <= 2:
        return int(word) if int(word) < 24 else None
    value = ONES.get(word, TEENS.get(word))
    return value if value is not None and 1 <= value <= 12 else None


def _minute(said: list[Token], at: int) -> tuple[int, int] | None:
    word = _word(said, at)
    if word in ("oh", "o") and _word(said, at + 1) in ONES:
        return ONES[_word(said, at + 1)], at + 2
    if (word.isdecimal() and len(word) == 2) or word in TENS or word in TEENS:
        found = cardinal(said, at)
        return found if found is not None and 0 <= found[0] < 60 else None
    return None


def _half(said: list[Token], at: int) -> str | None:
    word, after = _word(said, at), _word(said, at + 1)
    if word in ("a", "p"):
        return _HALVES[word] if after == "m" else None
    return _HALVES.get(word)


def _in_half(said: list[Token], clock: Clock, part: str | None) -> Clock:
    """Puts a twelve-hour time into the half that was said; unsaid, into office hours (7 to 18)."""
    half = _half(said, clock.last)
    end = clock.last + (2 if half and _word(said, clock.last) in ("a", "p") else 1 if half else 0)
    hours, minutes = divmod(clock.minutes, 60)
    half = half or part
    if hours > 12 or _word(said, clock.first) in ("noon", "midday", "midnight"):
        return replace(clock, last=end)
    if half is not None:
        hours = hours % 12 + (12 if half == "pm" else 0)
        return replace(clock, minutes=hours * 60 + minutes, last=end, confidence=max(clock.confidence, 0.9))
    return replace(clock, minutes=(hours + 12 if 1 <= hours < 7 else hours) * 60 + minutes, last=end)


def _word(said: list[Token], at: int) -> str:
    return said[at].text if 0 <= at < len(said) else ""
