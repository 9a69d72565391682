"""Text as it is spoken: amounts, dates, times, telephone and reference numbers written out, so that every engine says
them alike and a listener can write them down. English; pure; saying it twice changes nothing more.

A list of rules, each a pattern and how it is said; the most specific come first.
"""

import re
from collections.abc import Callable
from datetime import date

from num2words import num2words

from voice.tts.plain_text import plain_text

_CURRENCY = {"$": ("dollar", "cent"), "€": ("euro", "cent"), "£": ("pound", "penny")}
_PLURAL = {"penny": "pence"}
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_SHORT_MONTHS = {month[:3]: month for month in _MONTHS if month != "May"} | {"Sept": "September"}
_ALPHABET = (
    "Alpha", "Bravo", "Charlie", "Delta", "Echo", "Foxtrot", "Golf", "Hotel", "India", "Juliet", "Kilo", "Lima", "Mike",
    "November", "Oscar", "Papa", "Quebec", "Romeo", "Sierra", "Tango", "Uniform", "Victor", "Whiskey", "X-ray",
    "Yankee", "Zulu",
)  # fmt: skip
"""The radiotelephony alphabet (ITU Radio Regulations, appendix 14), in everyday spelling."""

_ABBREVIATIONS = {
    "Mr": "Mister", "Mrs": "Missus", "Ms": "Miz", "Dr": "Doctor", "Prof": "Professor", "Jr": "Junior", "Sr": "Senior",
    "Ave": "Avenue", "Blvd": "Boulevard", "Rd": "Road", "Apt": "apartment", "Inc": "Incorporated", "Ltd": "Limited",
    "Corp": "Corporation", "Dept": "department", "acct": "account", "approx": "approximately", "vs": "versus",
}  # fmt: skip
_DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")

_PHONE = re.compile(r"(?<![\w.])(\+\d{1,3}[ .-]?)?(?:\((\d{3})\) ?|(\d{3})[ .-])(\d{3})[ .-](\d{4})(?!\w)")
_PHONE_BARE = re.compile(r"(?<!\w)\+(\d{8,15})(?!\w)")
_AMOUNT = re.compile(r"(?:(?<!\w)([-−]) ?)?([$€£]) ?(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d{2}))?(?!\d)")
_ISO_DATE = re.compile(r"(?<![\w-])(\d{4})-(\d{2})-(\d{2})(?![\w-])")
_MONTH_DAY = re.compile(rf"\b({'|'.join(_MONTHS)}) (\d{{1,2}})(?:st|nd|rd|th)?(?:, (\d{{4}}))?(?![\d:])")
_SHORT_MONTH = re.compile(rf"\b({'|'.join(_SHORT_MONTHS)})\b\.?(?= \d{{1,2}}\b)")
_ORDINAL = re.compile(r"(?<![\w.,])(\d{1,3})(?:st|nd|rd|th)\b")
_SPELLED = re.compile(r"\b(spelled )([A-Z]{2,})\b")
_SINGLES = re.compile(r"(?<![\w.,'’-])(?=(?:[A-Z] )*\d)[A-Z\d](?: [A-Z\d])+(?![\w'’]|[.,-]\w)")
_ABBREVIATED = re.compile(rf"\b({'|'.join(_ABBREVIATIONS)})\.(?=\s|$)", re.IGNORECASE)
_NUMBER_SIGN = re.compile(r"(?:\bNo\. ?|#)(?=\d)")
_STREET = re.compile(r"(?<=[a-z] )St\.(?=[\s,;]|$)")
_SAINT = re.compile(r"\bSt\.(?= [A-Z])")
_RANGE = re.compile(r"(?<=[\dmM.]) ?– ?(?=[$€£]?\d)")
_AND = re.compile(r"\s&\s")
_ADDRESS = re.compile(r"(?<![\w@])([\w.+-]+)@([\w-]+(?:\.[\w-]+)+)")
_TIME = re.compile(r"(?<![\d:])([01]?\d|2[0-3]):([0-5]\d)(?::00)?(?: ?([AaPp])\.?[Mm]\b\.?)?(?![\d:])")
_HOUR = re.compile(r"(?<![\d:])(1[0-2]|[1-9]) ?([AaPp])\.?[Mm]\b")
_MASKED = re.compile(r"[•*xX]{2,}[ -]?(\d{2,})\b")
_ENDING = re.compile(r"\b(ending(?: in| with)?|digits) (\d{2,})\b", re.IGNORECASE)
_CODE = re.compile(r"(?<![\w-])(?=[A-Z\d-]*\d)(?=[A-Z\d-]*[A-Z])[A-Z\d]+(?:-[A-Z\d]+)*(?![\w-])")
_GROUPED = re.compile(r"(?<![\w.,])(\d{3,4}(?:[ -]\d{3,4})+)(?![\w]|[.,]\d)")
_LONG = re.compile(r"(?<![\w.,])(\d{5,})(?![\w]|[.,]\d)")
_THOUSANDS = re.compile(r"(?<![\w.])(\d{1,3}(?:,\d{3})+)(?!\w|\.\d)")
_PERCENT = re.compile(r"(?<![\w.])(\d+(?:\.\d+)?) ?%")


def say_text(text: str) -> str:
    """Order matters: what is most specific first, so that a phone number is not read as an order number."""
    text = plain_text(text)
    for pattern, spoken in _RULES:
        text = pattern.sub(spoken, text)
    return " ".join(text.split())


def digits(number: str) -> str:
    """Digit by digit, in groups of three or four as people write them down, with a pause between the groups."""
    return ", ".join(" ".join(_DIGITS[int(digit)] for digit in group) for group in _groups(number))


def _groups(number: str) -> list[str]:
    if len(number) <= 5:
        return [number]
    size = 4 if len(number) % 4 == 0 else 3
    groups = [number[at : at + size] for at in range(0, len(number), size)]
    if len(groups[-1]) == 1:  # 7 digits: three and four rather than three, three and one
        groups[-2:] = [groups[-2] + groups[-1]]
    return groups


def _cardinal(number: str) -> str:
    return str(num2words(int(number.replace(",", "")))).replace(",", "")


def _phone(match: re.Match[str]) -> str:
    country, area, area_plain, middle, last = match.groups()
    groups = [country.strip(" +.-")] if country else []
    return ", ".join(digits(group) for group in [*groups, area or area_plain, middle, last])


def _amount(match: re.Match[str]) -> str:
    sign, currency, written, part = match.groups()
    unit, cent = _CURRENCY[currency]
    whole, cents = int(written.replace(",", "")), int(part or 0)
    spoken = []
    if whole or not cents:
        spoken.append(f"{_cardinal(written)} {_counted(unit, whole)}")
    if cents:
        spoken.append(f"{_cardinal(part)} {_counted(cent, cents)}")
    return ("minus " if sign else "") + " and ".join(spoken)


def _in_full(written: str) -> str:
    return next(full for short, full in _ABBREVIATIONS.items() if short.lower() == written.lower())


def _abbreviated(match: re.Match[str]) -> str:
    """At the end of a text the full stop is the sentence's as well."""
    return _in_full(match[1]) + ("." if match.end() == len(match.string) else "")


def _counted(unit: str, count: int) -> str:
    return unit if count == 1 else _PLURAL.get(unit, unit + "s")


def _iso_date(match: re.Match[str]) -> str:
    try:
        day = date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:  # looks like a date and is none: a reference number, left to the rules behind
        return match[0]
    return f"{_MONTHS[day.month - 1]} {num2words(day.day, to='ordinal')}, {num2words(day.year, to='year')}"


def _month_day(match: re.Match[str]) -> str:
    year = f", {num2words(int(match[3]), to='year')}" if match[3] else ""
    return f"{match[1]} {num2words(int(match[2]), to='ordinal')}{year}"


def _time(match: re.Match[str]) -> str:
    hour, minute, half = int(match[1]), int(match[2]), match[3]
    if half is None:
        half = "a" if hour < 12 else "p"
        hour = hour % 12 or 12
    past = f"oh {_DIGITS[minute]}" if 0 < minute < 10 else _cardinal(match[2]) if minute else ""
    return " ".join(filter(None, (_cardinal(str(hour)), past, half.upper() + "M")))


def _code(match: re.Match[str]) -> str:
    runs = re.findall(r"[A-Z]+|\d+", match[0])
    return ", ".join(digits(run) if run.isdigit() else " ".join(run) for run in runs)


def spelled(character: str) -> str:
    """One letter or digit, as the rules below say it among others."""
    return _DIGITS[int(character)] if character.isdigit() else character


def _singles(match: re.Match[str]) -> str:
    """A reference that is written apart, "H L 3 0 2": letters and groups of digits, with a pause between them."""
    runs = re.findall(r"[A-Z]+|\d+", match[0].replace(" ", ""))
    return ", ".join(digits(run) if run.isdigit() else " ".join(run) for run in runs)


def _as_in(match: re.Match[str]) -> str:
    return match[1] + ", ".join(f"{letter} as in {_ALPHABET[ord(letter) - ord('A')]}" for letter in match[2])


def _e_mail(match: re.Match[str]) -> str:
    marks = {".": " dot ", "-": " dash ", "_": " underscore ", "+": " plus "}
    return " at ".join("".join(marks.get(one, one) for one in part) for part in match.groups())


def _percent(match: re.Match[str]) -> str:
    whole, _, part = match[1].partition(".")
    return _cardinal(whole) + (f" point {' '.join(_DIGITS[int(d)] for d in part)}" if part else "") + " percent"


_RULES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (_RANGE, lambda _: " to "),
    (_ADDRESS, _e_mail),
    (_SPELLED, _as_in),
    (_SHORT_MONTH, lambda match: _SHORT_MONTHS[match[1]]),
    (_NUMBER_SIGN, lambda _: "number "),
    (_STREET, lambda match: "Street" + ("." if match.end() == len(match.string) else "")),
    (_SAINT, lambda _: "Saint"),
    (_ABBREVIATED, _abbreviated),
    (_AND, lambda _: " and "),
    (_PHONE, _phone),
    (_PHONE_BARE, lambda match: digits(match[1])),
    (_AMOUNT, _amount),
    (_ISO_DATE, _iso_date),
    (_MONTH_DAY, _month_day),
    (_TIME, _time),
    (_HOUR, lambda match: f"{_cardinal(match[1])} {match[2].upper()}M"),
    (_PERCENT, _percent),
    (_MASKED, lambda match: f"ending in {digits(match[1])}"),
    (_ENDING, lambda match: f"{match[1]} {digits(match[2])}"),
    (_ORDINAL, lambda match: str(num2words(int(match[1]), to="ordinal"))),
    (_CODE, _code),
    (_SINGLES, _singles),
    (_GROUPED, lambda match: ", ".join(digits(group) for group in re.split(r"[ -]", match[1]))),
    (_LONG, lambda match: digits(match[1])),
    (_THOUSANDS, lambda match: _cardinal(match[1])),
)
