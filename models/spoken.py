"""How a value sounds and how long a text takes to say, known before any voice speaks it."""

import re
from datetime import date

WORDS_A_MINUTE = 150  # of the voices we ship at their normal rate; also the survey's figure for a spoken brief
_NUMBER = re.compile(r"\$?\d[\d,]*(?:\.\d+)?")


def spoken_seconds(text: str) -> float:
    """Seconds to say `text` at `WORDS_A_MINUTE`, numerals counted as the words they become."""
    return spoken_words(text) * 60 / WORDS_A_MINUTE


def spoken_words(text: str) -> int:
    """Words of `text` when read aloud: "$84.20" is five, "4242" four digits."""
    count = 0
    for word in text.split():
        number = _NUMBER.search(word)
        count += _numeral_words(number.group()) if number is not None else 1 if any(map(str.isalnum, word)) else 0
    return count


def _numeral_words(numeral: str) -> int:
    plain = numeral.lstrip("$").replace(",", "")
    whole, _, part = plain.partition(".")
    if numeral.startswith("$"):
        return _small(whole) + 1 + (_small(part) if part.strip("0") else 0)
    return _small(whole) + (len(part) + 1 if part else 0)


def _small(digits: str) -> int:
    """Words of a whole number; four digits and more may be read one by one."""
    if len(digits) >= 4:
        return len(digits)
    value = int(digits or 0)
    tens = value % 100
    return (2 if value >= 100 else 0) + (0 if tens == 0 and value else 2 if tens > 20 and tens % 10 else 1)


def as_said(kind: str, value: str) -> str:
    """A canonical slot value as an agent would say it: "84 dollars 20", "May 3", "2:30 p.m."; digits are spaced."""
    if kind == "amount":
        whole, _, cents = value.partition(".")
        return f"{int(whole)} dollars" + (f" {int(cents)}" if cents.strip("0") else "")
    if kind == "date":
        day = date.fromisoformat(value)
        return f"{day:%B} {day.day}"
    if kind == "time":
        hours, minutes = (int(part) for part in value.split(":"))
        clock = f"{(hours - 1) % 12 + 1}" + (f":{minutes:02d}" if minutes else "")
        return f"{clock} {'a.m.' if hours < 12 else 'p.m.'}"
    if kind == "digits":
        return " ".join(value)
    return value.replace("_", " ")
